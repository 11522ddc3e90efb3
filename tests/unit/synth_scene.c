/* The pictures: what carries the pulse, how strongly, and what must not. */
#include "synth/synth.h"

#include <stdbool.h>

#include "check.h"
#include "synth/clock.h"
#include "synth/light.h"
#include "synth/motion.h"
#include "synth/paint.h"
#include "synth/scene.h"

#define WIDTH 160U
#define HEIGHT 120U

static struct synth_spec
spec(enum synth_scene_kind scene)
{
	struct synth_spec s;

	synth_spec_init(&s);
	s.seconds = 10;
	s.width = WIDTH;
	s.height = HEIGHT;
	s.scene = scene;
	s.tone = 0;
	s.hrv = 0;
	s.breathing_depth = 0;
	s.noise = 0;
	s.seed = 3;
	synth_profile_constant(&s.rate, 75);
	return s;
}

/* The mean of a box, in shares of the picture. */
static void
box(const float *rgb[3], double x0, double y0, double x1, double y1,
    double mean[3])
{
	unsigned n = 0;

	mean[0] = mean[1] = mean[2] = 0;
	for (unsigned y = (unsigned)(y0 * HEIGHT); y < y1 * HEIGHT; y++) {
		for (unsigned x = (unsigned)(x0 * WIDTH); x < x1 * WIDTH; x++) {
			for (int c = 0; c < 3; c++)
				mean[c] += (double)rgb[c][y * WIDTH + x];
			n++;
		}
	}
	for (int c = 0; c < 3; c++)
		mean[c] /= n;
}

/* Peak to peak of each colour over a beat, as a share of its mean. */
static void
swing(const struct synth_spec *s, double x0, double y0, double x1, double y1,
    double share[3])
{
	struct synth *v = synth_new(s);
	const float *rgb[3];
	double low[3], high[3], mean[3];

	for (int i = 0; i < 80; i++) {
		synth_frame(v, 2 + i / 100.0, rgb);
		box(rgb, x0, y0, x1, y1, mean);
		for (int c = 0; c < 3; c++) {
			low[c] = i == 0 ? mean[c] : fmin(low[c], mean[c]);
			high[c] = i == 0 ? mean[c] : fmax(high[c], mean[c]);
		}
	}
	for (int c = 0; c < 3; c++)
		share[c] = 2 * (high[c] - low[c]) / (high[c] + low[c]);
	synth_free(v);
}

static void
strengths(void)
{
	struct synth_spec s = spec(SYNTH_SCENE_FACE);
	double face[3], dark[3], none[3], wall[3];

	swing(&s, 0.45, 0.24, 0.55, 0.30, face);
	CHECK_NEAR(face[1], 0.01, 0.002, "green of the forehead falls by 1 %");
	CHECK_NEAR(face[0] / face[1], 0.43, 0.02, "red has less of it");
	CHECK_NEAR(face[2] / face[1], 0.69, 0.02, "and blue");
	s.tone = SYNTH_TONES - 1;
	swing(&s, 0.45, 0.24, 0.55, 0.30, dark);
	CHECK_NEAR(dark[1] / face[1], synth_tone_strength(SYNTH_TONES - 1),
	    0.02, "dark skin has less of it");
	s = spec(SYNTH_SCENE_FACE);
	swing(&s, 0.02, 0.5, 0.2, 0.9, wall);
	CHECK_NEAR(wall[1], 0, 1e-9, "the room has none");
	s.no_pulse = true;
	swing(&s, 0.45, 0.24, 0.55, 0.30, none);
	CHECK_NEAR(none[1], 0, 1e-9, "a photograph has none");
	s = spec(SYNTH_SCENE_FINGER);
	swing(&s, 0.2, 0.2, 0.8, 0.8, face);
	CHECK(face[1] > face[2] && face[2] > face[0] && face[0] > 0.01,
	    "a fingertip has more in each colour");
	s = spec(SYNTH_SCENE_WALL);
	swing(&s, 0, 0, 1, 1, none);
	CHECK_NEAR(none[1], 0, 1e-9, "paint has none");
}

/* Noise must not move the mean, nor be more or less than was asked for. */
static void
noise(void)
{
	struct synth_spec s = spec(SYNTH_SCENE_WALL);
	struct synth *clean = synth_new(&s), *noisy;
	const float *a[3], *b[3];
	double sum = 0, squares = 0, d, n = WIDTH * HEIGHT;

	s.noise = 3;
	noisy = synth_new(&s);
	synth_frame(clean, 1, a);
	synth_frame(noisy, 1, b);
	for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
		d = (double)(b[1][i] - a[1][i]);
		sum += d;
		squares += d * d;
	}
	CHECK_NEAR(sum / n, 0, 0.06, "noise has no mean");
	CHECK_NEAR(sqrt(squares / n), 3, 0.06, "and the deviation asked for");
	synth_free(clean);
	synth_free(noisy);
}

