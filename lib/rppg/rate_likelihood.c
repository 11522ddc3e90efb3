#include "rppg/rate_likelihood.h"

#include <math.h>
#include <string.h>

/* The period of the quality of coders, in frames, and the flicker of lamps at
 * mains of 50 and 60 Hz, in Hz (0: the place of the coder). */
static const double CODER_FRAMES = 4;
static const double lamp[ARTEFACT_RATES] = {0, 100, 120};

/* By hand: the bin from which on a rate is rare (200 /min), and what an
 * artefact rate costs a degree of freedom. */
static const double RARE = 3.33 / POWER_STEP;
static const double ARTEFACT_COST = 1;

/* By hand: the median of the prior, /min, and the standard deviation of its
 * logarithm.  A rate of 40 or of 140 costs 1.2, which a clear pulse outweighs. */
static const double PRIOR_RATE = 75, PRIOR_WIDTH = 0.4;

/* By hand: what all methods together count beside the groups of patches. */
static const double METHODS_WEIGHT = 0.2;

/* Of a raw method: the lowest rate, as in pyVHR (0.65 Hz), and a weight of the
 * spectrum beside which the tracker's costs of changes do not matter. */
static const int RAW_LOW = (int)(0.65 / POWER_STEP) + 1;
static const double RAW_WEIGHT = 1e6;

/* The spectrum of each method for the mean of all patches. */
static int
score_methods(struct analyser *a, struct rate_likelihood *out)
{
	if (!window_mean(&a->window, a->window.weight))
		return 0;
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		struct method_estimate *to = &out->method[m];

		if (!a->uses[m])
			continue;
		if (analyser_spectrum(a, m, out->n, &to->power) != 0)
			return -1;
		to->best_bin =
		    power_best(&to->power, out->lobe, &to->explained);
		out->any = out->any || to->best_bin > 0;
	}
	return 0;
}

static void
add_power(struct rate_likelihood *out, const struct power *s, double scale)
{
	for (int k = 0; k < POWER_RATES; k++)
		out->log_likelihood[k] -= scale *
		    log(1 - power_explained(s, POWER_LOW + k, out->lobe));
}

/* Add the likelihoods of the methods, the clearer ones with more weight. */
static void
add_methods(struct rate_likelihood *out, double scale)
{
	double weight[RPPG_METHODS], all = 0;

	for (int m = 0; m < RPPG_METHODS; m++) {
		const struct method_estimate *f = &out->method[m];

		weight[m] = f->power.valid ? -log(1 - f->explained) *
			rppg_method_info((enum rppg_method)m)->weight
					   : 0;
		all += weight[m];
	}
	for (int m = 0; m < RPPG_METHODS; m++)
		if (weight[m] > 0)
			add_power(out, &out->method[m].power,
			    scale * weight[m] / all);
}

/* Each window has the rate of its highest peak, whatever the windows beside it
 * have. */
static void
add_raw(struct rate_likelihood *out)
{
	for (int m = 0; m < RPPG_METHODS; m++)
		for (int k = RAW_LOW; k <= POWER_HIGH; k++)
			out->log_likelihood[k - POWER_LOW] +=
			    RAW_WEIGHT * (double)out->method[m].power.power[k];
}

static int
score_groups(struct analyser *a, struct rate_likelihood *out)
{
	if (analyser_gather(a, out->n) != 0)
		return -1;
	out->has_groups = a->mvdr.channels > 0;
	if (!out->has_groups)
		return 0;
	mvdr_log_likelihood(&a->mvdr, out->group_likelihood);
	for (int k = 0; k < POWER_RATES; k++)
		out->log_likelihood[k] += analyser_independent_samples(out->n) *
		    out->group_likelihood[k];
	return 0;
}

/* Add the likelihoods of the masks of a whole picture. */
static int
score_masks(struct analyser *a, struct rate_likelihood *out)
{
	double weight[TRACE_REGIONS_MAX];
	struct power s;

	for (unsigned g = 0; g < a->fvp.masks; g++) {
		for (unsigned i = 0; i < a->regions; i++)
			weight[i] = a->window.good[i]
			    ? a->fvp.mask[g][i] * a->window.weight[i]
			    : 0;
		if (!window_mean(&a->window, weight))
			continue;
		for (int k = 0; k < RPPG_METHODS; k++) {
			enum rppg_method m = (enum rppg_method)k;

			if (!a->uses[m])
				continue;
			if (analyser_spectrum(a, m, out->n, &s) != 0)
				return -1;
			add_power(out, &s,
			    analyser_independent_samples(out->n) /
				(a->methods * a->fvp.masks));
		}
	}
	return 0;
}

