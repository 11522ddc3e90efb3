#include "check.h"
#include "noise.h"
#include "rppg/engine.h"
#include "rppg/fvp.h"

enum {
	BOXES = 64,
	SKIN = 20 /* boxes; the rest is table and wall */
};

/* A picture some of whose boxes show skin, under light that swings. */
struct scene {
	double rate;     /* of the pulse, /min */
	double strength; /* of green; 0: nobody */
	double light_rate, light;
};

static void
paint(const struct scene *s, double t, struct trace_frame *f)
{
	static const double level[3][3] = {
	    {190, 135, 110}, {120, 60, 50}, {90, 95, 100}};
	static const double signature[3] = {0.43, 1, 0.69};
	double a = 2 * DSP_PI * s->rate / 60 * t;
	double pulse = s->strength * (sin(a) + 0.3 * sin(2 * a));
	double light = 1 + s->light * sin(2 * DSP_PI * s->light_rate / 60 * t);

	*f = (struct trace_frame){.time = t, .luma = -1, .count = BOXES};
	for (unsigned i = 0; i < BOXES; i++) {
		unsigned kind = i < SKIN ? 0 : 1 + i % 2;
		double v[3];

		for (int c = 0; c < 3; c++)
			v[c] = level[kind][c] * light *
				(1 - (kind == 0 ? pulse * signature[c] : 0)) +
			    0.3 * noise();
		f->region[i] = (struct trace_region){v[0], v[1], v[2], 900};
	}
}

static struct rppg_segment
measure(const struct scene *s)
{
	struct trace_names names = {.count = BOXES};
	struct trace_frame f;
	struct rppg_segment v;
	struct err err;

	for (unsigned i = 0; i < BOXES; i++)
		snprintf(names.name[i], TRACE_NAME_MAX, "frame-%u", i + 1);
	struct rppg *p = rppg_new(RPPG_SITE_FACE, RPPG_FVP, false, &names);
	for (unsigned i = 0; i < 450; i++) {
		paint(s, i / 30.0, &f);
		if (rppg_push(p, &f, &err) != 0)
			printf("# %s\n", err.text);
	}
	CHECK(rppg_segment(p, 0, 15, &v) == 0, "a view of the whole picture");
	rppg_free(p);
	return v;
}

static void
rates(void)
{
	struct rppg_segment v = measure(&(struct scene){80, 0.006, 66, 0});

	CHECK_NEAR(v.rate, 80, 1, "a third of the picture has a pulse");
	CHECK(v.confidence > 0.3, "with confidence");
	CHECK(v.confidence <= 0.5, "of a half at most");
	rppg_segment_release(&v);

	v = measure(&(struct scene){80, 0.006, 66, 0.02});
	CHECK_NEAR(v.rate, 80, 1, "not the rate of the light");
	rppg_segment_release(&v);

	/* A light that swings over everything is nobody's pulse. */
	v = measure(&(struct scene){80, 0, 66, 0.03});
	CHECK(v.confidence < 0.1, "light alone is no pulse");
	rppg_segment_release(&v);
}

/* Take the masks of ${regions} boxes whose colours do not change. */
static struct fvp
masks_of(unsigned regions)
{
	static struct window w;
	struct trace_frame f;
	struct resampler in;
	struct fvp fvp;

	CHECK(resampler_init(&in, regions) == 0, "a resampler");
	for (unsigned i = 0; i < 60; i++) {
		paint(&(struct scene){0}, i / 30.0, &f);
		f.count = regions;
		if (resampler_push(&in, &f) < 0)
			exit(1);
	}
	CHECK(resampler_flush(&in) == 1 && resampler_grid(&in) == 0,
	    "on the grid");
	bool skin[TRACE_REGIONS_MAX];
	for (unsigned i = 0; i < TRACE_REGIONS_MAX; i++)
		skin[i] = true;
	CHECK(window_open(&w, &in, RPPG_SITE_FACE, skin, 0, 100) == 0,
	    "a window");
	CHECK(fvp_masks(&w, &fvp) == 0, "masks");
	resampler_release(&in);
	return fvp;
}

static void
masks(void)
{
	struct fvp f = masks_of(BOXES);
	double best = 0, below = 0;

	CHECK(f.masks == FVP_MASKS, "every vector gives two");
	for (unsigned k = 0; k < f.masks; k++) {
		double least = HUGE_VAL, skin = 0, other = 0;

		for (unsigned i = 0; i < BOXES; i++) {
			least = fmin(least, f.mask[k][i]);
			if (i < SKIN)
				skin += f.mask[k][i] / SKIN;
			else
				other += f.mask[k][i] / (BOXES - SKIN);
		}
		below = fmin(below, least);
		best = fmax(best, skin / (skin + other));
	}
	CHECK(below >= 0, "no weight is below 0");
	CHECK(best > 0.9, "one of them shows hardly anything but skin");

	f = masks_of(FVP_VECTORS - 1);
	CHECK(f.masks == 0, "none of fewer boxes than vectors");
	f = masks_of(FVP_VECTORS);
	CHECK(f.masks == FVP_MASKS, "all of as many");
}

int
main(void)
{
	rates();
	masks();
	return check_done();
}
