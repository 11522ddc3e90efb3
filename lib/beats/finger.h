/*
 * finger: the pulse wave of a fingertip that covers the lens.
 *
 * The whole picture is skin, so there are no patches.  But the three colours
 * show the same pulse with different noise (red near saturation, green or blue
 * near black), and the times of frames may be only those of their arrival
 * (frame_clock.h).
 */
#ifndef BEATS_FINGER_H
#define BEATS_FINGER_H

#include <stddef.h>

#include "beats/signal.h"
#include "diag/err.h"

/* The wave's grid, samples per second. */
#define FINGER_RATE 60.0

/* By hand: longer pauses between samples are gaps, s. */
#define FINGER_GAP 0.3

struct finger {
	double *time; /* of the samples, on the sensor's clock; owned */
	double *wave; /* owned */
	size_t n;     /* samples of wave */
	double start;
	double (*gap)[2]; /* owned */
	size_t gaps;
	double weight[3]; /* combining weights of -R, -G, -B */
	double clock;     /* period of the sensor, s; 0: times as given */
};

/*
 * Make the wave of ${c}: the sum of the channels that carry a pulse in which
 * beats stand out most from what is left without the mean beat (Fisher's linear
 * discriminant).  Return 0 with ${f} set, to be freed with finger_release; f->n
 * is 0 if no channel varies or there are less than three seconds.  Return -1
 * without memory or for times that do not rise.
 */
int finger_wave(
    struct finger *f, const struct signal_colour *c, struct err *err);
void finger_release(struct finger *f);

#endif
