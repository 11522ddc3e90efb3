/* estimate: all readings of one stretch of time.  Private to lib/measure. */
#ifndef MEASURE_ESTIMATE_H
#define MEASURE_ESTIMATE_H

#include "measure/line.h"
#include "measure/measure.h"

struct measure_estimate {
	struct reading reading[VITAL_COUNT];
	struct measure_quality quality;
	struct features features;
	bool has_features;
};

/* Nothing was found, for ${reason}. */
void measure_estimate_missing(
    struct measure_estimate *e, enum missing_reason reason);

/* All readings of ${from}..${to}, seen as ${v}.  Return 0, or -1 without
 * memory. */
int measure_estimate(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_segment *v,
    double from, double to, struct err *err);

/* How good the pulse is, by its SNR in dB; NAN: there is none. */
void measure_quality_signal(struct measure_quality *q, double snr_db);

/* Put the latest heart rate into ${e}, unless that lacks frames; ${seconds}
 * were seen so far. */
void measure_estimate_now(struct measure_estimate *e,
    const struct measure_options *options, const struct rppg_estimate *now,
    double seconds);

#endif
