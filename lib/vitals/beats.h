/*
 * beats: when each heart beat arrived.
 *
 * A beat is taken at the steepest rise of the pulse wave, the point of the
 * wave that breathing and the shape of its top move least (Peralta et al.,
 * Physiol. Meas. 2019, 40, 025007), found on a spline of the samples, so to a
 * small part of the time between frames.  Intervals that a heart at rest
 * does not make are marked with the reason and stay in the list.
 */
#ifndef VITALS_BEATS_H
#define VITALS_BEATS_H

#include <stddef.h>

#include "diag/err.h"
#include "vitals/signal.h"

/* The range of rates that is looked for, beats a minute. */
#define VITALS_RATE_MIN 30.0
#define VITALS_RATE_MAX 240.0

/* The most beats of one recording: VITALS_SECONDS_MAX at the highest rate. */
#define VITALS_BEATS_MAX 28800

/* Why an interval is not used for the statistics of normal beats. */
enum vitals_mark {
	VITALS_MARK_NORMAL,  /* it is used */
	VITALS_MARK_RANGE,   /* outside 0.25 to 2 s */
	VITALS_MARK_MISSED,  /* about two or three intervals: beats unseen */
	VITALS_MARK_EXTRA,   /* one of two that together make one interval */
	VITALS_MARK_ECTOPIC, /* early beat, then a pause that makes up for it */
	VITALS_MARK_OUTLIER, /* unlike its neighbours, for no reason known */
	VITALS_MARK_UNCLEAR, /* one of its beats does not look like a beat */
	VITALS_MARK_GAP,     /* samples are missing inside */
	VITALS_MARK_COUNT
};

/* "normal", "range", "missed", … : as printed. */
const char *vitals_mark_name(enum vitals_mark mark);

struct vitals_beat {
	double time;    /* s */
	double quality; /* 0 to 1: likeness to the mean beat (correlation) */
};

/* From beat i to beat i + 1. */
struct vitals_interval {
	double seconds;
	enum vitals_mark mark;
};

struct vitals_beats {
	struct vitals_beat *beat;
	size_t count;
	struct vitals_interval *interval; /* count - 1 of them, or none */
	size_t normal;  /* intervals marked VITALS_MARK_NORMAL */
	double rate;    /* /min, over the normal and the mended intervals;
	                     NAN without any */
	double regular; /* 0 to 1: share of time in normal intervals */
	double alike;   /* 0 to 1: median quality of the beats */
};

/*
 * Find the beats of ${wave}, which rises with the blood volume.  ${rate} is
 * the rate to expect in /min, from the spectrum, and only needs to be right
 * within a third; 0 lets the wave's autocorrelation say.  ${gap} is a list
 * of ${gaps} pairs of times between which samples were made up; may be NULL.
 * Return 0 with ${b} set, to be freed with vitals_beats_release, even where
 * there are no beats at all; -1 (memory, or a wave out of bounds), and ${b}
 * is empty.
 */
int vitals_beats_find(struct vitals_beats *b, const struct vitals_wave *wave,
    double rate, const double (*gap)[2], size_t gaps, struct err *err);

/* Judge the intervals between the ${n} beats at ${time} s, such as those of
 * another sensor; all beats have quality 1.  Otherwise as above. */
int vitals_beats_judge(
    struct vitals_beats *b, const double time[], size_t n, struct err *err);

void vitals_beats_release(struct vitals_beats *b);

#endif
