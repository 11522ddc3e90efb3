#include "check.h"
#include "dsp/dsp.h"

static void
gains(unsigned order)
{
	struct dsp_filter f;
	double half = sqrt(0.5);

	dsp_lowpass(&f, order, 4, 30);
	CHECK_NEAR(dsp_gain(&f, 0, 30), 1, 1e-12, "low-pass at 0");
	CHECK_NEAR(dsp_gain(&f, 4, 30), half, 1e-12, "low-pass at its edge");
	/* Butterworth in the warped frequency. */
	double w = tan(DSP_PI * 7 / 30) / tan(DSP_PI * 4 / 30);
	CHECK_NEAR(dsp_gain(&f, 7, 30), 1 / sqrt(1 + pow(w, 2.0 * order)),
	    1e-12, "low-pass above its edge");
	dsp_highpass(&f, order, 0.7, 30);
	CHECK_NEAR(dsp_gain(&f, 15, 30), 1, 1e-12, "high-pass at the top");
	CHECK_NEAR(dsp_gain(&f, 0.7, 30), half, 1e-9, "high-pass at its edge");
	dsp_bandpass(&f, order, 0.7, 4, 30);
	CHECK_NEAR(dsp_gain(&f, 0, 30), 0, 1e-9, "band-pass at 0");
}

static void
zero_phase(void)
{
	enum {
		N = 900
	};
	static double x[N], y[N];
	struct dsp_filter f;
	double worst = 0;

	dsp_bandpass(&f, 3, 0.7, 4, 30);
	double gain = dsp_gain(&f, 1.2, 30);
	for (size_t i = 0; i < N; i++)
		x[i] = 10 + sin(2 * DSP_PI * 1.2 * (double)i / 30);
	CHECK(dsp_filtfilt(&f, x, y, N) == 0, "filters");
	for (size_t i = 150; i < N - 150; i++)
		worst = fmax(worst, fabs(y[i] - gain * gain * (x[i] - 10)));
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
