/*
 * fvp: the whole picture without a detector, after Wang, den Brinker and de
 * Haan, "Full video pulse extraction", Biomed. Opt. Express 9(8), 2018.
 * Private to lib/rppg.
 *
 * Regions are boxes that tile the picture.  As there, they are weighted
 * softly by the likeness of their colours, and frequencies that intensity
 * shows count less.  Otherwise than there, masks are made for a window and
 * not for a frame, and the rate is found by the likelihoods of rate_likelihood.h: sums of
 * weighted spectra were off by far on still hands and tilted faces.
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

/* Make the masks of the window's good regions: the eigenvectors of the
 * distances of their mean chromaticities, from either end.  None where there
 * are fewer regions than vectors.  Return 0, or -1 without memory. */
int fvp_masks(const struct window *w, struct fvp *f);

/* The relative intensity of all good regions, high-passed, in ${wave} (w->n
 * samples), scaled so that a pulse shows in it less than in the methods'
 * waves.  Return 1; 0 where there are none; -1 without memory. */
int fvp_intensity(struct window *w, double *wave);

#endif
