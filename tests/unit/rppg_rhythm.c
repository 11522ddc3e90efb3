/*
 * How much of the movement of a face is at the rate that was found.
 */
#include "check.h"
#include "rppg/rhythm.h"

enum {
	FRAMES = 330
};

static struct resampler in;
static struct window w;

/* Open a window of a face that swings by ${slow} of its size at 1.1 Hz and by ${fast}
 * at 1.9 Hz. */
static void
open_window(enum rppg_site site, double slow, double fast)
{
	static const bool skin[TRACE_REGIONS_MAX] = {true};

	resampler_release(&in);
	CHECK(resampler_init(&in, 1) == 0, "a resampler");
	for (int i = 0; i < FRAMES; i++) {
		double t = i / 30.0;
		double x = slow * sin(2 * DSP_PI * 1.1 * t) +
		    fast * sin(2 * DSP_PI * 1.9 * t);
		struct trace_frame f = {.time = t,
		    .count = 1,
		    .region = {{170, 120, 100, 600}},
		    .face = {100 + 80 * x, 50, 80, 80}};

		CHECK(resampler_push(&in, &f) >= 0 &&
			(i % 30 != 0 || resampler_grid(&in) == 0),
		    "a frame");
	}
	CHECK(resampler_flush(&in) >= 0 && resampler_grid(&in) == 0, "a grid");
	CHECK(window_open(&w, &in, site, skin, 0, WINDOW_MAX) == 0, "a window");
}

static double
share(struct power_plan *p, double hertz)
{
	double got = -1;

	CHECK(rhythm_share(
		  p, &w, hertz / POWER_STEP, power_lobe(WINDOW_MAX), &got) == 0,
	    "a share");
	return got;
}

int
main(void)
{
	struct power_plan p;

	CHECK(power_plan_init(&p) == 0, "a plan");
	open_window(RPPG_SITE_FACE, 0, 0.02);
	CHECK_NEAR(share(&p, 1.9), 1, 0.05, "a face that moves at the rate");
	CHECK_NEAR(share(&p, 1.3), 0, 0.03, "and not at another one");
	open_window(RPPG_SITE_FACE, 0.02, 0.02);
	CHECK_NEAR(share(&p, 1.1), 0.5, 0.04, "one that also moves slowly");
	CHECK_NEAR(share(&p, 1.9), 0.5, 0.04, "half of it is fast");
	open_window(RPPG_SITE_FACE, 0.01, 0.02);
	CHECK_NEAR(share(&p, 1.9), 0.8, 0.05, "power counts, not amplitude");
	open_window(RPPG_SITE_FINGER, 0, 0.02);
	CHECK_NEAR(share(&p, 1.9), 0, 0, "a finger has no place");
	resampler_release(&in);
	power_plan_release(&p);
	return check_done();
}
