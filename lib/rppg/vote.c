#include "rppg/vote.h"

#include <math.h>
#include <string.h>

#include "rppg/voter.h"

/* The period of coders, in frames; the flicker of lamps, Hz; the bin from
 * which a rate is rare (200 /min); what it costs a vote. */
static const double CODER_FRAMES = 4;
static const double lamp[VOTE_MACHINES] = {0, 100, 120};
static const double RARE = 3.33 / POWER_STEP;
static const double MACHINE_COST = 1;

static const double PRIOR_RATE = 75, PRIOR_WIDTH = 0.4;

/* What all single methods together count beside the groups of patches. */
static const double METHODS_WEIGHT = 0.2;

/* How much a method's vote counts: two that are nearly the same share one. */
static const double method_weight[RPPG_METHODS] = {
    [RPPG_GREEN] = 1,
    [RPPG_CHROM] = 1,
    [RPPG_POS] = 1,
    [RPPG_LGI] = 0.5,
    [RPPG_OMIT] = 0.5,
    [RPPG_PBV] = 1,
    [RPPG_ICA] = 0.5,
};

/* What each method makes of the mean of all patches. */
static int
look_at_whole(struct voter *v, struct vote *out)
{
	const struct intake *in = v->window.in;
	double weight[TRACE_REGIONS_MAX];

	for (unsigned i = 0; i < v->regions; i++)
		weight[i] = v->window.good[i] ? in->weight[i] : 0;
	if (!window_mean(&v->window, weight))
		return 0;
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		struct vote_method *to = &out->method[m];

		if (!voter_applies(v, m))
			continue;
		if (voter_see(v, m, out->n, &to->power) != 0)
			return -1;
		to->own = power_best(&to->power, out->lobe, &to->explained);
		out->any = out->any || to->own > 0;
	}
	return 0;
}

static void
add_power(struct vote *out, const struct power *s, double scale)
{
	for (int k = 0; k < POWER_RATES; k++)
		out->votes[k] -= scale *
		    log(1 - power_explained(s, POWER_LOW + k, out->lobe));
}

/* The methods' votes, those of clearer ones counting more. */
static void
add_methods(struct vote *out, double scale)
{
	double weight[RPPG_METHODS], all = 0;

	for (int m = 0; m < RPPG_METHODS; m++) {
		const struct vote_method *f = &out->method[m];

		weight[m] = f->power.valid
		    ? -log(1 - f->explained) * method_weight[m]
		    : 0;
		all += weight[m];
	}
	for (int m = 0; m < RPPG_METHODS; m++)
		if (weight[m] > 0)
			add_power(out, &out->method[m].power,
			    scale * weight[m] / all);
}

static int
look_at_groups(struct voter *v, struct vote *out)
{
	if (voter_gather(v, out->n) != 0)
		return -1;
	out->matched = v->mvdr.channels > 0;
	if (!out->matched)
		return 0;
	mvdr_votes(&v->mvdr, out->match);
	for (int k = 0; k < POWER_RATES; k++)
		out->votes[k] += voter_freedom(out->n) * out->match[k];
	return 0;
}

/* The votes of the whole picture's masks. */
static int
look_at_masks(struct voter *v, struct vote *out)
{
	double weight[TRACE_REGIONS_MAX];
	struct power s;

	for (unsigned g = 0; g < v->fvp.masks; g++) {
		for (unsigned i = 0; i < v->regions; i++)
			weight[i] = v->window.good[i]
			    ? v->fvp.mask[g][i] * v->window.in->weight[i]
			    : 0;
		if (!window_mean(&v->window, weight))
			continue;
		for (int k = 0; k < RPPG_METHODS; k++) {
			enum rppg_method m = (enum rppg_method)k;

			if (!voter_applies(v, m))
				continue;
			if (voter_see(v, m, out->n, &s) != 0)
				return -1;
			add_power(out, &s,
			    voter_freedom(out->n) /
				(FVP_METHODS * v->fvp.masks));
		}
	}
	return 0;
}

/* What is known beforehand: rates of people, log-normal about 75 /min. */
static double
prior(int bin)
{
	double x = log(bin * POWER_STEP * 60 / PRIOR_RATE) / PRIOR_WIDTH;

	return -0.5 * x * x;
}

/*
 * Coders write every fourth frame better than those between: its colour beats
 * at a quarter of the frame rate.  Lamps flicker at twice the frequency of the
 * mains, of which frames leave the difference to the nearest multiple of
 * theirs; through a rolling shutter it comes to each row at another time, so
 * that the background cannot tell.  Only where such a rate is one of hearts,
 * and a rare one, is it doubted; then it takes a very clear pulse.
 */
static void
doubt_machines(const struct intake *in, struct vote *out)
{
	double span = in->time[in->raws - 1] - in->time[0], frames;

	if (in->raws < 2 || !(span > 0))
		return;
	frames = (double)(in->raws - 1) / span;
	out->machine[0] = frames / CODER_FRAMES / POWER_STEP;
	for (int i = 1; i < VOTE_MACHINES; i++) {
		double bin = fabs(remainder(lamp[i], frames)) / POWER_STEP;

		if (bin > RARE)
			out->machine[i] = bin;
	}
	for (int k = 0; k < POWER_RATES; k++)
		if (vote_is_machine(out, POWER_LOW + k))
			out->votes[k] -= MACHINE_COST * voter_freedom(out->n);
}

int
vote_window(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out)
{
	memset(out, 0, sizeof(*out));
	out->n = n;
	out->start = (double)(in->base + (int64_t)from) / RPPG_GRID;
	out->end = out->start + (double)n / RPPG_GRID;
	out->lobe = power_lobe(n);
	if (window_open(&v->window, in, v->site, v->skin, from, n) != 0)
		return -1;
	out->seen = v->window.seen;
	out->movement = v->window.movement;
	if (v->method == RPPG_FVP) {
		if (fvp_masks(&v->window, &v->fvp) != 0 ||
		    voter_intensity(v, out->n) != 0)
			return -1;
	} else if (voter_background(v, out->n) != 0) {
		return -1;
	}
	if (look_at_whole(v, out) != 0)
		return -1;
	if (v->method == RPPG_FUSION && v->site != RPPG_SITE_FINGER &&
	    look_at_groups(v, out) != 0)
		return -1;
	if (v->method == RPPG_FVP && look_at_masks(v, out) != 0)
		return -1;
	add_methods(
	    out, voter_freedom(out->n) * (out->matched ? METHODS_WEIGHT : 1));
	doubt_machines(in, out);
	for (int k = 0; k < POWER_RATES; k++)
		out->votes[k] += prior(POWER_LOW + k);
	return 0;
}

bool
vote_is_machine(const struct vote *w, double bin)
{
	for (int i = 0; i < VOTE_MACHINES; i++)
		if (w->machine[i] > 0 && fabs(bin - w->machine[i]) <= w->lobe)
			return true;
	return false;
}

double
vote_explained(const struct vote *w, double bin)
{
	double most = 0;
	long k = lrint(bin) - POWER_LOW;

	if (w->matched)
		return k >= 0 && k < POWER_RATES ? 1 - exp(-w->match[k]) : 0;
	for (int m = 0; m < RPPG_METHODS; m++)
		most = fmax(
		    most, power_explained(&w->method[m].power, bin, w->lobe));
	return most;
}
