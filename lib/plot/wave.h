/*
 * plot/wave: the pulse wave of one source, as it arrives.
 *
 * It is analysed in stretches, which overlap, and then forgotten but for: its
 * envelope, the stretch whose beats are the clearest, the beats, and a
 * spectrogram.  So memory does not grow with its length.
 */
#ifndef PLOT_WAVE_H
#define PLOT_WAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "beats/beats.h"
#include "diag/err.h"
#include "dsp/dsp.h"
#include "plot/series.h"

/* Values per second that are accepted: those of signal_wave. */
#define PLOT_WAVE_RATE_MIN 4.0
#define PLOT_WAVE_RATE_MAX 1000.0

/* A stretch, and how much of it is in the next one, too, s. */
#define PLOT_STRETCH 60.0
#define PLOT_OVERLAP 10.0

/* Beats that are kept, and the time in which they are searched, s. */
#define PLOT_BEATS_MAX 8192
#define PLOT_BEAT_SECONDS_MAX 7200.0

/* Cells of the envelope. */
#define PLOT_WAVE_CELLS 2048

/* The spectrogram: its rates, /min; the length of a window of it, s; and how
 * many columns it has at most. */
#define PLOT_SPECTRUM_LOW 30.0
#define PLOT_SPECTRUM_STEP 3.0
#define PLOT_SPECTRUM_ROWS 70
#define PLOT_SPECTRUM_HIGH \
	(PLOT_SPECTRUM_LOW + PLOT_SPECTRUM_ROWS * PLOT_SPECTRUM_STEP)
#define PLOT_SPECTRUM_WINDOW 8.0
#define PLOT_SPECTRUM_COLUMNS 128

struct plot_beat {
	double time;         /* s */
	float quality;       /* 0 to 1 */
	float interval;      /* s since the beat before; NAN: not known */
	unsigned char label; /* enum interval_label of the interval */
};

/* Column i is of the windows whose middles are within hop seconds from
 * start + i * hop. */
struct plot_spectrogram {
	/* Shares of the power of a window, of which the sum is 1: added up over
	 * the windows, and after plot_spectrogram_end their mean. */
	float (*share)[PLOT_SPECTRUM_ROWS];
	unsigned *windows; /* of each column; 0: there is none */
	size_t columns;
	double start, hop;
};

struct plot_wave {
	struct plot_series envelope;
	struct plot_spectrogram spectrogram;
	struct plot_beat *beat; /* in the order of time */
	size_t beats;
	bool beats_cut; /* there were more than are kept */
	double from, to;

	/* The stretch whose beats are the clearest. */
	float *best; /* values, NAN: missing; owned */
	size_t best_count;
	double best_from, best_rate;
	double best_quality; /* the mean quality of its beats; 0: none */

	/* The stretch that is being filled. */
	double *value;
	size_t count, room;
	double start, rate;
	double accepted; /* beats before this time are in the list */
	double searched; /* seconds in which beats were searched */
};

/* NULL without memory. */
struct plot_wave *plot_wave_new(void);
void plot_wave_free(struct plot_wave *w);

/* Add ${n} values, NAN where there is no signal, of which the first is at
 * ${time}.  ${heart_rate} is about that of the pulse, /min; 0: not known.
 * Return 0, or -1 without memory. */
int plot_wave_add(struct plot_wave *w, struct dsp *dsp, double time,
    double rate, const double *value, size_t n, double heart_rate,
    struct err *err);

/* All values were added. */
int plot_wave_end(
    struct plot_wave *w, struct dsp *dsp, double heart_rate, struct err *err);

/* How many of the intervals between beats are normal. */
size_t plot_wave_normal(const struct plot_wave *w);

/* The strongest rate of column ${i}, /min; NAN: it is empty. */
double plot_wave_strongest(const struct plot_wave *w, size_t i);

#endif
