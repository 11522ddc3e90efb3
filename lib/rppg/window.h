/*
 * window: the traces of one stretch of the grid, without what is known to be no
 * pulse.  Private to lib/rppg.
 *
 * What the background shows (light, exposure) is divided out of the skin where
 * its size fits, since light changes both in proportion.  What follows the
 * movement of the face (shading that the patches slide over) is fitted to each
 * channel of each patch and subtracted.
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
	size_t from, n; /* samples of the grid */
	bool raw; /* set by the caller: remove neither light nor movement */
	bool good[TRACE_REGIONS_MAX]; /* regions of skin that are usable */
	double seen;                  /* share of time with skin in view */
	double movement; /* of the face: standard deviation over its size */
	double weight[TRACE_REGIONS_MAX]; /* in means; 0: not usable */
	int background; /* its region; negative: none in view */
	/* Factors that remove the light from skin, by colour. */
	bool has_light;
	double light[WINDOW_COLOURS][WINDOW_MAX];
	/* The movement of the face, as orthonormal signals. */
	unsigned motions;
	double motion[WINDOW_MOTIONS][WINDOW_MAX];
	double colour[WINDOW_COLOURS][WINDOW_MAX]; /* window_patch, _mean */
	double scratch[2][WINDOW_MAX];
};

/* Open the ${n} <= WINDOW_MAX samples from index ${from} of the grid on.
 * ${skin} says which regions are skin.  Return 0, or -1 without memory. */
int window_open(struct window *w, const struct resampler *in,
    enum rppg_site site, const bool skin[TRACE_REGIONS_MAX], size_t from,
    size_t n);

/* Does the face move, but so little that its patches still show the same skin? */
bool window_moves(const struct window *w);

/* The colour of one region, without light and movement, in w->colour. */
void window_patch(struct window *w, unsigned region);

/* Likewise as it is, with light and movement. */
void window_raw(struct window *w, unsigned region);

/* The mean of the regions with ${weight} > 0, each relative to its own level,
 * times the mean level; without light and movement.  False if there are
 * none. */
bool window_mean(struct window *w, const double weight[TRACE_REGIONS_MAX]);

/* w->colour, in the form that methods take. */
struct rppg_colour window_colour(const struct window *w);

/* Can a channel of that level carry a pulse? */
bool window_level_good(double level);

#endif
