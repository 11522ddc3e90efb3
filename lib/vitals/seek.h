/*
 * seek: the search for beats in one stretch of a pulse wave.
 *
 * Private to lib/vitals.  First the steep rises are taken as candidates, and
 * dynamic programming picks the run of them that is strong and regular; then
 * the mean beat is learnt from these and becomes a matched filter, whose
 * peaks are the next candidates.  The last round, on the whole band of the
 * wave, gives the times.
 */
#ifndef VITALS_SEEK_H
#define VITALS_SEEK_H

#include <stdbool.h>
#include <stddef.h>

#include "vitals/beats.h"

/* The grid on which beats are sought, samples a second. */
#define VITALS_SEEK_RATE 250.0

struct vitals_seek {
	double rate;  /* of the grid */
	size_t n;     /* samples */
	double *wave; /* n samples; owned, like all arrays here */
	double *slope;
	double *scale; /* height of the slopes of beats around each sample */
	double *match; /* the matched filter's answer */
	double *work;
	double period; /* of the beats, s; 0: not known */
	size_t *beat;  /* samples at which beats stand, rising */
	double *fine;  /* the same between samples */
	double *quality;
	size_t beats, room;
};

/* Make room for ${n} samples.  Return 0, or -1 without memory. */
int vitals_seek_init(struct vitals_seek *s, size_t n, double rate);
void vitals_seek_release(struct vitals_seek *s);

/* Find the beats of s->wave near s->period, or where that is 0, near the
 * period that the wave repeats itself with.  Return 0, or -1 without memory;
 * s->beats may be 0. */
int vitals_seek_run(struct vitals_seek *s);

#endif
