/*
 * intervals: which intervals between beats are normal (NN), and why others are
 * not.
 *
 * Private to lib/beats.
 */
#ifndef BEATS_INTERVALS_H
#define BEATS_INTERVALS_H

#include <stddef.h>

#include "beats/beats.h"

/* Compute b->interval from b->beat, label each, and set the sums over them.
 * Return 0, or -1 without memory. */
int intervals_label(struct beats *b, const double (*gap)[2], size_t gaps);

#endif
