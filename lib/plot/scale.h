/*
 * plot/scale: from numbers to places on an axis, and round numbers for its
 * ticks.
 */
#ifndef PLOT_SCALE_H
#define PLOT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

/* The most ticks of an axis. */
#define PLOT_TICKS_MAX 16

/* ${low} to ${high} is drawn from ${from} to ${to}, which may fall, as the y of
 * pictures does. */
struct plot_scale {
	double low, high;
	double from, to;
	bool is_log; /* low > 0 */
};

/* The place of ${value}, which is clamped to the scale. */
double plot_scale_at(const struct plot_scale *s, double value);

/* Ticks at first, first + step, .... */
struct plot_ticks {
	double first, step;
	size_t count;
	int digits; /* decimals of their labels */
};

/*
 * About ${wanted} round numbers within ${low} to ${high}: 1, 2 or 5 times a
 * power of ten (Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990).
 * There is at least one where a round number is within, and at most
 * PLOT_TICKS_MAX.
 */
struct plot_ticks plot_ticks_make(double low, double high, unsigned wanted);

double plot_ticks_at(const struct plot_ticks *t, size_t i);

/* Widen *${low} to *${high} to the round numbers around them; a single value gets
 * ${margin} on both sides. */
void plot_range_round(double *low, double *high, double margin);

#endif
