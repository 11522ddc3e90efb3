/*
 * period: the periods with which a pulse wave may repeat, each of which the
 * search for beats tries.  Private to lib/beats.
 */
#ifndef BEATS_PERIOD_H
#define BEATS_PERIOD_H

#include "beats/beat_search.h"

/* The most periods that are tried, and the longest one, s. */
#define BEAT_PERIODS_MAX 4
#define BEAT_PERIOD_MAX (60.0 / BEATS_RATE_MIN)

/*
 * Write the lags, s, at which the slopes of the wave repeat (peaks of their
 * autocorrelation) to ${period}, the best first.  Return how many there are: 0
 * for a wave without any, or shorter than two of the longest.  s->slope and
 * s->scale are read; s->work and s->match are overwritten.
 */
size_t beat_periods(
    const struct beat_search *s, double period[BEAT_PERIODS_MAX]);

#endif
