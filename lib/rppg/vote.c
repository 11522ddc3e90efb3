#include "rppg/vote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rppg/fvp.h"
#include "rppg/mvdr.h"
#include "rppg/rows.h"
#include "rppg/window.h"

/* The period of coders, in frames; the flicker of lamps, Hz; the bin from
 * which a rate is rare (200 /min); what it costs a vote. */
static const double CODER_FRAMES = 4;
static const double lamp[VOTE_MACHINES] = {0, 100, 120};
static const double RARE = 3.33 / POWER_STEP;
static const double MACHINE_COST = 1;

static const double PRIOR_RATE = 75, PRIOR_WIDTH = 0.4;

/* What the background's peaks count against those of skin, and how far above
 * the median they begin. */
static const float REFERENCE = 3, REFERENCE_NOISE = 6;
static const float HARMONIC = 1e-3F;

/* Hz, from the slowest pulse to the harmonics of the fastest: independent
 * samples a second. */
static const double BAND = 4.5;

/* Of those, how many it takes for each channel. */
static const double SAMPLES_PER_CHANNEL = 3;

/* What all single methods together count beside the groups of patches. */
static const double METHODS_WEIGHT = 0.2;

struct voter {
	enum rppg_site site;
	enum rppg_method method;
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	unsigned char group[TRACE_REGIONS_MAX];
	unsigned groups;
	struct power_plan plan;
	double wave[POWER_WINDOW];
	struct window window;
	struct mvdr mvdr;
	struct fvp fvp;
	bool has_reference;
	struct power reference[RPPG_METHODS];
};

/* The length of a name without its number: "cheek-left-3", "cheek-left". */
static size_t
stem(const char *name)
{
	size_t n = strlen(name);

	while (n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	return n;
}

/* Put patches that lie together into groups: those whose names differ in
 * their number alone, or equal parts of the list where all do. */
static void
make_groups(struct voter *v, const struct trace_names *names)
{
	unsigned skins = 0, at = 0;
	const char *last = NULL;

	for (unsigned i = 0; i < names->count; i++) {
		const char *name = names->name[i];

		if (!v->skin[i])
			continue;
		skins++;
		if (last != NULL &&
		    (stem(last) != stem(name) ||
			memcmp(last, name, stem(name)) != 0) &&
		    v->groups + 1 < MVDR_GROUPS)
			v->groups++;
		last = name;
		v->group[i] = (unsigned char)v->groups;
	}
	if (++v->groups > 1)
		return;
	v->groups = skins < MVDR_GROUPS ? skins : MVDR_GROUPS;
	for (unsigned i = 0; i < names->count; i++)
		if (v->skin[i])
			v->group[i] = (unsigned char)(at++ * v->groups / skins);
}

struct voter *
rppg_voter_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names)
{
	struct voter *v = calloc(1, sizeof(*v));

	if (v == NULL || power_plan_init(&v->plan) != 0) {
		free(v);
		return NULL;
	}
	v->site = site;
	v->method = method;
	v->regions = names->count;
	for (unsigned i = 0; i < names->count; i++)
		v->skin[i] = strcmp(names->name[i], TRACE_BACKGROUND) != 0;
	make_groups(v, names);
	return v;
}

void
rppg_voter_free(struct voter *v)
{
	if (v == NULL)
		return;
	power_plan_release(&v->plan);
	free(v);
}

static void
add_scaled(double *to, const double *x, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++)
		to[i] += scale * x[i];
}

/* ---- Methods ------------------------------------------------------------ */

static bool
wanted(const struct voter *v, enum rppg_method m)
{
	if (rppg_method_info(m)->extract == NULL)
		return false;
	return v->method == RPPG_FUSION || v->method == m ||
	    (v->method == RPPG_FVP && fvp_uses(m));
}

/* Of a finger the channels themselves are the methods: their slots. */
static const enum rppg_method finger_slot[WINDOW_COLOURS] = {
    RPPG_CHROM, RPPG_GREEN, RPPG_POS};

