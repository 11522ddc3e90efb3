/*
 * period: the periods with which a pulse wave may beat, of which the search
 * for beats tries each.  Private to lib/vitals.
 */
#ifndef VITALS_PERIOD_H
#define VITALS_PERIOD_H

#include "vitals/seek.h"

/* As many periods are tried at most; the longest there is, s. */
#define VITALS_PERIODS_MAX 4
#define VITALS_PERIOD_MAX (60.0 / VITALS_RATE_MIN)

/*
 * The lags, in s, with which the slopes of the wave repeat themselves (peaks
 * of their autocorrelation), the best first, in ${period}.  Return how many
 * there are: 0 for a wave without any, or shorter than two of the longest.
 * s->slope and s->scale are read; s->work and s->match are overwritten.
 */
size_t vitals_periods(
    const struct vitals_seek *s, double period[VITALS_PERIODS_MAX]);

#endif
