/*
 * template: the mean beat, as a matched filter.
 *
 * Private to lib/beats.
 */
#ifndef BEATS_TEMPLATE_H
#define BEATS_TEMPLATE_H

#include <stddef.h>

#include "beats/beat_search.h"

/* Slopes of the mean beat over their scale, from ${before} samples before the
 * rise. */
struct beat_template {
	double *mean; /* owned: free() */
	size_t before, n;
	double energy;
};

/* Make room for a template from ${before} to ${after} periods (of at most 1 s)
 * around the rise.  Return 0, or -1 without memory. */
int beat_template_init(const struct beat_search *s, struct beat_template *sh,
    double before, double after);

/* Learn the mean of the beats.  Return 0; 1 where no beat is whole; -1 without
 * memory. */
int beat_template_learn(const struct beat_search *s, struct beat_template *sh);

/* Correlate the slopes with the template at samples ${from} to ${to} - 1, into
 * s->match.  ${to} may be beyond the end. */
void beat_template_match(struct beat_search *s, const struct beat_template *sh,
    size_t from, size_t to);

/* The correlation of the slopes at ${at} with the template, clamped to 0 to 1.
 * s->match must be set there. */
double beat_template_quality(
    const struct beat_search *s, const struct beat_template *sh, size_t at);

#endif