/* The prior: rates of people are log-normal about PRIOR_RATE. */
static double
prior(int bin)
{
	double x = log(bin * POWER_STEP * 60 / PRIOR_RATE) / PRIOR_WIDTH;

	return -0.5 * x * x;
}

/*
 * Coders often write every fourth frame better than those between, so colour
 * beats at a quarter of the frame rate.  Lamps flicker at twice the frequency
 * of the mains, and are seen at the difference to the nearest multiple of the
 * frame rate.  A rolling shutter shows the flicker to each row at another time,
 * so the background does not reveal it.  Such a rate is penalised only where it
 * is in the range of hearts, and rare there.  It then takes a very clear pulse.
 */
static void
penalise_artefacts(const struct resampler *in, struct rate_likelihood *out)
{
	double span = in->time[in->raws - 1] - in->time[0], frames;

	if (in->raws < 2 || !(span > 0))
		return;
	frames = (double)(in->raws - 1) / span;
	out->artefact_bin[0] = frames / CODER_FRAMES / POWER_STEP;
	for (int i = 1; i < ARTEFACT_RATES; i++) {
		double bin = fabs(remainder(lamp[i], frames)) / POWER_STEP;

		if (bin > RARE)
			out->artefact_bin[i] = bin;
	}
	for (int k = 0; k < POWER_RATES; k++)
		if (rate_likelihood_is_artefact(out, POWER_LOW + k))
			out->log_likelihood[k] -= ARTEFACT_COST *
			    analyser_independent_samples(out->n);
}

int
rate_likelihood_estimate(struct analyser *a, const struct resampler *in,
    size_t from, size_t n, struct rate_likelihood *out)
{
	memset(out, 0, sizeof(*out));
	out->n = n;
	out->start = (double)(in->base + (int64_t)from) / RPPG_GRID;
	out->end = out->start + (double)n / RPPG_GRID;
	out->lobe = power_lobe(n);
	if (window_open(&a->window, in, a->site, a->skin, from, n) != 0)
		return -1;
	out->seen = a->window.seen;
	out->movement = a->window.movement;
	if (a->kind == RPPG_KIND_PICTURE) {
		if (fvp_masks(&a->window, &a->fvp) != 0 ||
		    analyser_intensity(a, out->n) != 0)
			return -1;
	} else if (analyser_background(a, out->n) != 0) {
		return -1;
	}
	if (score_methods(a, out) != 0)
		return -1;
	if (a->raw) {
		add_raw(out);
		return 0;
	}
	if (a->kind == RPPG_KIND_FUSION && a->site != RPPG_SITE_FINGER &&
	    score_groups(a, out) != 0)
		return -1;
	if (a->kind == RPPG_KIND_PICTURE && score_masks(a, out) != 0)
		return -1;
	add_methods(out,
	    analyser_independent_samples(out->n) *
		(out->has_groups ? METHODS_WEIGHT : 1));
	penalise_artefacts(in, out);
	for (int k = 0; k < POWER_RATES; k++)
		out->log_likelihood[k] += prior(POWER_LOW + k);
	return 0;
}

bool
rate_likelihood_is_artefact(const struct rate_likelihood *w, double bin)
{
	for (int i = 0; i < ARTEFACT_RATES; i++)
		if (w->artefact_bin[i] > 0 &&
		    fabs(bin - w->artefact_bin[i]) <= w->lobe)
			return true;
	return false;
}

double
rate_likelihood_explained(const struct rate_likelihood *w, double bin)
{
	double most = 0;
	long k = lrint(bin) - POWER_LOW;

	if (w->has_groups)
		return k >= 0 && k < POWER_RATES
		    ? 1 - exp(-w->group_likelihood[k])
		    : 0;
	for (int m = 0; m < RPPG_METHODS; m++)
		most = fmax(
		    most, power_explained(&w->method[m].power, bin, w->lobe));
	return most;
}
