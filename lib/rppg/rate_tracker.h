/*
 * rate_tracker: follows the rate through the likelihoods of successive windows.
 *
 * A Viterbi search for the path along which the likelihoods of all windows,
 * less what changes of the rate cost, add up to the most.  A window without a
 * clear peak changes nothing, and a clear one is followed even after a jump.
 * Private to lib/rppg.
 */
#ifndef RPPG_RATE_TRACKER_H
#define RPPG_RATE_TRACKER_H

#include "rppg/power.h"

enum {
	RATE_TRACKER_LAG = 12
}; /* windows after which a choice is final */

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

/* The bins of the best path in the last ${n} <= RATE_TRACKER_LAG windows,
 * oldest first. */
void rate_tracker_path(const struct rate_tracker *t, int *bin, unsigned n);

#endif
