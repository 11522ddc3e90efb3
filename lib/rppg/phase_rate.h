/*
 * phase_rate: the mean rate of a wave, from its phase.
 *
 * A window of 10 s gives a rate to within a few beats per minute, and a mean
 * over overlapping windows weights the middle of a recording more than its
 * ends.  Over the whole wave the phase of the pulse accumulates.  Demodulated
 * by the rates that the windows found, the wave turns slowly and stands out of
 * the noise behind a narrow low-pass, and its phase from one end to the other
 * counts the beats (Boashash, "Estimating and interpreting the instantaneous
 * frequency of a signal", Proc. IEEE 80(4), 1992).  Private to lib/rppg.
 */
#ifndef RPPG_PHASE_RATE_H
#define RPPG_PHASE_RATE_H

#include <stddef.h>

/* The rate, /min, around a time, s. */
struct rate_point {
	double time, rate;
};

/*
 * Find the mean rate of the ${n} samples of ${wave}, at RPPG_GRID from ${start}
 * s on.  It is sought near the curve through the ${points} points, whose times
 * rise, and near ${rate} throughout; the one that shows more of the wave is
 * taken.  Long stretches of 0 show nothing, and the runs between them are
 * measured one by one.  ${rate}, /min, is set, or left as it is where there is
 * too little to improve on it.  Return 0, or -1 without memory.
 */
int phase_rate_mean(const double *wave, size_t n, double start,
    const struct rate_point *point, size_t points, double *rate);

#endif
