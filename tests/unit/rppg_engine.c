#include "check.h"
#include "noise.h"
#include "rppg/state.h"

/* A face of ${n} patches, each with its share of the pulse, and a
 * background; light that changes both. */
struct scene {
	double rate;     /* /min */
	double strength; /* of green */
	double red;      /* of red, as a share of green; 0: that of blood */
	double light;    /* amplitude at 0.7 Hz */
	double fps;
	double jitter; /* s */
	unsigned patches;
};

static void
paint(const struct scene *s, double t, struct trace_frame *f)
{
	static const double level[3] = {180, 120, 95};
	static const double signature[3] = {0.43, 1, 0.69};
	double a = 2 * DSP_PI * s->rate / 60 * t;
	double pulse = sin(a) + 0.3 * sin(2 * a);
	double share[3] = {
	    s->red != 0 ? s->red : signature[0], signature[1], signature[2]};
	double light = 1 + s->light * sin(2 * DSP_PI * 0.7 * t);

	*f = (struct trace_frame){.time = t, .luma = -1};
	f->count = s->patches + 1;
	f->face = (struct trace_face){100, 100, 180, 180};
	for (unsigned i = 0; i < f->count; i++) {
		bool skin = i < s->patches;
		double v[3];

		for (int c = 0; c < 3; c++)
			v[c] = level[c] * light *
				(1 -
				    (skin ? s->strength * share[c] * pulse
					  : 0)) +
			    0.3 * noise();
		f->region[i] = (struct trace_region){v[0], v[1], v[2], 900};
	}
}

static struct rppg *
run(const struct scene *s, double seconds, enum rppg_method m)
{
	struct trace_names names = {.count = s->patches + 1};
	struct trace_frame f;
	struct err err;

	for (unsigned i = 0; i < s->patches; i++)
		snprintf(names.name[i], TRACE_NAME_MAX, "cheek-%u", i);
	snprintf(names.name[s->patches], TRACE_NAME_MAX, TRACE_BACKGROUND);
	struct rppg *p = rppg_new(RPPG_SITE_FACE, m, false, &names);
	for (unsigned i = 0; (double)i / s->fps < seconds; i++) {
		double t = (double)i / s->fps + s->jitter * noise();

		if (i == 0)
			t = 0;
		paint(s, t, &f);
		if (rppg_push(p, &f, &err) != 0)
			printf("# %s\n", err.text);
	}
	return p;
}

static void
rates(void)
{
	struct scene s = {72, 0.004, 0, 0, 30, 0.006, 8};
	struct rppg_segment v;
	double worst = 0, least = 1;

	for (s.rate = 42; s.rate < 205; s.rate += 17.3) {
		struct rppg *p = run(&s, 15, RPPG_FUSION);

		rppg_segment(p, 0, 15, &v);
		worst = fmax(worst, fabs(v.rate - s.rate));
		least = fmin(least, v.confidence);
		rppg_segment_release(&v);
		rppg_free(p);
	}
	CHECK_NEAR(worst, 0, 0.5, "42 to 200 a minute, jittered frames");
	CHECK(least > 0.5, "all of them with confidence");
}

static void
waves(void)
{
	struct scene s = {66, 0.004, 0, 0, 30, 0, 8};
	struct rppg *p = run(&s, 20, RPPG_FUSION);
	static double truth[1300];
	struct rppg_segment v;

	CHECK(rppg_segment(p, 0, 20, &v) == 0, "a view");
	CHECK(v.waves > 1190 && v.waves < 1210, "60 samples a second");
	for (size_t i = 0; i < v.waves; i++) {
		double a =
		    2 * DSP_PI * 1.1 * (v.wave_start + (double)i / RPPG_GRID);

		truth[i] = sin(a) + 0.3 * sin(2 * a);
	}
	CHECK(dsp_correlation(v.wave + 60, truth + 60, v.waves - 120) > 0.95,
	    "the wave rises with the blood volume");
	CHECK(v.colours == 600 && v.motions > 150, "colour and motion");
	CHECK(v.gaps == 0 && v.coverage > 0.99, "no gap");
	rppg_segment_release(&v);
	rppg_segment(p, 5, 12, &v);
	CHECK_NEAR(v.start, 5, 0.05, "part of it: start");
	CHECK_NEAR(v.end, 12, 0.05, "end");
	CHECK_NEAR(v.rate, 66, 0.5, "rate");
	rppg_segment_release(&v);
	rppg_forget(p, 10, 10);
	rppg_segment(p, 0, 20, &v);
	CHECK(v.start > 9.9, "what is forgotten is gone");
	rppg_segment_release(&v);
	rppg_free(p);
}

