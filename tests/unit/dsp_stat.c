#include "check.h"
#include "dsp/dsp.h"

static unsigned long state = 1;

/* A fixed sequence of pseudo-random numbers in 0..1. */
static double
noise(void)
{
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (double)(state >> 40) / (double)(1UL << 24);
}

static int
rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
quantiles_match_sorting(void)
{
	double a[101], b[101];
	int same = 1;

	for (size_t n = 1; n <= 101; n++) {
		for (size_t i = 0; i < n; i++)
			a[i] = b[i] = floor(noise() * 20);
		qsort(b, n, sizeof(*b), rising);
		double want =
		    n % 2 == 1 ? b[n / 2] : (b[n / 2 - 1] + b[n / 2]) / 2;
		same &= fabs(dsp_median(a, n) - want) < 1e-12;
	}
	CHECK(same, "median is the middle of the sorted sample, all lengths");
	for (size_t i = 0; i < 101; i++)
		a[i] = (double)((i * 37) % 101);
	CHECK_NEAR(dsp_quantile(a, 101, 0.25), 25, 0, "lower quartile");
	CHECK_NEAR(dsp_quantile(a, 101, 0), 0, 0, "least");
	CHECK_NEAR(dsp_quantile(a, 101, 1), 100, 0, "greatest");
	CHECK_NEAR(dsp_quantile(a, 101, 0.995), 99.5, 1e-12, "in between");
	CHECK_NEAR(dsp_mad(a, 101, 50), 25 * 1.4826, 1e-12, "MAD");
}

int
main(void)
{
	double x[] = {1, 2, 3, 4}, y[] = {2, 4, 6, 8}, z[] = {4, 3, 2, 1};

	CHECK_NEAR(dsp_mean(x, 4), 2.5, 0, "mean");
	CHECK_NEAR(dsp_variance(x, 4), 1.25, 1e-15, "variance");
	CHECK_NEAR(dsp_correlation(x, y, 4), 1, 1e-15, "correlation 1");
	CHECK_NEAR(dsp_correlation(x, z, 4), -1, 1e-15, "correlation -1");
	CHECK_NEAR(dsp_median(x, 0), 0, 0, "nothing has median 0");
	quantiles_match_sorting();
	return check_done();
}
