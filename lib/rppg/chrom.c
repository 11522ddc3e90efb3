/*
 * CHROM: de Haan and Jeanne, "Robust pulse rate from chrominance-based rPPG",
 * IEEE Trans. Biomed. Eng. 60(10), 2013.
 */
#include "rppg/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Add the window of ${l} samples: X - sd(X)/sd(Y) Y under a Hann window. */
static void
add_window(const double *x, const double *y, const double *hann, size_t l,
    double *wave, double *weight)
{
	double alpha = dsp_sd(y, l) > 0 ? dsp_sd(x, l) / dsp_sd(y, l) : 0;

	for (size_t i = 0; i < l; i++) {
		wave[i] += hann[i] * (x[i] - alpha * y[i]);
		weight[i] += hann[i];
	}
}

static int
overlap_add(const double *x, const double *y, size_t n, size_t l, double *wave)
{
	double *hann = calloc(l + n, sizeof(*hann)), *weight;

	if (hann == NULL)
		return -1;
	weight = hann + l;
	dsp_hann(hann, l);
	memset(wave, 0, n * sizeof(*wave));
	for (size_t at = 0; at + l <= n; at += l / 2 > 0 ? l / 2 : 1)
		add_window(x + at, y + at, hann, l, wave + at, weight + at);
	if ((n - l) % (l / 2 > 0 ? l / 2 : 1) != 0)
		add_window(x + n - l, y + n - l, hann, l, wave + n - l,
		    weight + n - l);
	for (size_t i = 0; i < n; i++)
		wave[i] /= weight[i];
	free(hann);
	return 0;
}

int
rppg_chrom(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	size_t n = c->n, l = (size_t)lrint(RPPG_SHORT_WINDOW * c->rate);
	double *rel, *r, *g, *b;
	struct dsp_filter band;
	int status = -1;

	(void)d;
	if (n == 0)
		return 0;
	if ((rel = rppg_relative_colour(c)) == NULL)
		return -1;
	r = rel;
	g = rel + n;
	b = rel + 2 * n;
	for (size_t i = 0; i < n; i++) {
		double x = 3 * r[i] - 2 * g[i];
		double y = 1.5 * r[i] + g[i] - 1.5 * b[i];

		r[i] = x;
		g[i] = y;
	}
	dsp_bandpass(&band, 2, RPPG_BAND_LOW,
	    fmin(RPPG_BAND_HIGH, 0.45 * c->rate), c->rate);
	if (dsp_filtfilt(&band, r, r, n) == 0 &&
	    dsp_filtfilt(&band, g, g, n) == 0)
		status = overlap_add(r, g, n, l > n ? n : l, wave);
	free(rel);
	return status;
}