static void
light(void)
{
	struct scene s = {72, 0.004, 0, 0.05, 30, 0, 8};
	struct rppg_segment v;
	struct rppg *p = run(&s, 15, RPPG_FUSION);

	rppg_segment(p, 0, 15, &v);
	CHECK_NEAR(v.rate, 72, 0.7, "light that swells at 42 a minute");
	rppg_segment_release(&v);
	rppg_free(p);
}

/* Noise of many seeds: white, and drifting, of all patches together and of
 * each alone; ${seconds} of it. */
static void
much_noise(unsigned seconds)
{
	enum {
		PARTS = 5,
		PATCHES = 3 * PARTS,
		RUNS = 60
	};
	struct trace_names names = {.count = PATCHES};
	double most = 0;

	for (unsigned i = 0; i < PATCHES; i++)
		snprintf(names.name[i], TRACE_NAME_MAX, "%c-%u",
		    (char)('a' + i * PARTS / PATCHES), i);
	for (unsigned k = 0; k < RUNS; k++) {
		struct rppg *p =
		    rppg_new(RPPG_SITE_FACE, RPPG_FUSION, false, &names);
		double drift[PATCHES + 1] = {0}, keep = k % 2 ? 0.95 : 0;
		double alone = k % 4 < 2 ? 1 : 0.2;
		struct rppg_segment v;
		struct err err;

		noise_state = 1000 + k;
		for (unsigned t = 0; t < seconds * 20; t++) {
			struct trace_frame f = {.time = t / 20.0,
			    .count = PATCHES,
			    .luma = -1,
			    .face = {100, 100, 180, 180}};

			for (unsigned i = 0; i <= PATCHES; i++)
				drift[i] = keep * drift[i] + noise();
			for (unsigned i = 0; i < PATCHES; i++) {
				double x = drift[PATCHES] + alone * drift[i];

				f.region[i] = (struct trace_region){
				    180 + x + 0.1 * noise(),
				    120 + x + 0.1 * noise(),
				    95 + x + 0.1 * noise(), 900};
			}
			if (rppg_push(p, &f, &err) != 0)
				printf("# %s\n", err.text);
		}
		rppg_segment(p, 0, seconds, &v);
		most = fmax(most, v.confidence);
		rppg_segment_release(&v);
		rppg_free(p);
	}
	CHECK(most < 0.5, "no noise is a pulse");
	printf("# greatest confidence of %d runs of %u s: %.3f\n", RUNS,
	    seconds, most);
}

static void
nothing(void)
{
	struct scene s = {72, 0, 0, 0, 30, 0, 8};
	struct rppg_segment v;
	double most = 0;

	for (int i = 0; i < 6; i++) {
		struct rppg *p = run(&s, 12, RPPG_FUSION);

		rppg_segment(p, 0, 12, &v);
		most = fmax(most, v.confidence);
		rppg_segment_release(&v);
		rppg_free(p);
	}
	CHECK(most < 0.5, "noise alone has no confidence");
	s.strength = 0.004;
	s.red = -0.5;
	struct rppg *p = run(&s, 12, RPPG_FUSION);
	rppg_segment(p, 0, 12, &v);
	CHECK(v.confidence < 0.5, "a wall under light that changes its colour");
	rppg_segment_release(&v);
	rppg_free(p);
	p = run(&s, 1, RPPG_FUSION);
	rppg_segment(p, 0, 1, &v);
	CHECK(v.rate == 0 && v.confidence == 0, "too short for a rate");
	rppg_segment_release(&v);
	rppg_free(p);
}

