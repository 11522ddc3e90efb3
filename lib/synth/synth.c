#include "synth/synth.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "synth/light.h"
#include "synth/motion.h"
#include "synth/paint.h"
#include "synth/rng.h"
#include "synth/scene.h"

/* Numbers of noise that are made once and used from many starting points.  By
 * hand: more than a row, so that no pattern is seen. */
#define NOISE_COUNT 65536U

/* How much of a second a rolling shutter takes to read a frame.  By hand: less
 * than a frame at 60 a second, more than a period of the flicker. */
#define READOUT 0.012

/* How the strength of the pulse is shared among red, green and blue: blood
 * takes most of green (de Haan and van Leest 2014: 0.33 : 0.77 : 0.53); light
 * that went through a finger is red, and its pulse is large. */
static const float face_signature[3] = {0.43F, 1.0F, 0.69F};
static const float finger_signature[3] = {1.6F, 4.0F, 3.0F};

/* The light from the upper left falls off across the picture: who moves is
 * seen in other light.  By hand: the share from edge to edge. */
#define FALL_X 0.16F
#define FALL_Y 0.10F

/* What the breath moves, in half face widths.  By hand: a millimetre or two at
 * the shoulders. */
#define BREATH_SHOULDERS 0.018
#define BREATH_HEAD 0.006

struct synth {
	struct synth_spec spec;
	struct synth_scene scene;
	struct synth_pulse *pulse;
	struct synth_motion motion;
	struct synth_light light;
	struct synth_rng rng;
	double strength; /* of the pulse, as a share */
	double depth;    /* of the breath */
	float *rgb[3];
	float *row;   /* one row of a layer */
	float *noise; /* NOISE_COUNT + width numbers */
};

static int
make_noise(struct synth *s)
{
	size_t n = (size_t)NOISE_COUNT + s->spec.width;

	synth_rng_init(&s->rng, (uint64_t)s->spec.seed, SYNTH_STREAM_NOISE);
	s->noise = calloc(n, sizeof(*s->noise));
	if (s->noise == NULL)
		return -1;
	for (size_t i = 0; i < NOISE_COUNT; i++)
		s->noise[i] =
		    (float)(s->spec.noise * synth_rng_normal(&s->rng));
	for (size_t i = NOISE_COUNT; i < n; i++)
		s->noise[i] = s->noise[i - NOISE_COUNT];
	return 0;
}

/* Settings in the units of the modules. */
static void
settle(struct synth *s)
{
	const struct synth_spec *spec = &s->spec;
	uint64_t seed = (uint64_t)spec->seed;

	if (synth_spec_pulse(spec))
		s->strength =
		    spec->pulse_percent / 100 * synth_tone_strength(spec->tone);
	if (synth_spec_breath(spec))
		s->depth = spec->breathing_depth;
	synth_motion_init(&s->motion, (enum synth_motion_kind)spec->motion,
	    spec->motion_percent / 100, spec->motion_hz, seed);
	synth_light_init(&s->light, (enum synth_light_kind)spec->light,
	    spec->light_level, spec->light_percent / 100, spec->light_hz,
	    spec->seconds, seed);
}

struct synth *
synth_new(const struct synth_spec *spec)
{
	struct synth *s = calloc(1, sizeof(*s));
	size_t n = (size_t)spec->width * spec->height;
	bool good = true;

	if (s == NULL)
		return NULL;
	s->spec = *spec;
	settle(s);
	for (int c = 0; c < 3; c++) {
		s->rgb[c] = calloc(n, sizeof(*s->rgb[c]));
		good = good && s->rgb[c] != NULL;
	}
	s->row = calloc(spec->width, SYNTH_CHANNELS * sizeof(*s->row));
	s->pulse = synth_pulse_new(spec);
	if (!good || s->row == NULL || s->pulse == NULL || make_noise(s) != 0 ||
	    synth_scene_init(&s->scene, (enum synth_scene_kind)spec->scene,
		spec->width, spec->height, spec->face_percent / 100, spec->tone,
		(uint64_t)spec->seed) != 0) {
		synth_free(s);
		return NULL;
	}
	return s;
}

void
synth_free(struct synth *s)
{
	if (s == NULL)
		return;
	synth_scene_release(&s->scene);
	synth_pulse_free(s->pulse);
	for (int c = 0; c < 3; c++)
		free(s->rgb[c]);
	free(s->row);
	free(s->noise);
	free(s);
}

const struct synth_pulse *
synth_heart(const struct synth *s)
{
	return s->pulse;
}

/* A layer, where it stands, and the pulse in it. */
struct placed {
	const struct synth_layer *layer;
	struct synth_pose pose;
	double x, y;       /* of its origin, pixels */
	float early, late; /* the wave, times its strength */
};

/* The first and the last + 1 column or row that the layer can touch: its
 * corners are at most this far from its origin. */
