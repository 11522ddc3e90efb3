/*
 * phase_rate: the mean rate of a wave, from all of it at once.
 *
 * A window of 10 s tells a rate to a few beats a minute, and the mean over
 * windows that overlap counts the middle of a recording more than its ends.
 * Over the whole wave the phase of the pulse adds up: taken down by the course
 * that the windows saw, what is left of it turns slowly, stands out of the
 * noise behind a narrow low-pass, and from one end to the other counts the
 * beats (Boashash, "Estimating and interpreting the instantaneous frequency
 * of a signal", Proc. IEEE 80(4), 1992).  Private to lib/rppg.
 */
#ifndef RPPG_PHASE_RATE_H
#define RPPG_PHASE_RATE_H

#include <stddef.h>

/* The rate, /min, that was seen around a time, s. */
struct rate_point {
	double time, rate;
};

/*
 * The mean rate of the ${n} samples of ${wave}, at RPPG_GRID from ${start} s
 * on, near the course through the ${points} points, whose times rise, or near
 * ${rate} throughout: what shows more of the wave.  Where the wave is 0 for
 * long nothing was seen, and each side has its own.  ${rate} is set, /min, and
 * left alone where there is too little to say better.  Return 0, or -1 without
 * memory.
 */
int phase_rate_mean(const double *wave, size_t n, double start,
    const struct rate_point *point, size_t points, double *rate);

#endif
