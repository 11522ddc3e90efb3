/*
 * frame_clock: when the frames of a camera were really taken.
 *
 * Programs on phones stamp a frame when it reaches them, and that takes 5 ms at
 * one time and 60 at another.  Such jitter makes a beat's time more uncertain
 * than its own variability.  The sensor itself runs on a crystal's clock, and
 * at times drops a frame.
 */
#ifndef BEATS_FRAME_CLOCK_H
#define BEATS_FRAME_CLOCK_H

#include <stddef.h>

#include "diag/err.h"

/*
 * Move the ${n} strictly rising times ${t} to the sensor's clock: whole
 * multiples of one period, each at most once, nearest to the times overall
 * (least squares, by dynamic programming), with a phase that may drift over
 * seconds.  The result, strictly rising, goes to ${out}, and the period of the
 * clock, s, to *${period}.  Times that are even already, or follow no clock,
 * come out as they are, with *${period} 0.  Return 0, or -1 without memory.
 */
int frame_clock_recover(
    const double t[], size_t n, double out[], double *period, struct err *err);

/*
 * How far the samples ${x} are from a smooth curve if they were taken at ${t}:
 * the 90th percentile of the distance from a parabola through the six samples
 * around each.  Of two hypotheses about the times of the same samples, the
 * smoother is the likelier.  Return 0, or -1 without memory.
 */
int frame_clock_roughness(const double t[], const double x[], size_t n,
    double *roughness, struct err *err);

#endif
