/*
 * clock: when the frames of a clip are taken.
 */
#ifndef SYNTH_CLOCK_H
#define SYNTH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "synth/rng.h"

#define SYNTH_FRAME_RATE_MIN 1.0
#define SYNTH_FRAME_RATE_MAX 240.0

struct synth_clock {
	int64_t rate_num, rate_den; /* frames a second */
	double seconds;
	double jitter; /* standard deviation of each frame's time, seconds */
	double drop;   /* share of the frames that are lost */
	struct synth_rng rng;
	int64_t frame;
};

/* Read "30", "29.97" or "30000/1001"; 23.976, 29.97, 59.94 and 119.88 mean
 * multiples of 1/1001.  Return 0, or -1 with ${err}. */
int synth_clock_parse_rate(
    const char *text, int64_t *num, int64_t *den, struct err *err);

/* Start again; rate, seconds, jitter and drop have been set. */
void synth_clock_start(struct synth_clock *c, uint64_t seed);

/* The next frame's time, or false at the end.  Times rise; without jitter
 * they are whole multiples of 1 / rate. */
bool synth_clock_next(struct synth_clock *c, double *time);

#endif
