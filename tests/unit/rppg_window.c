/*
 * The weights of patches: by their noise while a face moves, and otherwise by their
 * pixels.
 */
#include "check.h"
#include "noise.h"
#include "rppg/window.h"

enum {
	FRAMES = 330,
	PATCHES = 3 /* the last is four times as noisy, of half the pixels */
};

static struct resampler in;
static struct window w;

/* Open a window of a face that swings by ${move} of its size. */
static void
open_window(enum rppg_site site, bool raw, double move)
{
	static const bool skin[TRACE_REGIONS_MAX] = {true, true, true};

	resampler_release(&in);
	CHECK(resampler_init(&in, PATCHES) == 0, "a resampler");
	for (int i = 0; i < FRAMES; i++) {
		double t = i / 30.0;
		struct trace_frame f = {.time = t,
		    .count = PATCHES,
		    .face = {100 + 80 * move * sin(2 * t), 50, 80, 80}};

		for (unsigned k = 0; k < PATCHES; k++) {
			double sigma = k + 1 == PATCHES ? 1.6 : 0.4;

			f.region[k] =
			    (struct trace_region){170 + sigma * noise(),
				120 + sigma * noise(), 100 + sigma * noise(),
				k + 1 == PATCHES ? 300 : 600};
		}
		CHECK(resampler_push(&in, &f) >= 0 &&
			(i % 30 != 0 || resampler_grid(&in) == 0),
		    "a frame");
	}
	CHECK(resampler_flush(&in) >= 0 && resampler_grid(&in) == 0, "a grid");
	w.raw = raw;
	CHECK(window_open(&w, &in, site, skin, 0, WINDOW_MAX) == 0, "a window");
}

static double
share_of_last(void)
{
	return w.weight[PATCHES - 1] / w.weight[0];
}

int
main(void)
{
	open_window(RPPG_SITE_FACE, false, 0);
	CHECK(!window_moves(&w), "a face that keeps still");
	CHECK_NEAR(share_of_last(), 0.5, 1e-9, "is weighted by pixels");
	open_window(RPPG_SITE_FACE, false, 0.02);
	CHECK(window_moves(&w), "one that moves");
	CHECK_NEAR(share_of_last(), 0.5 * pow(16, -0.75), 0.01,
	    "also by the noise of its patches");
	CHECK_NEAR(w.weight[1] / w.weight[0], 1, 0.3, "alike, if they are");
	open_window(RPPG_SITE_FACE, true, 0.02);
	CHECK_NEAR(share_of_last(), 0.5, 1e-9, "but not raw");
	open_window(RPPG_SITE_SKIN, false, 0.02);
	CHECK_NEAR(share_of_last(), 0.5, 1e-9, "nor if it is not a face");
	open_window(RPPG_SITE_FACE, false, 0.3);
	CHECK(!window_moves(&w), "one that moves far");
	CHECK_NEAR(share_of_last(), 0.5, 1e-9, "is weighted by pixels");
	resampler_release(&in);
	return check_done();
}
