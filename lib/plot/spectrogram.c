#include "plot/spectrogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The time between windows of a wave that is short, s. */
#define HOP 0.5

/* The shortest window, s: two beats at 30 /min. */
#define WINDOW_MIN 4.0

void
plot_spectrogram_release(struct plot_spectrogram *s)
{
	free(s->share);
	free(s->windows);
	*s = (struct plot_spectrogram){0};
}

/* Merge columns in pairs. */
static void
widen(struct plot_spectrogram *s)
{
	for (size_t i = 0; i < s->columns; i++) {
		size_t to = i / 2;

		if (i % 2 == 0) {
			memmove(s->share[to], s->share[i], sizeof(*s->share));
			s->windows[to] = s->windows[i];
			continue;
		}
		for (size_t k = 0; k < PLOT_SPECTRUM_ROWS; k++)
			s->share[to][k] += s->share[i][k];
		s->windows[to] += s->windows[i];
	}
	s->columns = (s->columns + 1) / 2;
	s->hop *= 2;
}

/* Return the column of the window whose middle is at ${time}, or NULL if it is
 * before all others; s->share has room for all columns. */
static float *
column_at(struct plot_spectrogram *s, double time)
{
	double at;

	if (s->columns == 0)
		s->start = time;
	at = floor((time - s->start) / s->hop + 1e-6);
	if (at < 0)
		return NULL;
	while (at >= PLOT_SPECTRUM_COLUMNS) {
		widen(s);
		at = floor((time - s->start) / s->hop + 1e-6);
	}
	while (s->columns <= (size_t)at) {
		memset(s->share[s->columns], 0, sizeof(*s->share));
		s->windows[s->columns++] = 0;
	}
	s->windows[(size_t)at]++;
	return s->share[(size_t)at];
}

static bool
is_whole(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isnan(x[i]))
			return false;
	return true;
}

/* Add one window of ${n} values around ${middle}. */
static int
add_window(struct plot_spectrogram *s, struct dsp *dsp, double middle,
    double rate, const double *x, size_t n)
{
	struct dsp_spectrum p = {0};
	double row[PLOT_SPECTRUM_ROWS], sum = 0;
	float *share;

	if (dsp_periodogram(dsp, x, n, rate, PLOT_SPECTRUM_STEP / 60, &p) != 0)
		return -1;
	for (size_t k = 0; k < PLOT_SPECTRUM_ROWS; k++) {
		double low = PLOT_SPECTRUM_LOW + (double)k * PLOT_SPECTRUM_STEP;

		row[k] = dsp_band_power(
		    &p, low / 60, (low + PLOT_SPECTRUM_STEP) / 60);
		sum += row[k];
	}
	dsp_spectrum_release(&p);
	share = sum > 0 && isfinite(sum) ? column_at(s, middle) : NULL;
	for (size_t k = 0; share != NULL && k < PLOT_SPECTRUM_ROWS; k++)
		share[k] += (float)(row[k] / sum);
	return 0;
}

int
plot_spectrogram_add(struct plot_spectrogram *s, struct dsp *dsp, double start,
    double rate, const double *value, size_t n, bool last)
{
	size_t window = (size_t)(PLOT_SPECTRUM_WINDOW * rate), at = 0;
	double done;

	if (s->share == NULL) {
		s->share = malloc(PLOT_SPECTRUM_COLUMNS * sizeof(*s->share));
		s->windows =
		    malloc(PLOT_SPECTRUM_COLUMNS * sizeof(*s->windows));
		s->hop = HOP;
		if (s->share == NULL || s->windows == NULL)
			return -1;
	}
	if (n < window && last && s->columns == 0 &&
	    (double)n >= WINDOW_MIN * rate)
		window = n;
	if (n < window || n == 0)
		return 0;
	/* The middle of the first window that is new. */
	done = s->start + (double)s->columns * s->hop;
	if (s->columns > 0 && done > start + (double)window / rate / 2)
		at = (size_t)lrint((done - start) * rate - (double)window / 2);
	while (at + window <= n) {
		double middle =
		    start + ((double)at + (double)window / 2) / rate;

		if (is_whole(value + at, window) &&
		    add_window(s, dsp, middle, rate, value + at, window) != 0)
			return -1;
		at += (size_t)fmax(rint(s->hop * rate), 1);
	}
	return 0;
}

void
plot_spectrogram_end(struct plot_spectrogram *s)
{
	for (size_t i = 0; i < s->columns; i++)
		for (size_t k = 0; s->windows[i] > 1 && k < PLOT_SPECTRUM_ROWS;
		     k++)
			s->share[i][k] /= (float)s->windows[i];
}
