#include "rppg/render.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/voter.h"

/* Amplitude over noise power: the weight that is best for independent
 * noise. */
static double
merit(const struct power *s, double bin, unsigned lobe)
{
	double part = power_explained(s, bin, lobe);

	return s->valid ? sqrt(part) / (1 - part + 0.02) : 0;
}

/* How the colours of the window go with ${wave}: the lesser share of red and
 * blue in all three. */
static double
least_colour(const struct window *w, const double *wave)
{
	double follow[WINDOW_COLOURS], all = 0;

	for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
		double level = dsp_mean(w->colour[c], w->n), sum = 0;

		for (size_t i = 0; i < w->n && level > 0; i++)
			sum -= wave[i] * (w->colour[c][i] / level - 1);
		follow[c] = sum;
		all += fabs(sum);
	}
	return all > 0 ? fmin(follow[0], follow[2]) / all : 0;
}

/* Make the pulse in ${wave} have amplitude 1; tell its spectrum. */
static int
set_amplitude(struct voter *v, const struct vote *w, double bin, double *wave,
    struct power *s)
{
	double size;

	if (power_raw(&v->plan, wave, w->n, s) != 0)
		return -1;
	power_normalise(&v->plan, s);
	size = sqrt(2 * power_explained(s, bin, w->lobe)) * dsp_sd(wave, w->n);
	for (size_t i = 0; i < w->n; i++)
		wave[i] = size > 0 ? wave[i] / size : 0;
	return 0;
}

/* The methods' waves of the window's colour, the better ones more. */
static int
mix_methods(struct voter *v, const struct vote *w, double bin, double *wave)
{
	struct power s;

	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		double part = merit(&w->method[m].power, bin, w->lobe);

		if (!voter_applies(v, m) || part <= 0)
			continue;
		if (voter_apply(v, m, w->n, v->wave) != 0 ||
		    set_amplitude(v, w, bin, v->wave, &s) != 0)
			return -1;
		for (size_t i = 0; i < w->n; i++)
			wave[i] += part * v->wave[i];
	}
	return 0;
}

/* How good each box of a whole picture is at ${bin}. */
static int
weigh_boxes(struct voter *v, const struct vote *w, double bin,
    double weight[TRACE_REGIONS_MAX])
{
	struct power s;

	v->has_reference = false;
	for (unsigned i = 0; i < v->regions; i++) {
		if (!v->window.good[i])
			continue;
		window_patch(&v->window, i);
		if (voter_see(v, RPPG_POS, w->n, &s) != 0)
			return -1;
		weight[i] = merit(&s, bin, w->lobe);
	}
	return 0;
}

/* The waves of the parts of the face, of deviation 1: each as its own colours
 * show it, so that what one lacks does not come from the other. */
static int
render_parts(struct voter *v, const struct vote *w, double bin,
    double wave[VOTE_WAVES][POWER_WINDOW])
{
	for (int k = VOTE_WAVE_UPPER; k < VOTE_WAVES; k++) {
		double size;

		if (voter_gather_part(v, (enum vote_wave)k, w->n) != 0)
			return -1;
		(void)mvdr_wave(&v->mvdr, (int)lrint(bin), wave[k]);
		size = dsp_sd(wave[k], w->n);
		for (size_t i = 0; i < w->n && size > 0; i++)
			wave[k][i] /= size;
	}
	return 0;
}

int
render_waves(struct voter *v, const struct intake *in, const struct vote *w,
    double bin, double waves[VOTE_WAVES][POWER_WINDOW],
    struct render_quality *q)
{
	double *wave = waves[VOTE_WAVE_FUSED];
	double weight[TRACE_REGIONS_MAX] = {0};
	size_t from = (size_t)(llrint(w->start * RPPG_GRID) - in->base);
	struct power s;

	q->snr = (double)NAN;
	q->least = 0;
	memset(waves, 0, VOTE_WAVES * sizeof(*waves));
	if (window_open(&v->window, in, v->site, v->skin, from, w->n) != 0)
		return -1;
	if (w->matched) {
		if (voter_gather(v, w->n) != 0)
			return -1;
		(void)mvdr_wave(&v->mvdr, (int)lrint(bin), wave);
		if (render_parts(v, w, bin, waves) != 0)
			return -1;
	}
	for (unsigned i = 0; i < v->regions; i++)
		weight[i] = v->window.good[i] ? in->weight[i] : 0;
	if (v->method == RPPG_FVP && weigh_boxes(v, w, bin, weight) != 0)
		return -1;
	if (!window_mean(&v->window, weight))
		return 0;
	if (!w->matched && mix_methods(v, w, bin, wave) != 0)
		return -1;
	if (set_amplitude(v, w, bin, wave, &s) != 0)
		return -1;
	if (s.valid)
		q->snr = power_snr(&s, bin, w->lobe);
	if (v->site != RPPG_SITE_FINGER)
		q->least = least_colour(&v->window, wave);
	return 0;
}
