#include "rppg/reconstruct.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/rhythm.h"

/* By hand: noise power that even the cleanest wave has, which bounds weights. */
static const double NOISE_MIN = 0.02;

/* The weight of maximum ratio combining: amplitude over noise power, for
 * independent noise. */
static double
combining_weight(const struct power *s, double bin, unsigned lobe)
{
	double part = power_explained(s, bin, lobe);

	return s->valid ? sqrt(part) / (1 - part + NOISE_MIN) : 0;
}

/* How the colours of the window follow ${wave}: the lesser of the shares of red
 * and blue in all three. */
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

/* Scale ${wave} to a pulse of amplitude 1, and give its spectrum. */
static int
set_amplitude(struct analyser *a, const struct rate_likelihood *w, double bin,
    double *wave, struct power *s)
{
	double size;

	if (power_raw(&a->plan, wave, w->n, s) != 0)
		return -1;
	power_normalise(&a->plan, s);
	size = sqrt(2 * power_explained(s, bin, w->lobe)) * dsp_sd(wave, w->n);
	for (size_t i = 0; i < w->n; i++)
		wave[i] = size > 0 ? wave[i] / size : 0;
	return 0;
}

/* The sum of the methods' waves, the better ones with more weight. */
static int
mix_methods(struct analyser *a, const struct rate_likelihood *w, double bin,
    double *wave)
{
	struct power s;

	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		double part =
		    combining_weight(&w->method[m].power, bin, w->lobe);

		if (!a->uses[m] || part <= 0)
			continue;
		if (analyser_apply(a, m, w->n, a->wave) != 0 ||
		    set_amplitude(a, w, bin, a->wave, &s) != 0)
			return -1;
		for (size_t i = 0; i < w->n; i++)
			wave[i] += part * a->wave[i];
	}
	return 0;
}

/* The weight of each box of a whole picture at ${bin}. */
static int
weigh_boxes(struct analyser *a, const struct rate_likelihood *w, double bin,
    double weight[TRACE_REGIONS_MAX])
{
	struct power s;

	a->has_reference = false;
	for (unsigned i = 0; i < a->regions; i++) {
		if (!a->window.good[i])
			continue;
		window_patch(&a->window, i);
		if (analyser_spectrum(a, RPPG_POS, w->n, &s) != 0)
			return -1;
		weight[i] = combining_weight(&s, bin, w->lobe);
	}
	return 0;
}

/* The waves of the parts of the face, of standard deviation 1.  Each is made of
 * its own colours only, so that what one lacks does not come from the other. */
static int
reconstruct_parts(struct analyser *a, const struct rate_likelihood *w,
    double bin, double wave[WAVES][POWER_WINDOW])
{
	for (int k = WAVE_UPPER; k < WAVES; k++) {
		double size;

		if (analyser_gather_part(a, (enum wave_part)k, w->n) != 0)
			return -1;
		(void)mvdr_wave(&a->mvdr, (int)lrint(bin), wave[k]);
		size = dsp_sd(wave[k], w->n);
		for (size_t i = 0; i < w->n && size > 0; i++)
			wave[k][i] /= size;
	}
	return 0;
}

int
reconstruct_waves(struct analyser *a, const struct resampler *in,
    const struct rate_likelihood *w, double bin,
    double waves[WAVES][POWER_WINDOW], struct reconstruct_quality *q)
{
	double *wave = waves[WAVE_FUSED];
	double weight[TRACE_REGIONS_MAX] = {0};
	size_t from = (size_t)(llrint(w->start * RPPG_GRID) - in->base);
	struct power s;

	q->snr = (double)NAN;
	q->least = q->shading = q->rhythm = 0;
	memset(waves, 0, WAVES * sizeof(*waves));
	if (window_open(&a->window, in, a->site, a->skin, from, w->n) != 0)
		return -1;
	if (rhythm_share(&a->plan, &a->window, bin, w->lobe, &q->rhythm) != 0)
		return -1;
	if (w->has_groups) {
		if (analyser_gather(a, w->n) != 0)
			return -1;
		(void)mvdr_wave(&a->mvdr, (int)lrint(bin), wave);
		if (a->site == RPPG_SITE_FACE && window_moves(&a->window))
			q->shading = mvdr_shading(&a->mvdr, (int)lrint(bin));
		if (reconstruct_parts(a, w, bin, waves) != 0)
			return -1;
	}
	for (unsigned i = 0; i < a->regions; i++)
		weight[i] = a->window.weight[i];
	if (a->kind == RPPG_KIND_PICTURE && weigh_boxes(a, w, bin, weight) != 0)
		return -1;
	if (!window_mean(&a->window, weight))
		return 0;
	if (!w->has_groups && mix_methods(a, w, bin, wave) != 0)
		return -1;
	if (set_amplitude(a, w, bin, wave, &s) != 0)
		return -1;
	if (s.valid)
		q->snr = power_snr(&s, bin, w->lobe);
	if (a->site != RPPG_SITE_FINGER)
		q->least = least_colour(&a->window, wave);
	return 0;
}
