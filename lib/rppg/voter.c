#include "rppg/voter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/rows.h"

/* What the background's peaks count against those of skin, and how far above
 * the median they begin. */
static const float REFERENCE = 3, REFERENCE_NOISE = 6;
static const float HARMONIC = 1e-3F;

/* Of the independent samples of a window, how many it takes for each channel
 * of the groups. */
static const double SAMPLES_PER_CHANNEL = 2;

/* Hz, from the slowest pulse to the harmonics of the fastest. */
static const double BAND = 4.5;

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

static enum vote_wave
part_of(const char *name)
{
	static const struct {
		const char *stem;
		enum vote_wave part;
	} stems[] = {{"forehead", VOTE_WAVE_UPPER}, {"cheek", VOTE_WAVE_LOWER},
	    {"chin", VOTE_WAVE_LOWER}};

	for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++)
		if (strncmp(name, stems[i].stem, strlen(stems[i].stem)) == 0)
			return stems[i].part;
	return VOTE_WAVE_FUSED;
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
	for (unsigned i = 0; i < names->count; i++) {
		v->skin[i] = strcmp(names->name[i], TRACE_BACKGROUND) != 0;
		v->part[i] = part_of(names->name[i]);
	}
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
int
voter_apply(struct voter *v, enum rppg_method m, size_t n, double *wave)
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

bool
voter_applies(const struct voter *v, enum rppg_method m)
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
int
voter_background(struct voter *v, size_t n)
{
	v->has_reference = v->window.background >= 0;
	if (!v->has_reference)
		return 0;
	window_raw(&v->window, (unsigned)v->window.background);
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;

		memset(&v->reference[m], 0, sizeof(v->reference[m]));
		if (!voter_applies(v, m) || m == RPPG_ICA)
			continue;
		if (voter_apply(v, m, n, v->wave) != 0 ||
		    power_raw(&v->plan, v->wave, n, &v->reference[m]) != 0)
			return -1;
		keep_peaks(&v->reference[m]);
		add_harmonics(&v->reference[m]);
	}
	return 0;
}

/* What the whole picture's intensity shows, under every method. */
int
voter_intensity(struct voter *v, size_t n)
{
	struct power *s = &v->reference[0];
	int found = fvp_intensity(&v->window, v->wave);

	v->has_reference = found > 0;
	if (found <= 0)
		return found;
	if (power_raw(&v->plan, v->wave, n, s) != 0)
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

/* The spectrum of what method ${m} makes of the window's colour. */
int
voter_see(struct voter *v, enum rppg_method m, size_t n, struct power *s)
{
	if (voter_apply(v, m, n, v->wave) != 0 ||
	    power_raw(&v->plan, v->wave, n, s) != 0)
		return -1;
	weigh_reference(v, m, s);
	power_normalise(&v->plan, s);
	return 0;
}

double
voter_freedom(size_t n)
{
	return (double)n / RPPG_GRID * BAND;
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
	double most = voter_freedom(n) / (SAMPLES_PER_CHANNEL * MVDR_COLOURS);

	return most >= v->groups ? v->groups : most < 1 ? 1 : (unsigned)most;
}

/* Give the groups of patches that are in view to v->mvdr. */
int
voter_gather(struct voter *v, size_t n)
{
	double weight[TRACE_REGIONS_MAX];
	unsigned groups = groups_for(v, n);

	mvdr_clear(&v->mvdr, n);
	mvdr_move(&v->mvdr, v->window.movement);
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

int
voter_gather_part(struct voter *v, enum vote_wave part, size_t n)
{
	double weight[TRACE_REGIONS_MAX];

	mvdr_clear(&v->mvdr, n);
	mvdr_move(&v->mvdr, v->window.movement);
	for (unsigned i = 0; i < v->regions; i++)
		weight[i] = v->part[i] == part && v->window.good[i]
		    ? v->window.in->weight[i]
		    : 0;
	if (window_mean(&v->window, weight) &&
	    mvdr_add(&v->mvdr, &v->plan, v->window.colour) != 0)
		return -1;
	mvdr_close(&v->mvdr, &v->plan);
	return 0;
}