/* Apply a method (or take a finger's channel) to the window's colour. */
static int
apply(struct voter *v, enum rppg_method m, size_t n, double *wave)
{
	struct rppg_colour c = window_colour(&v->window);

	if (v->site != RPPG_SITE_FINGER)
		return rppg_method_info(m)->extract(v->plan.dsp, &c, wave);
	for (unsigned k = 0; k < WINDOW_COLOURS; k++)
		if (finger_slot[k] == m)
			c.g = v->window.colour[k];
	if (!window_level_good(dsp_mean(c.g, n))) {
		memset(wave, 0, n * sizeof(*wave));
		return 0;
	}
	return rppg_method_info(RPPG_GREEN)->extract(v->plan.dsp, &c, wave);
}

static bool
applies(const struct voter *v, enum rppg_method m)
{
	if (v->site != RPPG_SITE_FINGER)
		return wanted(v, m);
	for (unsigned k = 0; k < WINDOW_COLOURS; k++)
		if (finger_slot[k] == m)
			return true;
	return false;
}

/* Keep of ${s} what stands out of its own noise. */
static void
keep_peaks(struct power *s)
{
	double sorted[POWER_BINS - POWER_LOW];

	for (int k = POWER_LOW; k < POWER_BINS; k++)
		sorted[k - POWER_LOW] = (double)s->power[k];
	float noise = (float)dsp_median(sorted, POWER_BINS - POWER_LOW);
	for (int k = 0; k < POWER_BINS; k++)
		s->power[k] = fmaxf(0, s->power[k] - REFERENCE_NOISE * noise);
}

/* Skin answers to light not quite in proportion: what harmonics that makes. */
static void
add_harmonics(struct power *s)
{
	for (int k = POWER_BINS - 1; k >= POWER_LOW; k--)
		for (int h = 2; h <= POWER_HARMONICS; h++)
			s->power[k] +=
			    HARMONIC * s->power[lrint((double)k / h)];
}

/* The background's peaks under each method, in v->reference. */
static int
look_at_background(struct voter *v, struct vote *out)
{
	v->has_reference = v->window.background >= 0;
	if (!v->has_reference)
		return 0;
	window_raw(&v->window, (unsigned)v->window.background);
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;

		memset(&v->reference[m], 0, sizeof(v->reference[m]));
		if (!applies(v, m) || m == RPPG_ICA)
			continue;
		if (apply(v, m, out->n, v->wave) != 0 ||
		    power_raw(&v->plan, v->wave, out->n, &v->reference[m]) != 0)
			return -1;
		keep_peaks(&v->reference[m]);
		add_harmonics(&v->reference[m]);
	}
	return 0;
}

/* What the whole picture's intensity shows, under every method. */
static int
look_at_intensity(struct voter *v, struct vote *out)
{
	struct power *s = &v->reference[0];
	int found = fvp_intensity(&v->window, v->wave);

	v->has_reference = found > 0;
	if (found <= 0)
		return found;
	if (power_raw(&v->plan, v->wave, out->n, s) != 0)
		return -1;
	keep_peaks(s);
	for (int m = 1; m < RPPG_METHODS; m++)
		v->reference[m] = *s;
	return 0;
}

/* What the background shows as well is no pulse (as the weights of Full
 * Video Pulse). */
static void
weigh_reference(const struct voter *v, enum rppg_method m, struct power *s)
{
	if (!v->has_reference)
		return;
	for (int k = 0; k < POWER_BINS; k++) {
		float other = REFERENCE * v->reference[m].power[k];

		if (other > 0)
			s->power[k] *= s->power[k] / (s->power[k] + other);
	}
}

/* Independent samples of the band in the window. */
static double
freedom(const struct vote *w)
{
	return (double)w->n / RPPG_GRID * BAND;
}

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

/* The spectrum of what method ${m} makes of the window's colour. */
static int
see(struct voter *v, enum rppg_method m, size_t n, struct power *s)
{
	if (apply(v, m, n, v->wave) != 0 ||
	    power_raw(&v->plan, v->wave, n, s) != 0)
		return -1;
	weigh_reference(v, m, s);
	power_normalise(&v->plan, s);
	return 0;
}

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

		if (!applies(v, m))
			continue;
		if (see(v, m, out->n, &to->power) != 0)
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

