#include "check.h"
#include "dsp/dsp.h"

enum {
	N = 1800
};

/* The gain of ${f} at ${frequency} hertz, 30 samples a second: that which a
 * sine has lost away from the ends, going forth and back. */
static double
gain(const struct dsp_filter *f, double frequency)
{
	static double x[N], y[N];
	double in = 0, out = 0;

	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * DSP_PI * frequency * (double)i / 30 + 1);
	if (dsp_filtfilt(f, x, y, N) != 0)
		return -1;
	for (size_t i = N / 4; i < N * 3 / 4; i++) {
		in += x[i] * x[i];
		out += x[i] * y[i];
	}
	return sqrt(fmax(out, 0) / in);
}

/* Butterworth's: 1 / sqrt(1 + w^2n), w in the frequency warped by the bilinear
 * transform, in units of the edge. */
static double
butterworth(double frequency, double edge, unsigned order)
{
	double w = tan(DSP_PI * frequency / 30) / tan(DSP_PI * edge / 30);

	return 1 / sqrt(1 + pow(w, 2.0 * order));
}

static void
gains(unsigned order)
{
	static const double at[] = {0.3, 1, 2.5, 4, 5, 7, 12};
	struct dsp_filter f;
	double worst = 0;

	dsp_lowpass(&f, order, 4, 30);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		worst = fmax(worst,
		    fabs(gain(&f, at[i]) - butterworth(at[i], 4, order)));
	CHECK_NEAR(worst, 0, 1e-6, "a low-pass of Butterworth");
	worst = 0;
	dsp_bandpass(&f, order, 0.7, 4, 30);
	for (size_t i = 1; i < sizeof(at) / sizeof(at[0]); i++) {
		/* A high-pass is the low-pass of the inverse frequency. */
		double high = butterworth(at[i], 0.7, order);
		double want =
		    sqrt(1 - high * high) * butterworth(at[i], 4, order);

		worst = fmax(worst, fabs(gain(&f, at[i]) - want));
	}
	CHECK_NEAR(worst, 0, 1e-4, "a band-pass of two of them");
}

static void
zero_phase(void)
{
	static double x[N], y[N];
	struct dsp_filter f;
	double worst = 0;

	dsp_bandpass(&f, 3, 0.7, 4, 30);
	double kept = gain(&f, 1.2);
	for (size_t i = 0; i < N; i++)
		x[i] = 10 + sin(2 * DSP_PI * 1.2 * (double)i / 30);
	CHECK(dsp_filtfilt(&f, x, y, N) == 0, "filters");
	for (size_t i = 150; i < N - 150; i++)
		worst = fmax(worst, fabs(y[i] - kept * kept * (x[i] - 10)));
	CHECK_NEAR(worst, 0, 1e-3, "a sine keeps its phase, gain squared");
	for (size_t i = 0; i < N; i++)
		x[i] = 42;
	dsp_filtfilt(&f, x, y, N);
	CHECK_NEAR(fabs(y[0]) + fabs(y[N - 1]), 0, 1e-9,
	    "a constant makes no transient");
	dsp_lowpass(&f, 4, 1, 30);
	dsp_filtfilt(&f, x, y, N);
	CHECK_NEAR(y[0], 42, 1e-9, "a low-pass keeps a constant");
	for (size_t n = 0; n < 5; n++)
		CHECK(dsp_filtfilt(&f, x, y, n) == 0, "few samples");
}

int
main(void)
{
	for (unsigned order = 1; order <= 6; order++)
		gains(order);
	zero_phase();
	return check_done();
}
