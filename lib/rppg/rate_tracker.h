/*
 * rate_tracker: follows the rate through the likelihoods of successive windows, softly.
 *
 * A Viterbi search: a rate is believed where the likelihoods of all windows along a
 * smooth course add up.  A window without a clear voice changes nothing, a
 * clear one is believed even after a jump.  Private to lib/rppg.
 */
#ifndef RPPG_RATE_TRACKER_H
#define RPPG_RATE_TRACKER_H

#include "rppg/power.h"

enum {
	RATE_TRACKER_LAG = 12
}; /* windows after which a choice stands */

struct rate_tracker {
	double score[POWER_RATES];
	unsigned char from[RATE_TRACKER_LAG + 1]
			  [POWER_RATES]; /* ring, by hop */
	unsigned long hops;
};

void rate_tracker_restart(struct rate_tracker *t);

/* Add a window's log-likelihoods, taken ${hop} seconds after the last one's. */
void rate_tracker_push(struct rate_tracker *t,
    const double log_likelihood[POWER_RATES], double hop);

/* The best course's bins of the last ${n} <= RATE_TRACKER_LAG windows, oldest
 * first. */
void rate_tracker_path(const struct rate_tracker *t, int *bin, unsigned n);

#endif
