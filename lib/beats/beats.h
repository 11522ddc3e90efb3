/*
 * beats: when each heart beat arrived.
 *
 * A beat is at the steepest rise of the pulse wave, the point that breathing
 * and the shape of the wave's top move least (Peralta et al., Physiol. Meas.
 * 2019, 40, 025007).  It is found on a spline of the samples, to a fraction of
 * the time between frames.  Intervals that are not those of a normal heart beat
 * keep their place in the list and are labelled with the reason.
 */
#ifndef BEATS_BEATS_H
#define BEATS_BEATS_H

#include <stddef.h>

#include "beats/signal.h"
#include "diag/err.h"

/* The range of rates that is searched, beats per minute. */
#define BEATS_RATE_MIN 30.0
#define BEATS_RATE_MAX 240.0

/* The most beats of one recording: SIGNAL_SECONDS_MAX at BEATS_RATE_MAX. */
#define BEATS_MAX 28800

/* Whether an interval counts as normal (NN) in the statistics, and if not,
 * why. */
enum interval_label {
	INTERVAL_NORMAL,       /* normal to normal: it counts */
	INTERVAL_OUT_OF_RANGE, /* outside 0.25 to 2 s */
	INTERVAL_MISSED,       /* about two or three intervals: beats unseen */
	INTERVAL_EXTRA,        /* one of two that together make one interval */
	INTERVAL_ECTOPIC, /* early beat, then a pause that makes up for it */
	INTERVAL_OUTLIER, /* unlike its neighbours, reason unknown */
	INTERVAL_UNCLEAR, /* a beat at either end does not look like one */
	INTERVAL_GAP      /* samples are missing inside */
};

struct beat {
	double time;    /* s */
	double quality; /* 0 to 1: correlation with the mean beat */
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
	size_t normal;                  /* labelled INTERVAL_NORMAL */
	double rate;    /* /min, over the normal and the mended intervals;
	                     NAN without any */
	double regular; /* 0 to 1: share of the time in normal intervals */
	double template_correlation; /* 0 to 1: median quality of the beats */
};

/*
 * Find the beats of ${wave}, which rises with the blood volume.  ${rate} is the
 * rate to expect from the spectrum, /min, and needs to be right only within a
 * third; with 0 it comes from the autocorrelation of the wave.  ${gap} lists
 * ${gaps} pairs of times between which samples were interpolated, and may be
 * NULL.  Return 0 with ${b} set, even if there are no beats; it is freed
 * with beats_release.  Return -1 without memory or for a wave out of bounds;
 * ${b} is then empty.
 */
int beats_find(struct beats *b, const struct signal_wave *wave, double rate,
    const double (*gap)[2], size_t gaps, struct err *err);

void beats_release(struct beats *b);

#endif