/* A stop of the frames, and time that does not rise. */
static void
breaks(void)
{
	struct scene s = {72, 0.004, 0, 0, 30, 0, 4};
	struct rppg *p = run(&s, 12, RPPG_FUSION);
	struct trace_frame f;
	struct rppg_segment v;
	struct err err;

	paint(&s, 5, &f);
	CHECK(rppg_push(p, &f, &err) != 0, "time must rise");
	for (unsigned i = 0; i < 360; i++) {
		paint(&s, 100 + (double)i / 30, &f);
		CHECK(rppg_push(p, &f, &err) == 0 || i > 0, "goes on");
	}
	rppg_segment(p, 0, 112, &v);
	CHECK(v.gaps == 1, "the stop is a gap");
	CHECK_NEAR(v.gap[0][1] - v.gap[0][0], 88, 0.2, "of its length");
	CHECK_NEAR(v.rate, 72, 0.5, "the rate of both runs");
	rppg_segment_release(&v);
	paint(&s, 1e9, &f);
	CHECK(rppg_push(p, &f, &err) == 0, "a leap of thirty years");
	rppg_segment(p, 0, 1e9, &v);
	CHECK(v.waves <= (size_t)(RPPG_SECONDS_MAX * RPPG_GRID) + 2,
	    "is not filled with wave");
	rppg_segment_release(&v);
	rppg_free(p);
}

/* However long it runs, no more is kept than RPPG_SECONDS_MAX. */
static void
runs_long(void)
{
	struct scene s = {72, 0.004, 0, 0, 30, 0, 4};
	struct rppg *p = run(&s, 12, RPPG_FUSION);
	struct trace_frame f;
	struct rppg_segment v;
	struct err err;

	for (unsigned i = 1; i <= 3 * (unsigned)RPPG_SECONDS_MAX; i++) {
		paint(&s, 12 + (double)i / 2, &f);
		for (unsigned k = 0; k < 4; k++)
			f.region[k].pixels = 0;
		(void)rppg_push(p, &f, &err);
	}
	rppg_segment(p, 0, 1e9, &v);
	CHECK(v.start >= v.end - RPPG_SECONDS_MAX &&
		v.start < v.end - RPPG_SECONDS_MAX + 1,
	    "the last part is kept");
	CHECK(p->history.colours.count <= 2 * (size_t)RPPG_SECONDS_MAX + 1,
	    "and no frame before it");
	rppg_segment_release(&v);
	rppg_free(p);
}

/* A face that comes late, and goes. */
static void
comes(void)
{
	struct scene s = {72, 0.004, 0, 0, 30, 0, 4};
	struct trace_names names = {.count = 5};
	struct trace_frame f;
	struct rppg_segment v;
	struct err err;

	for (unsigned i = 0; i < 5; i++)
		snprintf(names.name[i], TRACE_NAME_MAX, "cheek-%u", i);
	snprintf(names.name[4], TRACE_NAME_MAX, TRACE_BACKGROUND);
	struct rppg *p = rppg_new(RPPG_SITE_FACE, RPPG_FUSION, false, &names);
	for (unsigned i = 0; i < 30 * 30; i++) {
		double t = (double)i / 30;
		bool there = t > 9 && t < 16;

		paint(&s, t, &f);
		for (unsigned k = 0; k < 4 && !there; k++)
			f.region[k].pixels = 0;
		if (rppg_push(p, &f, &err) != 0)
			printf("# %s\n", err.text);
		if (i == 16 * 30) {
			rppg_segment(p, 0, t, &v);
			CHECK_NEAR(v.rate, 72, 1, "who comes late has a rate");
			rppg_segment_release(&v);
		}
	}
	rppg_segment(p, 0, 30, &v);
	CHECK_NEAR(v.rate, 72, 1, "and keeps it after leaving");
	CHECK(v.confidence > 0.5, "with confidence");
	CHECK_NEAR(v.coverage, 7.0 / 30, 0.01, "for the time in view");
	CHECK(v.gaps == 2, "between two gaps");
	rppg_segment_release(&v);
	rppg_free(p);
}

int
main(void)
{
	rates();
	waves();
	light();
	nothing();
	much_noise(6);
	much_noise(8);
	much_noise(14);
	breaks();
	runs_long();
	comes();
	return check_done();
}
