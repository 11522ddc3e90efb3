/*
 * period: the periods with which a pulse wave may beat, of which the search
 * for beats tries each.  Private to lib/beats.
 */
#ifndef BEATS_PERIOD_H
#define BEATS_PERIOD_H

#include "beats/beat_search.h"

/* As many periods are tried at most; the longest there is, s. */
#define BEAT_PERIODS_MAX 4
#define BEAT_PERIOD_MAX (60.0 / BEATS_RATE_MIN)

/*
 * The lags, in s, with which the slopes of the wave repeat themselves (peaks
 * of their autocorrelation), the best first, in ${period}.  Return how many
 * there are: 0 for a wave without any, or shorter than two of the longest.
 * s->slope and s->scale are read; s->work and s->match are overwritten.
 */
size_t beat_periods(
    const struct beat_search *s, double period[BEAT_PERIODS_MAX]);

#endif
