#include "check.h"
#include "dsp/dsp.h"

#include <stdbool.h>

static void
spline_is_exact_for_lines(void)
{
	double t[] = {0, 1, 3, 4}, x[] = {1, 3, 7, 9};
	struct dsp_spline s;

	CHECK(dsp_spline_init(&s, t, x, 4) == 0, "spline of a line");
	CHECK_NEAR(dsp_spline_at(&s, 2.2), 5.4, 1e-12, "value on the line");
	CHECK_NEAR(dsp_spline_at(&s, -1), 1, 0, "constant before");
	CHECK_NEAR(dsp_spline_at(&s, 9), 9, 0, "constant behind");
	dsp_spline_release(&s);
	CHECK(dsp_spline_init(&s, t, x, 1) == 0, "spline of one point");
	CHECK_NEAR(dsp_spline_at(&s, 2), 1, 0, "a constant");
	dsp_spline_release(&s);
	/* Natural spline through 0 1 0: curvature -3 in the middle. */
	double x3[] = {0, 1, 0}, t3[] = {0, 1, 2};
	dsp_spline_init(&s, t3, x3, 3);
	CHECK_NEAR(s.curvature[1], -3, 1e-12, "curvature by hand");
	CHECK_NEAR(dsp_spline_at(&s, 0.5), 0.6875, 1e-12, "value by hand");
	dsp_spline_release(&s);
}

static void
uneven_sine(void)
{
	enum {
		N = 300,
		M = 580
	};
	static double t[N], x[N], y[M];
	static bool good[M];
	double worst = 0;

	for (size_t i = 0; i < N; i++) {
		t[i] = (double)i / 30 + 0.008 * sin((double)i * 12.9898);
		x[i] = sin(2 * DSP_PI * 1.3 * t[i]);
	}
	CHECK(dsp_resample(t, x, N, 0.2, 0.1, 1 / 60.0, y, good, M) == 0,
	    "resamples");
	for (size_t k = 0; k < M; k++)
		worst = fmax(worst,
		    fabs(
			y[k] - sin(2 * DSP_PI * 1.3 * (0.1 + (double)k / 60))));
	CHECK_NEAR(worst, 0, 2e-3, "a jittered sine comes back");
	for (size_t i = 100; i < 115; i++)
		x[i] = (double)NAN;
	dsp_resample(t, x, N, 0.2, 0.1, 1 / 60.0, y, good, M);
	size_t k = (size_t)((107 / 30.0 - 0.1) * 60);
	CHECK(!good[k] && good[k - 40] && good[k + 40], "the gap is marked");
	CHECK(fabs(y[k]) <= 1.01, "and crossed on a line");
	for (size_t i = 0; i < N; i++)
		x[i] = (double)NAN;
	dsp_resample(t, x, N, 0.2, 0.1, 1 / 60.0, y, good, M);
	CHECK(y[3] == 0 && !good[3], "nothing gives nothing");
}

int
main(void)
{
	spline_is_exact_for_lines();
	uneven_sine();
	return check_done();
}
