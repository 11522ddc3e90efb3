#include "check.h"
#include "rppg/method.h"

enum {
	N = 600
};
static const double rate = 60;

/* A pulse with a second harmonic, rising with the blood volume. */
static double
pulse(double t)
{
	return sin(2 * DSP_PI * 1.25 * t) + 0.3 * sin(4 * DSP_PI * 1.25 * t);
}

static double r[N], g[N], b[N], truth[N], wave[N];

/* Skin whose colour carries the pulse with the signature of blood, and light
 * that changes by ${light} at ${frequency} hertz. */
static void
paint(double strength, double light, double frequency)
{
	static const double level[3] = {180, 120, 95};
	double *to[3] = {r, g, b};
	const double signature[3] = {0.33, 0.77, 0.53};

	for (size_t i = 0; i < N; i++) {
		double t = (double)i / rate;

		truth[i] = pulse(t);
		for (size_t c = 0; c < 3; c++)
			to[c][i] = level[c] *
			    (1 - strength * signature[c] * truth[i]) *
			    (1 + light * sin(2 * DSP_PI * frequency * t));
	}
}

static double
likeness(struct dsp *d, enum rppg_method m)
{
	struct rppg_colour c = {r, g, b, N, rate};

	if (rppg_method_info(m)->extract(d, &c, wave) != 0)
		return -2;
	/* Not the ends, where trends are guessed. */
	return dsp_correlation(wave + 60, truth + 60, N - 120);
}

/* POS as its paper writes it. */
static double
pos_by_definition(void)
{
	static double h[N], times[N];
	double worst = 0;
	size_t l = 96;

	memset(h, 0, sizeof(h));
	memset(times, 0, sizeof(times));
	for (size_t at = 0; at + l <= N; at++) {
		double m[3] = {dsp_mean(r + at, l), dsp_mean(g + at, l),
		    dsp_mean(b + at, l)};
		double s1[96], s2[96], sum[96];

		for (size_t i = 0; i < l; i++) {
			double rn = r[at + i] / m[0], gn = g[at + i] / m[1];
			double bn = b[at + i] / m[2];

			s1[i] = gn - bn;
			s2[i] = gn + bn - 2 * rn;
		}
		double alpha = dsp_sd(s1, l) / dsp_sd(s2, l);
		for (size_t i = 0; i < l; i++)
			sum[i] = s1[i] + alpha * s2[i];
		dsp_demean(sum, l);
		for (size_t i = 0; i < l; i++) {
			h[at + i] += sum[i];
			times[at + i]++;
		}
	}
	for (size_t i = 0; i < N; i++)
		worst = fmax(worst, fabs(wave[i] + h[i] / times[i]));
	return worst;
}

/* Values of 0 must not trap or give NaN. */
static void
dark(struct dsp *d, enum rppg_method m)
{
	struct rppg_colour c = {r, g, b, N, rate};
	int finite = 1;

	memset(g, 0, sizeof(g));
	memset(b, 0, sizeof(b));
	if (m != RPPG_POS) {
		rppg_method_info(m)->extract(d, &c, wave);
		for (size_t i = 0; i < N; i++)
			finite &= isfinite(wave[i]) != 0;
	}
	CHECK(finite, "a channel without light gives no NaN");
	for (size_t n = 1; n < 8; n++) {
		paint(0.01, 0, 1);
		c.n = n;
		CHECK(rppg_method_info(m)->extract(d, &c, wave) == 0,
		    "few samples");
	}
}

int
main(void)
{
	struct dsp *d = dsp_new();

	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;

		char what[80];

		if (rppg_method_info(m)->extract == NULL)
			continue;
		snprintf(what, sizeof(what), "%s: the pulse comes out upright",
		    rppg_method_info(m)->name);
		paint(0.005, 0, 1);
		CHECK_NEAR(likeness(d, m), 1, 0.01, what);
		snprintf(what, sizeof(what),
		    "%s: light changes eight times as "
		    "much",
		    rppg_method_info(m)->name);
		/* ICA takes the clearest peak in the band, light or not. */
		paint(0.005, 0.04, m == RPPG_ICA ? 0.45 : 0.9);
		double like = likeness(d, m);
		if (m == RPPG_GREEN)
			CHECK(like < 0.5, "green: is lost in changing light");
		else
			CHECK_NEAR(like, 1, 0.12, what);
		if (m == RPPG_POS)
			CHECK_NEAR(pos_by_definition(), 0, 1e-12,
			    "pos: the running sums are the definition");
		dark(d, m);
	}
	dsp_free(d);
	return check_done();
}
