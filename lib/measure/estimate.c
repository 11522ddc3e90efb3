#include "measure/estimate.h"

#include <math.h>

#include "vitals/signal.h"

/* Skin in view for less of the time is no measurement. */
static const double COVERAGE_MIN = 0.2;

void
measure_estimate_absent(struct measure_estimate *e, enum absent reason)
{
	for (int i = 0; i < VITAL_COUNT; i++)
		e->reading[i] =
		    (struct reading){.vital = (enum vital)i, .absent = reason};
	e->quality = (struct measure_quality){.signal = 0,
	    .snr_db = (double)NAN,
	    .motion = (double)NAN,
	    .illumination = (double)NAN,
	    .coverage = 0};
	e->has_features = false;
}

static void
set_rate(struct measure_estimate *e, const struct measure_options *options,
    double rate, double confidence)
{
	struct reading *r = &e->reading[VITAL_HEART_RATE];

	*r = (struct reading){.vital = VITAL_HEART_RATE,
	    .value = rate,
	    .confidence = confidence,
	    .method = rppg_method_info(options->method)->report,
	    .absent = rate > 0 ? ABSENT_NOT : ABSENT_LOW_SIGNAL};
}

static void
set_quality(struct measure_quality *q, const struct rppg_view *v, double from,
    double to)
{
	q->snr_db = v->snr_db;
	q->signal = isnan(v->snr_db) ? 0 : 1 / (1 + pow(10, -v->snr_db / 10));
	q->motion = v->motions > 0 ? fmin(1, v->movement) : (double)NAN;
	q->illumination = v->colours > 0 ? v->illumination : (double)NAN;
	q->coverage =
	    to > from ? v->coverage * (v->end - v->start) / (to - from) : 0;
	q->coverage = fmax(0, fmin(1, q->coverage));
}

int
measure_estimate(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_view *v,
    double from, double to, struct err *err)
{
	(void)err;
	measure_estimate_absent(e, ABSENT_LOW_SIGNAL);
	set_quality(&e->quality, v, from, to);
	for (int i = 0; i < VITAL_COUNT; i++)
		if (to - from < vital_info((enum vital)i)->min_seconds)
			e->reading[i].absent = ABSENT_TOO_SHORT;
	if (e->quality.coverage < COVERAGE_MIN &&
	    options->site == RPPG_SITE_FACE)
		measure_estimate_absent(e, ABSENT_NO_FACE);
	else if (v->rate > 0)
		set_rate(e, options, v->rate, v->confidence);
	return 0;
}

void
measure_estimate_now(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_now *now,
    double seconds)
{
	if (now->rate > 0) {
		set_rate(e, options, now->rate, now->confidence);
		e->quality.snr_db = now->snr_db;
	} else {
		e->reading[VITAL_HEART_RATE].absent =
		    seconds < RPPG_FIRST ? ABSENT_TOO_SHORT : ABSENT_LOW_SIGNAL;
	}
}
