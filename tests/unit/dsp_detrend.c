#include "check.h"
#include "dsp/dsp.h"

/* (I + lambda^2 D2'D2) y, made from the definition. */
static void
apply(const double *y, double *out, size_t n, double lambda)
{
	for (size_t i = 0; i < n; i++)
		out[i] = y[i];
	for (size_t r = 0; r + 2 < n; r++) {
		double d = lambda * lambda * (y[r] - 2 * y[r + 1] + y[r + 2]);

		out[r] += d;
		out[r + 1] -= 2 * d;
		out[r + 2] += d;
	}
}

static void
solves_the_system(size_t n)
{
	double x[64], y[64], back[64], worst = 0;
	char what[64];

	for (size_t i = 0; i < n; i++)
		x[i] = sin((double)i * 0.7) + 0.1 * (double)(i % 3);
	CHECK(dsp_smooth(x, y, n, 7.5) == 0, "smooths");
	apply(y, back, n, 7.5);
	for (size_t i = 0; i < n; i++)
		worst = fmax(worst, fabs(back[i] - x[i]));
	snprintf(what, sizeof(what), "solves the system of %zu", n);
	CHECK_NEAR(worst, 0, 1e-10, what);
}

static void
frequency_response(void)
{
	enum {
		N = 2000
	};
	static double x[N], y[N];
	double rate = 60, lambda = dsp_detrend_lambda(0.5, rate);

	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * DSP_PI * 0.5 * (double)i / rate);
	dsp_smooth(x, y, N, lambda);
	CHECK_NEAR(y[1110] / x[1110], 0.5, 1e-3, "half at the cut-off");
	for (size_t i = 0; i < N; i++)
		x[i] = 3 - 0.01 * (double)i;
	dsp_detrend(x, y, N, lambda);
	CHECK_NEAR(y[0], 0, 1e-6, "a line is all trend, start");
	CHECK_NEAR(y[N - 1], 0, 1e-6, "a line is all trend, end");
}

int
main(void)
{
	double line[] = {5, 7, 9, 11, 13};
	double one = 4;

	for (size_t n = 1; n <= 8; n++)
		solves_the_system(n);
	solves_the_system(64);
	frequency_response();
	dsp_delinear(line, 5);
	CHECK_NEAR(fabs(line[0]) + fabs(line[4]), 0, 1e-12, "line taken off");
	dsp_delinear(&one, 1);
	CHECK_NEAR(one, 0, 0, "one sample is its own mean");
	return check_done();
}
