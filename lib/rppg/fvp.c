#include "rppg/fvp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rppg/rows.h"

/* By hand: intensity, the sum of three relative channels, shows 3.4 times as
 * much of a pulse as POS does.  Scaled by this it hardly counts against the
 * pulse. */
static const double INTENSITY_SCALE = 0.14;

struct eigen {
	unsigned regions, at[TRACE_REGIONS_MAX];
	double chroma[TRACE_REGIONS_MAX][WINDOW_COLOURS];
	double distance[TRACE_REGIONS_MAX * TRACE_REGIONS_MAX];
	double value[TRACE_REGIONS_MAX];
	double vector[TRACE_REGIONS_MAX * TRACE_REGIONS_MAX];
};

static void
mean_chroma(const struct window *w, struct eigen *e)
{
	e->regions = 0;
	for (unsigned i = 0; i < w->in->regions; i++) {
		double *d = e->chroma[e->regions], sum = 0;

		if (!w->good[i])
			continue;
		for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
			d[c] = dsp_mean(
			    resampler_channel(w->in, 3 * i + c) + w->from,
			    w->n);
			sum += d[c];
		}
		for (unsigned c = 0; c < WINDOW_COLOURS; c++)
			d[c] /= sum;
		e->at[e->regions++] = i;
	}
}

/* The eigenvectors of the distances.  Their eigenvalues have either sign. */
static void
solve(struct eigen *e)
{
	unsigned n = e->regions;

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++) {
			const double *p = e->chroma[i], *q = e->chroma[j];

			e->distance[i * n + j] =
			    hypot(hypot(p[0] - q[0], p[1] - q[1]), p[2] - q[2]);
		}
	dsp_eigen(e->distance, n, e->value, e->vector);
}

/* The eigenvector with the greatest absolute eigenvalue, which is then
 * removed. */
static const double *
strongest(struct eigen *e)
{
	unsigned best = 0;

	for (unsigned k = 1; k < e->regions; k++)
		if (fabs(e->value[k]) > fabs(e->value[best]))
			best = k;
	e->value[best] = 0;
	return e->vector + (size_t)best * e->regions;
}

static void
set_mask(const struct eigen *e, const double *vector, double sign, double *mask)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; i < e->regions; i++)
		least = fmin(least, sign * vector[i]);
	for (unsigned i = 0; i < e->regions; i++)
		mask[e->at[i]] = sign * vector[i] - least;
}

int
fvp_masks(const struct window *w, struct fvp *f)
{
	struct eigen *e = malloc(sizeof(*e));

	memset(f, 0, sizeof(*f));
	if (e == NULL)
		return -1;
	mean_chroma(w, e);
	if (e->regions >= FVP_VECTORS) {
		solve(e);
		while (f->masks < FVP_MASKS) {
			const double *vector = strongest(e);

			set_mask(e, vector, 1, f->mask[f->masks++]);
			set_mask(e, vector, -1, f->mask[f->masks++]);
		}
	}
	free(e);
	return 0;
}

int
fvp_intensity(struct window *w, double *wave)
{
	double weight[TRACE_REGIONS_MAX];

	for (unsigned i = 0; i < w->in->regions; i++)
		weight[i] = w->good[i] ? w->in->weight[i] : 0;
	if (!window_mean(w, weight))
		return 0;
	memset(wave, 0, w->n * sizeof(*wave));
	for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
		double level = dsp_mean(w->colour[c], w->n);

		for (size_t i = 0; i < w->n && level > 0; i++)
			wave[i] += INTENSITY_SCALE * w->colour[c][i] / level;
	}
	dsp_demean(wave, w->n);
	return dsp_detrend(wave, wave, w->n,
		   dsp_detrend_lambda(RPPG_TREND_CUTOFF, RPPG_GRID)) == 0
	    ? 1
	    : -1;
}
