/*
 * track: follows the rate through the votes of successive windows, softly.
 *
 * A Viterbi search: a rate is believed where the votes of all windows along a
 * smooth course add up.  A window without a clear voice changes nothing, a
 * clear one is believed even after a jump.  Private to lib/rppg.
 */
#ifndef RPPG_TRACK_H
#define RPPG_TRACK_H

#include "rppg/vote.h"

enum {
	TRACK_LAG = 12
}; /* windows after which a choice stands */

struct track {
	double score[POWER_RATES];
	unsigned char from[TRACK_LAG + 1][POWER_RATES]; /* ring, by hop */
	unsigned long hops;
};

void track_restart(struct track *t);

/* Add a window's votes, taken ${hop} seconds after the last one's. */
void track_push(struct track *t, const double votes[POWER_RATES], double hop);

/* The best course's bins of the last ${n} <= TRACK_LAG windows, oldest
 * first. */
void track_course(const struct track *t, int *bin, unsigned n);

#endif
