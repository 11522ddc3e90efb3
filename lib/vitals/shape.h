/*
 * shape: the mean beat as a matched filter.
 *
 * Private to lib/vitals.
 */
#ifndef VITALS_SHAPE_H
#define VITALS_SHAPE_H

#include <stddef.h>

#include "vitals/seek.h"

/* Slopes of the mean beat over their scale, from ${before} samples before the
 * rise. */
struct vitals_shape {
	double *mean; /* owned: free() */
	size_t before, n;
	double energy;
};

/* Make room for a shape from ${before} to ${after} periods (of at most 1 s)
 * around the rise.  Return 0, or -1 without memory. */
int vitals_shape_init(const struct vitals_seek *s, struct vitals_shape *sh,
    double before, double after);

/* Learn the mean of the beats.  Return 0; 1 where no beat can be seen whole;
 * -1 without memory. */
int vitals_shape_learn(const struct vitals_seek *s, struct vitals_shape *sh);

/* Correlate the slopes with the shape at samples ${from} to ${to} - 1, into
 * s->match; ${to} may lie behind the end. */
void vitals_shape_match(struct vitals_seek *s, const struct vitals_shape *sh,
    size_t from, size_t to);

/* Correlation coefficient of the slopes at ${at} with the shape, cut to 0 to
 * 1; s->match is set. */
double vitals_shape_quality(
    const struct vitals_seek *s, const struct vitals_shape *sh, size_t at);

#endif