static void
reach(const struct synth *s, const struct placed *p, unsigned box[4])
{
	const struct synth_layer *l = p->layer;
	double right = l->u0 + l->width / l->unit;
	double low = l->v0 + l->height / l->unit;
	double k = p->pose.scale * s->scene.unit;
	double tilt = fabs(sin(p->pose.roll)) * 4;
	double edge[4] = {p->x + (l->u0 - tilt) * k, p->y + (l->v0 - tilt) * k,
	    p->x + (right + tilt) * k, p->y + (low + tilt) * k};
	double side[2] = {s->spec.width, s->spec.height};

	for (int i = 0; i < 4; i++)
		box[i] = (unsigned)fmin(fmax(edge[i], 0), side[i & 1]);
}

/* Lay one row of a layer over the picture. */
static void
blend(const struct synth *s, const struct placed *p, const float *signature,
    unsigned y, unsigned from, unsigned to)
{
	size_t at = (size_t)y * s->spec.width;
	float *restrict r = s->rgb[0] + at, *restrict g = s->rgb[1] + at;
	float *restrict b = s->rgb[2] + at;
	const float *restrict px = s->row;
	float fall = 1 + FALL_Y * (0.5F - (float)y / (float)s->spec.height) +
	    FALL_X * 0.5F;
	float step = FALL_X / (float)s->spec.width;

	for (unsigned x = from; x < to; x++, px += SYNTH_CHANNELS) {
		float rest = 1 - px[SYNTH_COVER];
		float gain = fall - step * (float)x;
		float wave =
		    px[SYNTH_EARLY] * p->early + px[SYNTH_LATE] * p->late;

		r[x] = r[x] * rest +
		    px[SYNTH_RED] * gain * (1 - signature[0] * wave);
		g[x] = g[x] * rest +
		    px[SYNTH_GREEN] * gain * (1 - signature[1] * wave);
		b[x] = b[x] * rest +
		    px[SYNTH_BLUE] * gain * (1 - signature[2] * wave);
	}
}

static void
lay(struct synth *s, const struct placed *p)
{
	const float *signature = s->spec.scene == SYNTH_SCENE_FINGER
	    ? finger_signature
	    : face_signature;
	unsigned box[4];

	if (p->layer->px == NULL)
		return;
	reach(s, p, box);
	for (unsigned y = box[1]; y < box[3]; y++) {
		synth_layer_row(p->layer, s->scene.unit, p->x, p->y, &p->pose,
		    box[0], y, box[2] - box[0], s->row);
		blend(s, p, signature, y, box[0], box[2]);
	}
}

/* Light, flicker and the sensor's noise over the whole picture. */
static void
expose(struct synth *s, double time)
{
	unsigned width = s->spec.width, height = s->spec.height;
	double gain[3];

	synth_light_at(&s->light, time, gain);
	for (unsigned y = 0; y < height; y++) {
		double row = synth_light_row(
		    &s->light, time, (double)y / height, READOUT);

		for (int c = 0; c < 3; c++) {
			float *restrict v = s->rgb[c] + (size_t)y * width;
			const float *restrict noise =
			    s->noise + synth_rng_next(&s->rng) % NOISE_COUNT;
			float k = (float)(gain[c] * row);

			for (unsigned x = 0; x < width; x++)
				v[x] = v[x] * k + noise[x];
		}
	}
}

static double
wave_at(const struct synth *s, double time)
{
	return s->strength *
	    (synth_pulse_at(s->pulse, time) +
		synth_pulse_baseline_at(s->pulse, time));
}

void
synth_frame(struct synth *s, double time, const float *rgb[3])
{
	struct synth_scene *scene = &s->scene;
	size_t bytes = (size_t)s->spec.width * s->spec.height * sizeof(float);
	struct placed torso = {
	    &scene->torso, {.scale = 1}, scene->x, scene->y, 0, 0};
	struct placed head = {
	    &scene->head, {.scale = 1}, scene->x, scene->y, 0, 0};
	double lift =
	    s->depth * scene->unit * synth_pulse_breath_at(s->pulse, time);

	for (int c = 0; c < 3; c++)
		memcpy(s->rgb[c], scene->back[c], bytes);
	synth_motion_at(&s->motion, time, &head.pose);
	if (s->spec.scene != SYNTH_SCENE_FINGER) {
		head.x += head.pose.x * 2 * scene->unit;
		head.y += head.pose.y * 2 * scene->unit - BREATH_HEAD * lift;
		torso.y -= BREATH_SHOULDERS * lift;
		torso.x += 0.4 * (head.x - torso.x);
	}
	torso.early = head.early = (float)wave_at(s, time);
	head.late = (float)wave_at(s, time - s->spec.transit);
	lay(s, &torso);
	lay(s, &head);
	expose(s, time);
	for (int c = 0; c < 3; c++)
		rgb[c] = s->rgb[c];
}
