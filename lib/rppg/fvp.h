/*
 * fvp: the whole picture without a detector, after Wang, den Brinker and de
 * Haan, "Full video pulse extraction", Biomed. Opt. Express 9(8), 2018.
 * Private to lib/rppg.
 *
 * Regions are boxes that tile the picture.  As in the paper, they are weighted
 * softly by the similarity of their colours, and frequencies that intensity
 * shows count less.  Unlike the paper, masks are made for a window and not for
 * a frame, and the rate is found by rate_likelihood.h: sums of weighted spectra
 * were far off on still hands and tilted faces.
 */
#ifndef RPPG_FVP_H
#define RPPG_FVP_H

#include "rppg/window.h"

enum {
	FVP_VECTORS = 6,
	FVP_MASKS = 2 * FVP_VECTORS
};

/* Weights of the regions, at least 0. */
struct fvp {
	unsigned masks;
	double mask[FVP_MASKS][TRACE_REGIONS_MAX];
};

/* Make the masks of the window's good regions from the eigenvectors of the
 * distances between their mean chromaticities, each with both signs.  There are
 * none where there are fewer regions than vectors.  Return 0, or -1 without
 * memory. */
int fvp_masks(const struct window *w, struct fvp *f);

/* Write the relative intensity of all good regions, high-passed, to ${wave}
 * (w->n samples), scaled so that a pulse shows less in it than in the methods'
 * waves.  Return 1; 0 if there are no good regions; -1 without memory. */
int fvp_intensity(struct window *w, double *wave);

#endif
