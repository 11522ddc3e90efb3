/*
 * plot/series: any number of values over time in a bounded number of cells.
 *
 * A cell is a stretch of time of one width, and keeps the least and the greatest
 * value in it, so that a picture whose columns are not narrower than cells is
 * the same as one of all values.  When a value is outside the cells, all cells
 * are merged in pairs, and the width doubles.  Values may come in any order.
 * A cell that got one value is that value exactly, with its own time.
 */
#ifndef PLOT_SERIES_H
#define PLOT_SERIES_H

#include <stddef.h>
#include <stdint.h>

struct plot_cell {
	double from, to;   /* of what is in it, s */
	double confidence; /* the least, 0 to 1; NAN: not known */
	double low, high;  /* NAN without values */
	uint32_t values;   /* how many have a value, */
	uint32_t missing;  /* and how many do not */
	uint8_t reason;    /* of the last that has none */
	uint8_t mark;      /* of any value: the bits that it was added with */
};

/* One value, or its absence. */
struct plot_point {
	double from, to;   /* s */
	double value;      /* NAN: missing */
	double confidence; /* NAN: not known */
	uint8_t reason;
	uint8_t mark;
};

struct plot_series {
	struct plot_cell *cell; /* owned; those without any are all zeros */
	size_t count, room, max;
	int64_t first; /* the number of cell[0]; cell n begins at n * width */
	double width;
};

/* ${width}, above 0, is that of cells at the start; ${max}, at least 2, is how
 * many there may be. */
void plot_series_init(struct plot_series *s, double width, size_t max);
void plot_series_release(struct plot_series *s);

/* Add ${p}, whose times are finite and at most 1e12.  Return 0, or -1 without
 * memory. */
int plot_series_add(struct plot_series *s, const struct plot_point *p);

/* The next cell at or after *${i} that has something, and move *${i} behind it;
 * NULL: there is none. */
const struct plot_cell *plot_series_next(
    const struct plot_series *s, size_t *i);

#endif