/*
 * Into how many groups ${n} samples may be parted.  Weights that are fitted to
 * as many channels as there are independent samples find a pulse in any
 * noise: it takes a multiple (Reed, Mallett and Brennan, "Rapid convergence
 * rate in adaptive arrays", IEEE Trans. AES 10(6), 1974, ask for two).
 */
static unsigned
groups_for(const struct voter *v, size_t n)
{
	double most =
	    (double)n / RPPG_GRID * BAND / (SAMPLES_PER_CHANNEL * MVDR_COLOURS);

	return most >= v->groups ? v->groups : most < 1 ? 1 : (unsigned)most;
}

/* Give the groups of patches that are in view to v->mvdr. */
static int
gather_groups(struct voter *v, size_t n)
{
	double weight[TRACE_REGIONS_MAX];
	unsigned groups = groups_for(v, n);

	mvdr_clear(&v->mvdr, n);
	for (unsigned g = 0; g < groups; g++) {
		for (unsigned i = 0; i < v->regions; i++)
			weight[i] = v->group[i] * groups / v->groups == g &&
				v->window.good[i]
			    ? v->window.in->weight[i]
			    : 0;
		if (window_mean(&v->window, weight) &&
		    mvdr_add(&v->mvdr, &v->plan, v->window.colour) != 0)
			return -1;
	}
	if (v->has_reference)
		mvdr_refer(&v->mvdr, &v->reference[RPPG_GREEN]);
	mvdr_close(&v->mvdr, &v->plan);
	return 0;
}

static int
look_at_groups(struct voter *v, struct vote *out)
{
	if (gather_groups(v, out->n) != 0)
		return -1;
	out->matched = v->mvdr.channels > 0;
	if (!out->matched)
		return 0;
	mvdr_votes(&v->mvdr, out->match);
	add_scaled(out->votes, out->match, POWER_RATES, freedom(out));
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

			if (!applies(v, m))
				continue;
			if (see(v, m, out->n, &s) != 0)
				return -1;
			add_power(out, &s,
			    freedom(out) / (FVP_METHODS * v->fvp.masks));
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
			out->votes[k] -= MACHINE_COST * freedom(out);
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
		    look_at_intensity(v, out) != 0)
			return -1;
	} else if (look_at_background(v, out) != 0) {
		return -1;
	}
	if (look_at_whole(v, out) != 0)
		return -1;
	if (v->method == RPPG_FUSION && v->site != RPPG_SITE_FINGER &&
	    look_at_groups(v, out) != 0)
		return -1;
	if (v->method == RPPG_FVP && look_at_masks(v, out) != 0)
		return -1;
	add_methods(out, freedom(out) * (out->matched ? METHODS_WEIGHT : 1));
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

/* ---- The wave ------------------------------------------------------------ */

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

		if (!applies(v, m) || part <= 0)
			continue;
		if (apply(v, m, w->n, v->wave) != 0 ||
		    set_amplitude(v, w, bin, v->wave, &s) != 0)
			return -1;
		add_scaled(wave, v->wave, w->n, part);
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
		if (see(v, RPPG_POS, w->n, &s) != 0)
			return -1;
		weight[i] = merit(&s, bin, w->lobe);
	}
	return 0;
}

int
vote_render(struct voter *v, const struct intake *in, const struct vote *w,
    double bin, double *wave, struct vote_quality *q)
{
	double weight[TRACE_REGIONS_MAX] = {0};
	size_t from = (size_t)(llrint(w->start * RPPG_GRID) - in->base);
	struct power s;

	q->snr = (double)NAN;
	q->least = 0;
	memset(wave, 0, w->n * sizeof(*wave));
	if (window_open(&v->window, in, v->site, v->skin, from, w->n) != 0)
		return -1;
	if (w->matched) {
		if (gather_groups(v, w->n) != 0)
			return -1;
		(void)mvdr_wave(&v->mvdr, (int)lrint(bin), wave);
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
