/*
 * beats: when each heart beat arrived.
 *
 * A beat is taken at the steepest rise of the pulse wave, the point of the
 * wave that breathing and the shape of its top move least (Peralta et al.,
 * Physiol. Meas. 2019, 40, 025007), found on a spline of the samples, so to a
 * small part of the time between frames.  Intervals that a heart at rest
 * does not make are marked with the reason and stay in the list.
 */
#ifndef BEATS_BEATS_H
#define BEATS_BEATS_H

#include <stddef.h>

#include "beats/signal.h"
#include "diag/err.h"

/* The range of rates that is looked for, beats a minute. */
#define BEATS_RATE_MIN 30.0
#define BEATS_RATE_MAX 240.0

/* The most beats of one recording: SIGNAL_SECONDS_MAX at the highest rate. */
#define BEATS_MAX 28800

/* Why an interval is not used for the statistics of normal beats. */
enum interval_label {
	INTERVAL_NORMAL,       /* it is used */
	INTERVAL_OUT_OF_RANGE, /* outside 0.25 to 2 s */
	INTERVAL_MISSED,       /* about two or three intervals: beats unseen */
	INTERVAL_EXTRA,        /* one of two that together make one interval */
	INTERVAL_ECTOPIC, /* early beat, then a pause that makes up for it */
	INTERVAL_OUTLIER, /* unlike its neighbours, for no reason known */
	INTERVAL_UNCLEAR, /* one of its beats does not look like a beat */
	INTERVAL_GAP      /* samples are missing inside */
};

struct beat {
	double time;    /* s */
	double quality; /* 0 to 1: likeness to the mean beat (correlation) */
};

/* From beat i to beat i + 1. */
struct beat_interval {
	double seconds;
	enum interval_label label;
};

struct beats {
	struct beat *beat;
	size_t count;
	struct beat_interval *interval; /* count - 1 of them, or none */
	size_t normal;                  /* intervals marked INTERVAL_NORMAL */
	double rate;    /* /min, over the normal and the mended intervals;
	                     NAN without any */
	double regular; /* 0 to 1: share of time in normal intervals */
	double template_correlation; /* 0 to 1: median quality of the beats */
};

/*
 * Find the beats of ${wave}, which rises with the blood volume.  ${rate} is
 * the rate to expect in /min, from the spectrum, and only needs to be right
 * within a third; 0 lets the wave's autocorrelation say.  ${gap} is a list
 * of ${gaps} pairs of times between which samples were made up; may be NULL.
 * Return 0 with ${b} set, to be freed with beats_release, even where
 * there are no beats at all; -1 (memory, or a wave out of bounds), and ${b}
 * is empty.
 */
int beats_find(struct beats *b, const struct signal_wave *wave, double rate,
    const double (*gap)[2], size_t gaps, struct err *err);

void beats_release(struct beats *b);

#endif
