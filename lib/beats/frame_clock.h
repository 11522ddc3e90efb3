/*
 * frame_clock: when the frames of a camera were really taken.
 *
 * Programs on phones stamp a frame when it reaches them, and the way there
 * takes now 5, now 60 ms: a jitter that makes a beat's time uncertain by more
 * than its own variability.  The sensor itself is a crystal's clock that at
 * times leaves a frame out.
 */
#ifndef BEATS_FRAME_CLOCK_H
#define BEATS_FRAME_CLOCK_H

#include <stddef.h>

#include "diag/err.h"

/*
 * Put the ${n} strictly rising times ${t} onto the sensor's clock: whole
 * multiples of one period, each at most once, nearest to the times overall
 * (least squares, by dynamic programming), on a phase that may drift over
 * seconds.  Write the result, strictly rising, to ${out}.  *${period} is the
 * clock's, in s.  Return 0, or -1 without memory.  Times that lie evenly
 * already, or on no clock at all, come out as they are, with *${period} 0.
 */
int frame_clock_recover(
    const double t[], size_t n, double out[], double *period, struct err *err);

/*
 * How far the samples ${x} lie from a smooth curve if they were taken at
 * ${t}: the 90th percentile of the distance from a parabola through the six
 * samples around each.  Of two claims about the times of the same samples,
 * the one that makes them smoother is the likelier.  Return 0, or -1.
 */
int frame_clock_roughness(const double t[], const double x[], size_t n,
    double *roughness, struct err *err);

#endif
