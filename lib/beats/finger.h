/*
 * finger: the pulse wave of a fingertip that covers the lens.
 *
 * The whole picture is skin, so there are no patches to vote; but the three
 * colours see the same pulse with different noise (a red near saturation, a
 * green or blue near black), and the frames' times may be those of their
 * arrival only (clock.h).
 */
#ifndef BEATS_FINGER_H
#define BEATS_FINGER_H

#include <stddef.h>

#include "beats/signal.h"
#include "diag/err.h"

/* The wave's grid, samples a second. */
#define FINGER_RATE 60.0

/* Longer pauses between samples are gaps, s. */
#define FINGER_GAP 0.3

struct finger {
	double *time; /* of the samples, on the sensor's clock; owned */
	double *wave; /* owned */
	size_t n;     /* samples of wave */
	double start;
	double (*gap)[2]; /* owned */
	size_t gaps;
	double weight[3]; /* of -R, -G, -B in the wave; 0: not used */
	double clock; /* period of the sensor's clock, s; 0: times as given */
};

/*
 * Make the wave of ${c}: of the channels that carry a pulse, the sum in which
 * the beats stand out most from what is left when the mean beat is taken
 * away (Fisher's linear discriminant).  Return 0 with ${f} set, to be freed
 * with finger_release; f->n is 0 where no channel varies or there are
 * less than three seconds.  -1: no memory, or times that do not rise.
 */
int finger_wave(
    struct finger *f, const struct signal_colour *c, struct err *err);
void finger_release(struct finger *f);

#endif
