/*
 * clock: when the frames of a clip are taken.
 */
#ifndef SYNTH_CLOCK_H
#define SYNTH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "synth/rng.h"
#include "synth/spec.h"

struct synth_clock {
	double step, seconds;
	double jitter; /* standard deviation of each frame's time, seconds */
	double drop;   /* share of the frames that are lost */
	struct synth_rng rng;
	int64_t frame;
};

void synth_clock_start(struct synth_clock *c, const struct synth_spec *spec);

/* The next frame's time, or false at the end.  Times rise; without jitter
 * they are whole multiples of 1 / rate. */
bool synth_clock_next(struct synth_clock *c, double *time);

#endif
