/*
 * signal: the forms in which recordings reach the estimators.
 *
 * All times are seconds on one clock, that of the recording (0 is its start).
 * Nothing here owns its arrays.
 */
#ifndef BEATS_SIGNAL_H
#define BEATS_SIGNAL_H

#include <stddef.h>

/* The longest recording, or window of one, that is analysed as a whole, s. */
#define SIGNAL_SECONDS_MAX 7200.0

/* A wave on an even grid: sample i is at start + i / rate. */
struct signal_wave {
	double start;
	double rate; /* samples per second, 4 to 1000 */
	const double *value;
	size_t n; /* 0: there is none */
};

/* One quantity at uneven, strictly rising times. */
struct signal_series {
	const double *time;
	const double *value;
	size_t n; /* 0: there is none */
};

/* Mean colour of skin at uneven, strictly rising times; 0 to 255 as in trace.h.
 * A channel without light may be all zeros. */
struct signal_colour {
	const double *time;
	const double *r, *g, *b;
	size_t n; /* 0: there is none */
};

#endif
