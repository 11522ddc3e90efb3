/* plot/spectrogram: the power of a wave by time and rate.  Private to
 * lib/plot. */
#ifndef PLOT_SPECTROGRAM_H
#define PLOT_SPECTROGRAM_H

#include "plot/wave.h"

/* Add the windows within ${n} values from ${start} on, those that are of later
 * times than the windows so far.  Windows with a missing value are left out.
 * ${last}: a wave that is shorter than a window is one.  Return 0, or -1 without
 * memory. */
int plot_spectrogram_add(struct plot_spectrogram *s, struct dsp *dsp,
    double start, double rate, const double *value, size_t n, bool last);

/* All windows were added: turn sums into means. */
void plot_spectrogram_end(struct plot_spectrogram *s);

void plot_spectrogram_release(struct plot_spectrogram *s);

#endif
