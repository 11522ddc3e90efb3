/* Pulse trains of known beats, for the tests of lib/beats and lib/readings. */
#ifndef TESTS_PULSE_H
#define TESTS_PULSE_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "beats/intervals.h"
#include "noise.h"

/* One beat, ${t} s from its steepest rise: up in 0.2 s, down in 0.6 s, with a
 * second wave. */
static inline double
pulse_shape(double t)
{
	double a = (t - 0.10) / 0.10, b = (t - 0.34) / 0.13;

	return exp(-a * a / 2) + 0.35 * exp(-b * b / 2);
}

/* The wave of the ${n} beats at ${beat} s, at time ${t}. */
static inline double
pulse_at(double t, const double *beat, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (t > beat[i] - 0.8 && t < beat[i] + 1.2)
			sum += pulse_shape(t - beat[i]);
	}
	return sum;
}

/* Beats at the ${n} times ${time}, all of quality 1, with their intervals
 * labelled: 0, or -1 without memory.  Released with beats_release. */
static inline int
pulse_beats(struct beats *b, const double *time, size_t n)
{
	*b = (struct beats){.beat = calloc(n, sizeof(*b->beat)), .count = n};
	if (b->beat == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		b->beat[i] = (struct beat){time[i], 1};
	return intervals_label(b, NULL, 0);
}

#endif
