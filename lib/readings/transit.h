/*
 * transit: how much later the pulse reaches one part of the body than another.
 *
 * At the pulse and its second harmonic, the phase of the cross-spectrum of two
 * waves is the delay between them, and the coherence gives the certainty of
 * that phase (Carter, "Coherence and time delay estimation", Proc. IEEE 75(2),
 * 1987).  Private to lib/readings.
 */
#ifndef READINGS_TRANSIT_H
#define READINGS_TRANSIT_H

#include "beats/beats.h"
#include "beats/signal.h"

/* By hand: the longest delay between parts of a face that a heart makes, s, and
 * the largest standard error with which it means anything, s. */
#define TRANSIT_MAX 0.1
#define TRANSIT_ERROR_MAX 0.01

struct transit {
	double seconds; /* of lower behind upper; NAN: unknown */
	double error;   /* standard error, s; NAN: unknown */
};

/* Compare ${upper} and ${lower}, which lie on one grid, at the rate of
 * ${beats}.  Return 0, or -1 without memory. */
int transit_measure(struct transit *t, const struct signal_wave *upper,
    const struct signal_wave *lower, const struct beats *beats);

#endif
