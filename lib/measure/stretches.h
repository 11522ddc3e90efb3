/*
 * stretches: the readings of a long recording, from those of its parts.
 *
 * What is longer than MEASURE_WHOLE_MAX is estimated stretch by stretch, so
 * that memory does not grow with its length; here the estimates become one.
 * Private to lib/measure.
 */
#ifndef MEASURE_STRETCHES_H
#define MEASURE_STRETCHES_H

#include "measure/estimate.h"
#include "measure/measure.h"

/* Of the longest window. */
#define MEASURE_STRETCHES_MAX 24

struct measure_stretches {
	unsigned count;
	double seconds[MEASURE_STRETCHES_MAX];
	struct measure_estimate estimate[MEASURE_STRETCHES_MAX];
};

/* Add the next ${seconds}.  What is more than MEASURE_STRETCHES_MAX is
 * left out. */
void measure_stretches_add(struct measure_stretches *s,
    const struct measure_estimate *e, double seconds);

/*
 * All of them as one; there is at least one.  Each counts by the time in which
 * skin was in view and by its confidence.  Rates, ratios and indices are means
 * over time, pulse interval and pNN50 means over beats, RMSSD the root of the
 * mean square over beats; SDNN has the spread between the stretches added to
 * that within.  The confidence is the mean over time, a stretch without a
 * value counting as none.
 */
void measure_stretches_total(
    const struct measure_stretches *s, struct measure_estimate *total);

#endif
