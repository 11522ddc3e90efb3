/*
 * reconstruct: the pulse wave of a window whose rate is chosen.
 *
 * Private to lib/rppg.
 */
#ifndef RPPG_RECONSTRUCT_H
#define RPPG_RECONSTRUCT_H

#include "rppg/rate_likelihood.h"

/* How good the wave is. */
struct reconstruct_quality {
	double snr; /* dB; NAN: there is no wave */
	/* The lesser of red and blue in what the colours have of the wave:
	 * blood darkens all of them, a coloured light that changes turns one
	 * against another and makes it negative. */
	double least;
};

/*
 * Make the pulse waves of a window for a pulse at ${bin}: of the fusion what its
 * groups show together, else the methods' waves, weighted by their
 * signal-to-noise ratio there, with a pulse of amplitude about 1.  Of the fusion
 * also those of the parts of a face; what is not in view is 0.  Return 0, or -1
 * without memory.
 */
int reconstruct_waves(struct analyser *a, const struct resampler *in,
    const struct rate_likelihood *w, double bin,
    double waves[WAVES][POWER_WINDOW], struct reconstruct_quality *q);

#endif
