#include "check.h"
#include "dsp/dsp.h"

enum {
	N = 300
};

static void
fill(double *x, double frequency, double amplitude)
{
	for (size_t i = 0; i < N; i++)
		x[i] = 5 +
		    amplitude *
			sin(2 * DSP_PI * frequency * (double)i / 30 + 0.4);
}

static void
transforms(struct dsp *d)
{
	struct dsp_fft *f = dsp_fft(d, 8);
	double worst = 0;

	for (size_t i = 0; i < 8; i++)
		f->time[i] = (double)(i * i % 5);
	dsp_fft_forward(f);
	for (size_t k = 0; k <= 4; k++) {
		double re = 0, im = 0;

		for (size_t i = 0; i < 8; i++) {
			double a = 2 * DSP_PI * (double)(k * i) / 8;

			re += (double)(i * i % 5) * cos(a);
			im -= (double)(i * i % 5) * sin(a);
		}
		worst = fmax(worst, fabs(f->frequency[k][0] - re));
		worst = fmax(worst, fabs(f->frequency[k][1] - im));
	}
	CHECK_NEAR(worst, 0, 1e-12, "the sum of the definition");
	CHECK(dsp_fft_length(7) == 8 && dsp_fft_length(10) == 10 &&
		dsp_fft_length(601) == 640 && dsp_fft_length(0) == 2,
	    "good lengths");
	for (size_t n = 2; n < 2 + 4 * DSP_PLANS_MAX; n += 2)
		CHECK(dsp_fft(d, n) != NULL, "more lengths than plans");
}

static void
peaks(struct dsp *d)
{
	static double x[N];
	struct dsp_spectrum s = {0};
	double worst = 0;

	for (double rate = 42; rate <= 240; rate += 3.7) {
		double height;

		fill(x, rate / 60, 1);
		dsp_periodogram(d, x, N, 30, 0.5 / 60, &s);
		double at = dsp_peak(&s, 0.5, 4.5, &height);
		worst = fmax(worst, fabs(at * 60 - rate));
	}
	CHECK_NEAR(worst, 0, 0.05, "peaks between the bins, in /min");
	CHECK(s.step <= 0.5 / 60, "finer than 0.5 /min");
	fill(x, 1.5, 1);
	dsp_periodogram(d, x, N, 30, 0.5 / 60, &s);
	CHECK_NEAR(dsp_band_power(&s, 0, 15), 0.5, 0.01, "Parseval");
	CHECK_NEAR(dsp_band_power(&s, 1.2, 1.8), 0.5, 0.01, "and its band");
	CHECK(isnan(dsp_peak(&s, 2.02, 2.04, NULL)), "no peak, no number");
	CHECK(dsp_periodogram(d, x, 0, 30, 0.5, &s) == 0 &&
		dsp_band_power(&s, 0, 15) == 0,
	    "no samples, no power");
	dsp_spectrum_release(&s);
}

/* The sum of the definition, turned by what all signals are turned by. */
static void
goertzel(void)
{
	static const double hz[] = {0.0667, 0.9, 1.234, 7.5, 14.9};
	static double x[N];
	double worst = 0, rate = 30;

	for (size_t i = 0; i < N; i++)
		x[i] = sin(0.3 * (double)i) + (double)(i * i % 7);
	for (size_t k = 0; k < sizeof(hz) / sizeof(hz[0]); k++) {
		double w = 2 * DSP_PI * hz[k] / rate, re = 0, im = 0, got[2];

		for (size_t i = 0; i < N; i++) {
			re += x[i] * cos(w * ((double)i - (N - 1)));
			im -= x[i] * sin(w * ((double)i - (N - 1)));
		}
		dsp_goertzel(x, N, hz[k], rate, got);
		worst = fmax(worst, fabs(got[0] - re));
		worst = fmax(worst, fabs(got[1] - im));
	}
	CHECK_NEAR(worst, 0, 1e-8, "Goertzel is the sum of the definition");
}

static void
parabola(void)
{
	/* 5 - (x - 0.3)^2 at -1, 0, 1. */
	CHECK_NEAR(dsp_parabola_top(5 - 1.69, 5 - 0.09, 5 - 0.49), 0.3, 1e-12,
	    "the top of a parabola");
	CHECK_NEAR(dsp_parabola_top(1, 0, 2), 0, 0, "a valley has none");
	CHECK_NEAR(dsp_parabola_top(1, 2, 3), 0, 0, "nor has a line");
}

int
main(void)
{
	struct dsp *d = dsp_new();

	transforms(d);
	peaks(d);
	goertzel();
	parabola();
	dsp_free(d);
	return check_done();
}
