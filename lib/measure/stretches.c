#include "measure/stretches.h"

#include <math.h>

#include "readings/estimate.h"

/* How the values of stretches become one. */
enum way {
	OVER_TIME,
	OVER_BEATS,
	ROOT_OVER_BEATS, /* of the mean square */
	SPREAD           /* of the intervals */
};

static const enum way ways[VITAL_COUNT] = {
    [VITAL_PULSE_INTERVAL] = OVER_BEATS,
    [VITAL_HRV_PNN50] = OVER_BEATS,
    [VITAL_HRV_RMSSD] = ROOT_OVER_BEATS,
    [VITAL_HRV_SDNN] = SPREAD,
};

void
measure_stretches_add(struct measure_stretches *s,
    const struct measure_estimate *e, double seconds)
{
	if (s->count == MEASURE_STRETCHES_MAX)
		return;
	s->seconds[s->count] = seconds;
	s->estimate[s->count++] = *e;
}

/* The time in which skin was in view. */
static double
time_of(const struct measure_stretches *s, unsigned i)
{
	return s->seconds[i] * s->estimate[i].quality.coverage;
}

/* The mean interval of a stretch, ms; 0: not known. */
static double
interval_of(const struct measure_stretches *s, unsigned i)
{
	const struct reading *r = &s->estimate[i].reading[VITAL_PULSE_INTERVAL];

	return r->missing == NOT_MISSING ? r->value : 0;
}

/* What a reading of a stretch weighs: 0 if there is none. */
static double
weight_of(const struct measure_stretches *s, unsigned i, enum vital vital,
    enum reading_status status)
{
	const struct reading *r = &s->estimate[i].reading[vital];
	double weight = time_of(s, i) * r->confidence;
	double interval = interval_of(s, i);

	if (r->missing != NOT_MISSING || r->status != status)
		return 0;
	if (ways[vital] == OVER_TIME)
		return weight;
	return interval > 0 ? weight / interval : 0;
}

/* The root of the mean of the squares within the stretches and of those of
 * their means about the mean of all. */
static double
spread(const struct measure_stretches *s, enum reading_status status)
{
	double all = 0, sum = 0, squares = 0;

	for (unsigned i = 0; i < s->count; i++) {
		double w = weight_of(s, i, VITAL_HRV_SDNN, status);
		double sd = s->estimate[i].reading[VITAL_HRV_SDNN].value;
		double mean = interval_of(s, i);

		if (!(w > 0))
			continue;
		all += w;
		sum += w * mean;
		squares += w * (sd * sd + mean * mean);
	}
	return sqrt(fmax(0, squares / all - sum / all * (sum / all)));
}

static double
mean(const struct measure_stretches *s, enum vital vital,
    enum reading_status status)
{
	double all = 0, sum = 0;

	for (unsigned i = 0; i < s->count; i++) {
		double w = weight_of(s, i, vital, status);
		double x = s->estimate[i].reading[vital].value;

		if (!(w > 0))
			continue;
		all += w;
		sum += w * (ways[vital] == ROOT_OVER_BEATS ? x * x : x);
	}
	return ways[vital] == ROOT_OVER_BEATS ? sqrt(sum / all) : sum / all;
}

/* Values by a calibration are not mixed with others. */
static enum reading_status
best_status(const struct measure_stretches *s, enum vital vital)
{
	enum reading_status best = READING_FINAL;

	for (unsigned i = 0; i < s->count; i++) {
		const struct reading *r = &s->estimate[i].reading[vital];

		if (r->missing == NOT_MISSING && r->status > best)
			best = r->status;
	}
	return best;
}

static void
total_reading(
    const struct measure_stretches *s, enum vital vital, struct reading *to)
{
	enum reading_status status = best_status(s, vital);
	double all = 0, sure = 0, most = 0, longest = -1;

	*to = (struct reading){.vital = vital, .status = status};
	for (unsigned i = 0; i < s->count; i++) {
		const struct reading *r = &s->estimate[i].reading[vital];
		double time = time_of(s, i);

		all += time;
		if (time > longest && r->missing != NOT_MISSING) {
			longest = time;
			to->missing = r->missing;
		}
		if (!(weight_of(s, i, vital, status) > 0))
			continue;
		sure += time * r->confidence;
		if (time * r->confidence > most) {
			most = time * r->confidence;
			to->method = r->method;
		}
	}
	if (!(most > 0))
		return;
	to->confidence = sure / all;
	if (to->confidence < READINGS_CONFIDENCE_MIN) {
		*to = (struct reading){
		    .vital = vital, .missing = MISSING_LOW_SIGNAL};
		return;
	}
	to->missing = NOT_MISSING;
	to->value =
	    ways[vital] == SPREAD ? spread(s, status) : mean(s, vital, status);
}

/* The mean of what member ${at} of each estimate says, by time in view; NAN
 * where none says anything. */
static double
mean_of(const struct measure_stretches *s,
    double (*at)(const struct measure_estimate *e, int k), int k)
{
	double all = 0, sum = 0;

	for (unsigned i = 0; i < s->count; i++) {
		double x = at(&s->estimate[i], k), w = time_of(s, i);

		if (isnan(x) || !(w > 0))
			continue;
		all += w;
		sum += w * x;
	}
	return all > 0 ? sum / all : (double)NAN;
}

static double
feature(const struct measure_estimate *e, int k)
{
	return e->has_features ? e->features.value[k] : (double)NAN;
}

static double
snr(const struct measure_estimate *e, int k)
{
	(void)k;
	return e->quality.snr_db;
}

static double
motion(const struct measure_estimate *e, int k)
{
	(void)k;
	return e->quality.motion;
}

static double
illumination(const struct measure_estimate *e, int k)
{
	(void)k;
	return e->quality.illumination;
}

void
measure_stretches_total(
    const struct measure_stretches *s, struct measure_estimate *total)
{
	double seconds = 0, seen = 0;

	if (s->count == 1) {
		*total = s->estimate[0];
		return;
	}
	for (int v = 0; v < VITAL_COUNT; v++)
		total_reading(s, (enum vital)v, &total->reading[v]);
	total->has_features = false;
	for (unsigned i = 0; i < s->count; i++) {
		total->has_features |= s->estimate[i].has_features;
		seconds += s->seconds[i];
		seen += time_of(s, i);
	}
	for (int k = 0; k < FEATURE_COUNT; k++)
		total->features.value[k] = mean_of(s, feature, k);
	measure_quality_signal(&total->quality, mean_of(s, snr, 0));
	total->quality.motion = mean_of(s, motion, 0);
	total->quality.illumination = mean_of(s, illumination, 0);
	total->quality.coverage = seconds > 0 ? seen / seconds : 0;
}
