#include "readings/hrv.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

#define LF_LOW HRV_LF_LOW
#define LF_HIGH HRV_LF_HIGH
#define HF_HIGH HRV_HF_HIGH

/* The variance of a beat's time, s^2, is this times its noise over its signal
 * (1/q^2 - 1, where q is its correlation with the mean beat).  Fitted to the
 * excess of SDNN and RMSSD over those of chest straps.  By hand: q counts as at
 * least QUALITY_MIN. */
#define TIME_VARIANCE 750e-6
#define QUALITY_MIN 0.6

/* Differences above this count in pNN50, s (Task Force). */
#define NN50 0.050

static bool
normal(const struct beats *b, size_t i)
{
	return b->interval[i].label == INTERVAL_NORMAL;
}

double
hrv_lomb(const double t[], const double x[], size_t n, double f)
{
	double w = 2 * DSP_PI * f, s2 = 0, c2 = 0, tau;
	double xc = 0, xs = 0, cc = 0, ss = 0, power = 0;

	for (size_t i = 0; i < n; i++) {
		s2 += sin(2 * w * t[i]);
		c2 += cos(2 * w * t[i]);
	}
	tau = atan2(s2, c2) / (2 * w);
	for (size_t i = 0; i < n; i++) {
		double c = cos(w * (t[i] - tau)), s = sin(w * (t[i] - tau));

		xc += x[i] * c;
		xs += x[i] * s;
		cc += c * c;
		ss += s * s;
	}
	if (cc > 0)
		power += xc * xc / cc;
	if (ss > 0)
		power += xs * xs / ss;
	return n > 0 ? power / (double)n : 0;
}

/* The power of the normal intervals in the two bands, by Lomb's periodogram on
 * a grid of one over the length: there the bins are independent and add up to
 * the variance. */
static int
bands(struct hrv *h, const struct beats *b)
{
	double *t = calloc(2 * b->count, sizeof(*t)), *x, mean = 0, length;
	size_t n = 0;

	if (t == NULL)
		return -1;
	x = t + b->count;
	for (size_t i = 0; i + 1 < b->count; i++) {
		if (!normal(b, i))
			continue;
		t[n] = b->beat[i + 1].time - b->beat[0].time;
		x[n] = b->interval[i].seconds * 1000;
		mean += x[n++];
	}
	mean /= (double)n;
	for (size_t i = 0; i < n; i++)
		x[i] -= mean;
	length = b->beat[b->count - 1].time - b->beat[0].time;
	h->lf = h->hf = 0;
	for (size_t k = (size_t)ceil(LF_LOW * length);
	     (double)k / length < HF_HIGH; k++) {
		double f = (double)k / length, p = hrv_lomb(t, x, n, f);

		if (f < LF_HIGH)
			h->lf += p;
		else
			h->hf += p;
	}
	if (h->hf > 0)
		h->lf_hf = h->lf / h->hf;
	h->spectrum_seconds = length;
	free(t);
	return 0;
}

/* The variance of a beat's time, s^2, from its correlation with the mean
 * beat. */
static double
time_variance(const struct beat *beat)
{
	double q = fmax(beat->quality, QUALITY_MIN);

	return TIME_VARIANCE * (1 / (q * q) - 1);
}

/* A variance less what noise adds to it, but at least half of it: more would be
 * a guess. */
static double
without_noise(double variance, double noise)
{
	return fmax(variance - noise, variance / 2);
}

/* SDNN: the standard deviation of the normal intervals. */
static void
spread(struct hrv *h, const struct beats *b)
{
	double sum = 0, squares = 0, noise = 0, n = (double)b->normal, mean;

	for (size_t i = 0; i + 1 < b->count; i++) {
		if (!normal(b, i))
			continue;
		sum += b->interval[i].seconds;
		noise +=
		    time_variance(&b->beat[i]) + time_variance(&b->beat[i + 1]);
	}
	mean = sum / n;
	for (size_t i = 0; i + 1 < b->count; i++) {
		double d = b->interval[i].seconds - mean;

		if (normal(b, i))
			squares += d * d;
	}
	h->sdnn = 1000 * sqrt(without_noise(squares / (n - 1), noise / n));
}

/* Is interval ${i} next to an unclear one?  The beat between them may then be a
 * wrong one, which differences show most. */
static bool
beside_unclear(const struct beats *b, size_t i)
{
	const struct beat_interval *v = &b->interval[i];

	return (i > 0 && v[-1].label == INTERVAL_UNCLEAR) ||
	    (i + 2 < b->count && v[1].label == INTERVAL_UNCLEAR);
}

/* RMSSD and pNN50, from neighbouring intervals. */
static void
steps(struct hrv *h, const struct beats *b)
{
	double squares = 0, above = 0, noise = 0, n;
	size_t pairs = 0;

	for (size_t i = 0; i + 2 < b->count; i++) {
		double d;

		if (!normal(b, i) || !normal(b, i + 1) ||
		    beside_unclear(b, i) || beside_unclear(b, i + 1))
			continue;
		d = b->interval[i + 1].seconds - b->interval[i].seconds;
		squares += d * d;
		noise += time_variance(&b->beat[i]) +
		    4 * time_variance(&b->beat[i + 1]) +
		    time_variance(&b->beat[i + 2]);
		/* Compared to the microsecond, so that 50 ms is not above 50
		 * ms. */
		above += fabs(d) > NN50 + 1e-6;
		pairs++;
	}
	if (pairs + 1 < HRV_INTERVALS_MIN)
		return;
	n = (double)pairs;
	h->rmssd = 1000 * sqrt(without_noise(squares / n, noise / n));
	h->pnn50 = 100 * above / n;
}

int
hrv_measure(struct hrv *h, const struct beats *b)
{
	const double none = (double)NAN;

	*h = (struct hrv){none, none, none, none, none, none, none};
	if (b->normal < HRV_INTERVALS_MIN)
		return 0;
	spread(h, b);
	steps(h, b);
	if (b->beat[b->count - 1].time - b->beat[0].time <
	    HRV_SPECTRUM_SECONDS_MIN)
		return 0;
	return bands(h, b);
}

double
hrv_stress_index(const struct beats *b)
{
	size_t bin[64] = {0}, best = 0;
	double low = HUGE_VAL, high = 0, seconds = 0, mode, share;

	for (size_t i = 0; i + 1 < b->count; i++) {
		double v = b->interval[i].seconds;

		if (!normal(b, i))
			continue;
		seconds += v;
		low = fmin(low, v);
		high = fmax(high, v);
		/* Normal intervals are 2 s at most: bin 40. */
		bin[(size_t)(v / HRV_STRESS_BIN + 1e-9)]++;
	}
	if (seconds < HRV_STRESS_SECONDS_MIN || !(high > low))
		return (double)NAN;
	for (size_t k = 1; k < sizeof(bin) / sizeof(bin[0]); k++) {
		if (bin[k] > bin[best])
			best = k;
	}
	mode = ((double)best + 0.5) * HRV_STRESS_BIN;
	share = 100 * (double)bin[best] / (double)b->normal;
	return share / (2 * mode * (high - low));
}
