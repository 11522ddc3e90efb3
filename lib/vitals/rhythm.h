/*
 * rhythm: which intervals between beats are those of a normal heart beat.
 *
 * Private to lib/vitals.
 */
#ifndef VITALS_RHYTHM_H
#define VITALS_RHYTHM_H

#include <stddef.h>

#include "vitals/beats.h"

/* Make b->interval of b->beat, mark each, and sum up.  Return 0, or -1
 * without memory. */
int vitals_rhythm_judge(
    struct vitals_beats *b, const double (*gap)[2], size_t gaps);

#endif
