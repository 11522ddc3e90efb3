/*
 * beat_search: the search for beats in one stretch of a pulse wave.
 *
 * Private to lib/beats.  First the steep rises are candidates, and dynamic
 * programming picks the run of them that is strong and regular.  Then the mean
 * of these beats becomes a matched filter, whose peaks are the next candidates.
 * The last round, in the whole band of the wave, gives the times.
 */
#ifndef BEATS_BEAT_SEARCH_H
#define BEATS_BEAT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "beats/beats.h"

/* The grids on which beats are searched, and on which they get their times,
 * samples per second. */
#define BEAT_SEARCH_COARSE 62.5
#define BEAT_SEARCH_FINE 250.0

struct beat_search {
	double rate;  /* of the grid */
	size_t n;     /* samples */
	double *wave; /* n samples; owned, like all arrays here */
	double *slope;
	double *scale; /* slope of beats around each sample */
	double *match; /* output of the matched filter */
	double *work;
	double period; /* of the beats, s; 0: unknown */
	size_t *beat;  /* samples of the beats, rising */
	double *fine;  /* likewise, between samples */
	double *quality;
	size_t beats, room;
};

/* Make room for ${n} samples.  Return 0, or -1 without memory. */
int beat_search_init(struct beat_search *s, size_t n, double rate);
void beat_search_release(struct beat_search *s);

/* Find the beats of s->wave near s->period.  Where that is 0, it is set to the
 * period with which the wave repeats itself.  Return 0, or -1 without memory;
 * s->beats may be 0. */
int beat_search_coarse(struct beat_search *s);

/* Give the beats that a coarse search found in ${from} their times and
 * qualities on the finer grid of ${s}, which starts at the same time.  Return
 * as above. */
int beat_search_fine(struct beat_search *s, const struct beat_search *from);

#endif