static void
light(void)
{
	struct synth_spec s = spec(SYNTH_SCENE_WALL);
	struct synth_light l;
	const float *rgb[3];
	double bright[3], dim[3], gain[3], share[3];
	struct synth *v = synth_new(&s);

	synth_frame(v, 1, rgb);
	box(rgb, 0, 0, 1, 1, bright);
	synth_free(v);
	s.light_level = 0.1;
	v = synth_new(&s);
	synth_frame(v, 1, rgb);
	box(rgb, 0, 0, 1, 1, dim);
	synth_free(v);
	CHECK_NEAR(
	    dim[1] / bright[1], pow(0.1, 0.45), 1e-4, "a tenth of the light");
	for (unsigned k = SYNTH_LIGHT_WAVE; k < SYNTH_LIGHT_COUNT; k++) {
		s = spec(SYNTH_SCENE_WALL);
		s.light = k;
		s.light_percent = 10;
		swing(&s, 0, 0, 1, 1, share);
		CHECK(share[1] <= 0.21, "change of light is bounded");
	}
	synth_light_init(&l, SYNTH_LIGHT_RAMP, 1, 0.2, 0, 10, 1);
	synth_light_at(&l, 0, gain);
	CHECK_NEAR(gain[0], 0.8, 1e-12, "a ramp starts low");
	synth_light_at(&l, 10, gain);
	CHECK_NEAR(gain[2], 1.2, 1e-12, "and ends high");
	synth_light_init(&l, SYNTH_LIGHT_STEP, 1, 0.2, 0.2, 10, 1);
	synth_light_at(&l, 3, gain);
	CHECK_NEAR(fabs(gain[1] - 1), 0.2, 1e-12, "a step is up or down");
	synth_light_init(&l, SYNTH_LIGHT_FLICKER, 1, 0.2, 100, 10, 1);
	CHECK_NEAR(
	    synth_light_row(&l, 1, 0, 0.01) + synth_light_row(&l, 1, 0.5, 0.01),
	    2, 1e-9, "mains flicker shows as bands");
}

/* Every motion keeps the head in view and moves it. */
static void
motions(void)
{
	for (int k = SYNTH_MOTION_SWAY; k < SYNTH_MOTION_COUNT; k++) {
		struct synth_motion m;
		struct synth_pose p, q;
		double moved = 0, most = 0;

		synth_motion_init(&m, (enum synth_motion_kind)k, 0.1, 0, 1);
		synth_motion_at(&m, 0, &q);
		for (double t = 0; t < 30; t += 0.1) {
			synth_motion_at(&m, t, &p);
			moved = fmax(moved,
			    fabs(p.x - q.x) + fabs(p.y - q.y) +
				fabs(p.mouth - q.mouth));
			most = fmax(most, fmax(fabs(p.x), fabs(p.y)));
		}
		CHECK(moved > 0.02, "moves");
		CHECK(most <= 0.15, "not beyond what was asked for");
	}
}

/* A layer that stands still, unscaled, gives back what was painted. */
static void
layers(void)
{
	struct synth_scene s;
	struct synth_pose pose = {.scale = 1};
	float row[8 * SYNTH_CHANNELS];
	const struct synth_layer *l = &s.head;
	const float *px;
	double ox, oy, worst = 0;

	CHECK(synth_scene_init(
		  &s, SYNTH_SCENE_FACE, WIDTH, HEIGHT, 0.5, 2, 1) == 0,
	    "paints");
	/* The picture's pixel (0, 0) is the layer's (40, 50). */
	ox = -(40 / l->unit + l->u0) * s.unit;
	oy = -(50 / l->unit + l->v0) * s.unit;
	synth_layer_row(l, s.unit, ox, oy, &pose, 0, 0, 8, row);
	px = l->px + (50 * (size_t)l->width + 40) * SYNTH_CHANNELS;
	for (int i = 0; i < 8 * SYNTH_CHANNELS; i++)
		worst = fmax(worst, (double)fabsf(row[i] - px[i]));
	CHECK(worst < 0.02, "a layer in its place");
	synth_layer_row(l, s.unit, ox, oy, &pose, -1e6, 0, 8, row);
	worst = 0;
	for (int i = 0; i < 8 * SYNTH_CHANNELS; i++)
		worst = fmax(worst, (double)fabsf(row[i]));
	CHECK_NEAR(worst, 0, 0, "nothing beside it");
	synth_scene_release(&s);
}

static void
clocks(void)
{
	static const struct {
		const char *text;
		int64_t num, den;
	} good[] = {{"30", 30000, 1000}, {"29.97", 30000, 1001},
	    {"23.976", 24000, 1001}, {"12.5", 12500, 1000},
	    {"30000/1001", 30000, 1001}, {"240", 240000, 1000}};
	static const char *const bad[] = {"", "0", "0.5", "241", "30/0", "/",
	    "30/", "/2", "1000000/1", "30x", "-30", "nan"};
	struct synth_spec s = spec(SYNTH_SCENE_FACE);
	struct synth_clock c;
	double time = 0, last = -1;
	struct err err;
	bool rises = true;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(synth_spec_frame_rate(&s, good[i].text, &err) == 0 &&
			s.rate_num == good[i].num && s.rate_den == good[i].den,
		    good[i].text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(synth_spec_frame_rate(&s, bad[i], &err) != 0,
		    "no frame rate");
	s.rate_num = 30;
	s.rate_den = 1;
	synth_clock_start(&c, &s);
	while (synth_clock_next(&c, &time))
		n++;
	CHECK(n == 300, "as many frames as fit");
	s.jitter_ms = 10;
	s.drop_percent = 20;
	synth_clock_start(&c, &s);
	for (n = 0; synth_clock_next(&c, &time); n++) {
		rises = rises && time > last;
		last = time;
	}
	CHECK(rises, "uneven times still rise");
	CHECK(n > 200 && n < 280, "about a fifth are lost");
}

int
main(void)
{
	strengths();
	noise();
	light();
	motions();
	layers();
	clocks();
	return check_done();
}
