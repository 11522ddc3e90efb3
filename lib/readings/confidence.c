#include "readings/confidence.h"

#include <math.h>

#include "readings/reading.h"

/* By hand: shares of slow power up to which a wave is no pulse, and from which
 * it may be one. */
#define SLOW_NONE 0.2
#define SLOW_ALL 0.5

/* By hand: the signal-to-noise ratios, dB, up to which beats that resemble each other
 * are not those of a heart, and from which they may be.  In 1245 windows of real
 * fingertips, of 10 to 60 s, those with a confidence of 0.3 or more have at least
 * -9.5; the groups of pictures of an encoder had -22. */
#define SNR_NONE (-14.0)
#define SNR_ALL (-10.0)

static double
logistic(double z)
{
	return 1 / (1 + exp(-z));
}

/* From 0 at ${low} to 1 at ${high}. */
static double
ramp(double x, double low, double high)
{
	return fmin(fmax((x - low) / (high - low), 0), 1);
}

double
confidence_heart_rate(const struct pulse_quality *q)
{
	/* Fitted, like all below.  A rate that changes has no single value. */
	static const double start = -6.51, similarity = 10.41, change = -1,
			    free_change = 4;

	/* By hand: flicker repeats itself perfectly, so its power decides. */
	double pulse = ramp(q->slow, SLOW_NONE, SLOW_ALL);

	if (!isnan(q->snr_db))
		pulse *= ramp(q->snr_db, SNR_NONE, SNR_ALL);
	return pulse *
	    logistic(start + similarity * q->beat_similarity +
		change * fmax(0, q->change - free_change));
}

double
confidence_sdnn(const struct beats *b, const struct pulse_quality *q)
{
	static const double start = -11.6, similarity = 11.2, regular = 4.8;

	return logistic(
	    start + similarity * q->beat_similarity + regular * b->regular);
}

double
confidence_rmssd(const struct beats *b, const struct pulse_quality *q)
{
	static const double start = -14.9, similarity = 13.3, regular = 5.7;

	return logistic(
	    start + similarity * q->beat_similarity + regular * b->regular);
}

/* The normal distribution function at ${z}. */
static double
below(double z)
{
	return 0.5 * erfc(-z / sqrt(2));
}

double
confidence_lf_hf(const struct hrv *h)
{
	double tolerance = vital_info(VITAL_HRV_LF_HF)->tolerance;
	double lf = HRV_LF_HIGH - HRV_LF_LOW;
	double hf = HRV_HF_HIGH - HRV_LF_HIGH;
	double ratio = h->lf_hf, off;

	if (!(ratio > 0) || !(h->spectrum_seconds > 0))
		return 0;
	/* The power in a band is a mean over as many independent bins as the
	 * length has cycles of the bandwidth, and each bin is off by as much as
	 * its own size. */
	off = sqrt((1 / lf + 1 / hf) / h->spectrum_seconds);
	return below(log(1 + tolerance / ratio) / off) -
	    (ratio > tolerance ? below(log(1 - tolerance / ratio) / off) : 0);
}

double
confidence_respiration(const struct respiration *r, double seconds)
{
	static const double start = -3.3, peak = 5.8, agreement = 1.55,
			    length = 0.42;

	return logistic(start + peak * r->peak + agreement * r->agreement +
	    length * log(fmin(fmax(seconds, 10), 60) / 30));
}
