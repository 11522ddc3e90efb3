/*
 * reconstruct: the pulse wave of a window, once its rate is chosen.
 *
 * Private to lib/rppg.
 */
#ifndef RPPG_RECONSTRUCT_H
#define RPPG_RECONSTRUCT_H

#include "rppg/rate_likelihood.h"

/* The quality of the wave. */
struct reconstruct_quality {
	double snr; /* dB; NAN: there is no wave */
	/* The lesser of the shares of red and blue in what the colours have of
	 * the wave.  Blood darkens all of them.  A light that changes its
	 * colour turns one against another and makes this negative. */
	double least;
	/* mvdr_shading of a face that moves; 0 otherwise. */
	double shading;
	double rhythm; /* rhythm_share */
};

/*
 * Make the pulse waves of a window for a pulse at ${bin}, of amplitude about 1.
 * The fusion takes what its groups show together, and the waves of the parts of
 * a face, which are 0 if a part is not in view.  Other methods give their
 * own waves, weighted by their signal-to-noise ratio there.  Return 0, or -1
 * without memory.
 */
int reconstruct_waves(struct analyser *a, const struct resampler *in,
    const struct rate_likelihood *w, double bin,
    double waves[WAVES][POWER_WINDOW], struct reconstruct_quality *q);

#endif
