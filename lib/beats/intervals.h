/*
 * intervals: which intervals between beats are those of a normal heart beat.
 *
 * Private to lib/beats.
 */
#ifndef BEATS_INTERVALS_H
#define BEATS_INTERVALS_H

#include <stddef.h>

#include "beats/beats.h"

/* Make b->interval of b->beat, mark each, and sum up.  Return 0, or -1
 * without memory. */
int intervals_label(struct beats *b, const double (*gap)[2], size_t gaps);

#endif
