#include "measure/estimate.h"

#include <math.h>

#include "readings/estimate.h"

/* Skin in a smaller share of the frames is no measurement.  By hand: of the
 * shortest window, 5 s, it is one second, which has no beat from end to end. */
static const double SEEN_MIN = 0.2;

/* By hand: the confidence was fitted to signals without light and movement, and
 * is far too high for others. */
static const double RAW_TRUST = 0.5;

static double
trust(const struct measure_options *options, double confidence)
{
	return options->raw ? RAW_TRUST * confidence : confidence;
}

static void
set_missing(struct measure_estimate *e, enum missing_reason reason)
{
	for (int i = 0; i < VITAL_COUNT; i++)
		e->reading[i] =
		    (struct reading){.vital = (enum vital)i, .missing = reason};
}

void
measure_estimate_missing(struct measure_estimate *e, enum missing_reason reason)
{
	set_missing(e, reason);
	e->quality = (struct measure_quality){.signal = 0,
	    .snr_db = (double)NAN,
	    .motion = (double)NAN,
	    .illumination = (double)NAN,
	    .coverage = 0};
	e->has_features = false;
}

static const char *
method_name(const struct measure_options *options)
{
	const struct rppg_method_info *info = rppg_method_info(options->method);

	if (options->site == RPPG_SITE_FINGER)
		return "ppg-finger";
	return options->raw ? info->report_raw : info->report;
}

static void
set_rate(struct measure_estimate *e, const struct measure_options *options,
    double rate, double confidence)
{
	struct reading *r = &e->reading[VITAL_HEART_RATE];

	*r = (struct reading){.vital = VITAL_HEART_RATE,
	    .value = rate,
	    .confidence = trust(options, confidence),
	    .method = method_name(options),
	    .missing = options->raw || confidence >= READINGS_CONFIDENCE_MIN
		? NOT_MISSING
		: MISSING_LOW_SIGNAL};
}

static void
set_quality(struct measure_quality *q, const struct rppg_segment *v,
    double from, double to)
{
	q->motion = v->motions > 0 ? fmin(1, v->movement) : (double)NAN;
	q->illumination = v->colours > 0 ? v->illumination : (double)NAN;
	q->coverage =
	    to > from ? v->coverage * (v->end - v->start) / (to - from) : 0;
	q->coverage = fmax(0, fmin(1, q->coverage));
}

void
measure_quality_signal(struct measure_quality *q, double snr_db)
{
	q->snr_db = snr_db;
	q->signal = isnan(snr_db) ? 0 : 1 / (1 + pow(10, -snr_db / 10));
}

/* Frames a second where skin was in view, of at least two.  (Those of more
 * than 75 a second count as 75.) */
static double
frame_rate(const struct rppg_segment *v)
{
	double seconds = v->time[v->colours - 1] - v->time[0];

	for (size_t i = 0; i < v->gaps; i++)
		seconds -= fmax(0,
		    fmin(v->gap[i][1], v->time[v->colours - 1]) -
			fmax(v->gap[i][0], v->time[0]));
	return seconds > 0 ? (double)(v->colours - 1) / seconds
			   : (double)INFINITY;
}

/* All that lib/readings can estimate from ${v}. */
static int
estimate(struct measure_estimate *e, const struct measure_options *options,
    const struct rppg_segment *v, double seconds, struct err *err)
{
	static const enum readings_site sites[] = {
	    [RPPG_SITE_FACE] = READINGS_FACE,
	    [RPPG_SITE_SKIN] = READINGS_SKIN,
	    [RPPG_SITE_FINGER] = READINGS_FINGER,
	};
	size_t regional = v->upper != NULL && v->lower != NULL ? v->waves : 0;
	struct readings_input in = {
	    .site = sites[options->site],
	    .seconds = seconds,
	    .colour = {v->time, v->r, v->g, v->b, v->colours},
	    .pulse = {v->wave_start, RPPG_GRID, v->wave, v->waves},
	    .rate = v->rate,
	    .rate_confidence = trust(options, v->confidence),
	    .snr_db = v->snr_db,
	    .motion = {v->motion_time, v->motion, v->motions},
	    .upper = {v->wave_start, RPPG_GRID, v->upper, regional},
	    .lower = {v->wave_start, RPPG_GRID, v->lower, regional},
	    .gap = (const double(*)[2])v->gap,
	    .gaps = v->gaps,
	    .method = method_name(options),
	    .models = options->models,
	};
	struct readings_output out;

	if (readings_estimate(&out, &in, err) != 0)
		return -1;
	for (int i = 0; i < VITAL_COUNT; i++)
		e->reading[i] = out.reading[i];
	e->features = out.features;
	e->has_features = out.beats.normal > 0;
	measure_quality_signal(&e->quality, out.snr_db);
	readings_output_release(&out);
	if (options->raw && v->rate > 0 &&
	    e->reading[VITAL_HEART_RATE].missing != MISSING_TOO_SHORT)
		set_rate(e, options, v->rate, v->confidence);
	return 0;
}

static enum missing_reason
not_seen(enum rppg_site site)
{
	return site == RPPG_SITE_FINGER ? MISSING_NO_FINGER : MISSING_NO_FACE;
}

int
measure_estimate(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_segment *v,
    double from, double to, struct err *err)
{
	bool is_short = to - from < vital_info(VITAL_HEART_RATE)->min_seconds;

	measure_estimate_missing(e, MISSING_LOW_SIGNAL);
	set_quality(&e->quality, v, from, to);
	if (v->seen < SEEN_MIN && options->site != RPPG_SITE_SKIN) {
		/* A photograph is no video of nobody. */
		measure_estimate_missing(
		    e, is_short ? MISSING_TOO_SHORT : not_seen(options->site));
		return 0;
	}
	if (!is_short && v->colours > 1 &&
	    frame_rate(v) < MEASURE_FRAME_RATE_MIN) {
		set_missing(e, MISSING_LOW_FRAME_RATE);
		return 0;
	}
	return estimate(e, options, v, to - from, err);
}

void
measure_estimate_now(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_estimate *now,
    double seconds)
{
	enum missing_reason missing = e->reading[VITAL_HEART_RATE].missing;

	if (missing == MISSING_LOW_FRAME_RATE)
		return;
	if (now->rate > 0) {
		set_rate(e, options, now->rate, now->confidence);
		e->quality.snr_db = now->snr_db;
	} else if (missing != MISSING_NO_FACE && missing != MISSING_NO_FINGER) {
		e->reading[VITAL_HEART_RATE].missing = seconds < RPPG_FIRST
		    ? MISSING_TOO_SHORT
		    : MISSING_LOW_SIGNAL;
	}
}
