/*
 * window: the traces of one stretch of the grid, cleaned of what is known not
 * to be pulse.  Private to lib/rppg.
 *
 * What the background shows (light, exposure) is divided out of the skin
 * where it fits in size: light changes both in proportion.  What goes with
 * the face's movement (shading that the patches slide over) is fitted to each
 * channel of each patch and taken off.
 */
#ifndef RPPG_WINDOW_H
#define RPPG_WINDOW_H

#include <stdbool.h>

#include "rppg/method.h"
#include "rppg/resampler.h"

enum {
	WINDOW_MAX = 600, /* samples: RPPG_WINDOW at RPPG_GRID */
	WINDOW_COLOURS = 3,
	WINDOW_MOTIONS = 3
};

struct window {
	const struct resampler *in;
	enum rppg_site site;
	size_t from, n;               /* samples of the grid */
	bool good[TRACE_REGIONS_MAX]; /* regions of skin fit for use */
	double seen;                  /* share of time with skin in view */
	double movement; /* of the face: standard deviation over its size */
	int background;  /* its region; negative: none in view */
	/* What the light does to skin, by colour: factors that take it off. */
	bool has_light;
	double light[WINDOW_COLOURS][WINDOW_MAX];
	/* The face's movement, as orthonormal signals. */
	unsigned motions;
	double motion[WINDOW_MOTIONS][WINDOW_MAX];
	double colour[WINDOW_COLOURS][WINDOW_MAX]; /* window_patch, _mean */
	double scratch[2][WINDOW_MAX];
};

/* Look at the ${n} <= WINDOW_MAX samples from index ${from} of the grid on; ${skin} tells which
 * regions are skin.  Return 0, or -1 without memory. */
int window_open(struct window *w, const struct resampler *in,
    enum rppg_site site, const bool skin[TRACE_REGIONS_MAX], size_t from,
    size_t n);

/* The colour of one region, in w->colour. */
void window_patch(struct window *w, unsigned region);

/* As it is, not cleaned. */
void window_raw(struct window *w, unsigned region);

/* The mean of the regions with ${weight} > 0, each relative to its own level,
 * on the mean level.  False where there are none. */
bool window_mean(struct window *w, const double weight[TRACE_REGIONS_MAX]);

/* w->colour as methods take it. */
struct rppg_colour window_colour(const struct window *w);

/* Can a channel of that level carry a pulse? */
bool window_level_good(double level);

#endif
