#include "rppg/analyser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/rows.h"

/* By hand: how strongly peaks of the background count against those of skin,
 * and from how far above the background's median they count.  Light shows in
 * both, but skin follows it with another amplitude. */
static const float REFERENCE = 3, REFERENCE_NOISE = 6;

/* By hand: the power that a harmonic has of the background's. */
static const float HARMONIC = 1e-3F;

/* How many independent samples each channel of the groups takes: see
 * groups_for. */
static const double SAMPLES_PER_CHANNEL = 2;

/* The band from the slowest pulse to the harmonics of the fastest, Hz. */
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

/* Put neighbouring patches into groups: those whose names differ only in their
 * number.  Where all names do, the list is divided into equal parts. */
static void
make_groups(struct analyser *a, const struct trace_names *names)
{
	unsigned skins = 0, at = 0;
	const char *last = NULL;

	for (unsigned i = 0; i < names->count; i++) {
		const char *name = names->name[i];

		if (!a->skin[i])
			continue;
		skins++;
		if (last != NULL &&
		    (stem(last) != stem(name) ||
			memcmp(last, name, stem(name)) != 0) &&
		    a->groups + 1 < MVDR_GROUPS)
			a->groups++;
		last = name;
		a->group[i] = (unsigned char)a->groups;
	}
	if (++a->groups > 1)
		return;
	a->groups = skins < MVDR_GROUPS ? skins : MVDR_GROUPS;
	for (unsigned i = 0; i < names->count; i++)
		if (a->skin[i])
			a->group[i] = (unsigned char)(at++ * a->groups / skins);
}

static enum wave_part
part_of(const char *name)
{
	static const struct {
		const char *stem;
		enum wave_part part;
	} stems[] = {{"forehead", WAVE_UPPER}, {"cheek", WAVE_LOWER},
	    {"chin", WAVE_LOWER}};

	for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++)
		if (strncmp(name, stems[i].stem, strlen(stems[i].stem)) == 0)
			return stems[i].part;
	return WAVE_FUSED;
}

/* A fingertip fills the picture, so there is no light to separate from skin.
 * Each channel is a wave of its own, and is kept in the place of a method. */
static const enum rppg_method finger_slot[WINDOW_COLOURS] = {
    RPPG_CHROM, RPPG_GREEN, RPPG_POS};

/* Does the analysis by ${chosen} use ${m}? */
static bool
uses(enum rppg_site site, enum rppg_method chosen, enum rppg_method m)
{
	const struct rppg_method_info *info = rppg_method_info(m);
	enum rppg_kind kind = rppg_method_info(chosen)->kind;

	if (site == RPPG_SITE_FINGER) {
		for (unsigned k = 0; k < WINDOW_COLOURS; k++)
			if (finger_slot[k] == m)
				return true;
		return false;
	}
	if (info->extract == NULL)
		return false;
	/* A whole picture is analysed by methods in which intensity cancels. */
	return kind == RPPG_KIND_FUSION || m == chosen ||
	    (kind == RPPG_KIND_PICTURE && info->kind == RPPG_KIND_MODEL);
}

struct analyser *
analyser_new(enum rppg_site site, enum rppg_method method, bool raw,
    const struct trace_names *names)
{
	struct analyser *a = calloc(1, sizeof(*a));

	if (a == NULL || power_plan_init(&a->plan) != 0) {
		free(a);
		return NULL;
	}
	a->site = site;
	a->raw = a->window.raw = raw;
	a->kind = rppg_method_info(method)->kind;
	for (int m = 0; m < RPPG_METHODS; m++) {
		a->uses[m] = uses(site, method, (enum rppg_method)m);
		a->methods += a->uses[m];
	}
	a->regions = names->count;
	for (unsigned i = 0; i < names->count; i++) {
		a->skin[i] = strcmp(names->name[i], TRACE_BACKGROUND) != 0;
		a->part[i] = part_of(names->name[i]);
	}
	make_groups(a, names);
	return a;
}

void
analyser_free(struct analyser *a)
{
	if (a == NULL)
		return;
	power_plan_release(&a->plan);
	free(a);
}

/* Apply a method (or take a finger's channel) to the window's colour. */
int
analyser_apply(struct analyser *a, enum rppg_method m, size_t n, double *wave)
{
	struct rppg_colour c = window_colour(&a->window);

	if (a->site != RPPG_SITE_FINGER)
		return rppg_method_info(m)->extract(a->plan.dsp, &c, wave);
	for (unsigned k = 0; k < WINDOW_COLOURS; k++)
		if (finger_slot[k] == m)
			c.g = a->window.colour[k];
	if (!window_level_good(dsp_mean(c.g, n))) {
		memset(wave, 0, n * sizeof(*wave));
		return 0;
	}
	return rppg_method_info(RPPG_GREEN)->extract(a->plan.dsp, &c, wave);
}

/* Keep only what stands out of the noise of ${s}. */
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

/* Skin does not follow light quite in proportion: add the harmonics that
 * result. */
static void
add_harmonics(struct power *s)
{
	for (int k = POWER_BINS - 1; k >= POWER_LOW; k--)
		for (int h = 2; h <= POWER_HARMONICS; h++)
			s->power[k] +=
			    HARMONIC * s->power[lrint((double)k / h)];
}

/* The peaks of the background under each method, in a->reference. */
int
analyser_background(struct analyser *a, size_t n)
{
	a->has_reference = a->window.background >= 0 && !a->raw;
	if (!a->has_reference)
		return 0;
	window_raw(&a->window, (unsigned)a->window.background);
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;

		memset(&a->reference[m], 0, sizeof(a->reference[m]));
		/* A blind method may pick another component of the background
		 * than of skin. */
		if (!a->uses[m] || rppg_method_info(m)->kind == RPPG_KIND_BLIND)
			continue;
		if (analyser_apply(a, m, n, a->wave) != 0 ||
		    power_raw(&a->plan, a->wave, n, &a->reference[m]) != 0)
			return -1;
		keep_peaks(&a->reference[m]);
		add_harmonics(&a->reference[m]);
	}
	return 0;
}

/* The intensity of the whole picture, as the reference of every method. */
int
analyser_intensity(struct analyser *a, size_t n)
{
	struct power *s = &a->reference[0];
	int found = fvp_intensity(&a->window, a->wave);

	a->has_reference = found > 0;
	if (found <= 0)
		return found;
	if (power_raw(&a->plan, a->wave, n, s) != 0)
		return -1;
	keep_peaks(s);
	for (int m = 1; m < RPPG_METHODS; m++)
		a->reference[m] = *s;
	return 0;
}

/* Attenuate what the background shows, too: it is no pulse.  The weights are
 * those of Full Video Pulse (fvp.h). */
static void
weigh_reference(const struct analyser *a, enum rppg_method m, struct power *s)
{
	if (!a->has_reference)
		return;
	for (int k = 0; k < POWER_BINS; k++) {
		float other = REFERENCE * a->reference[m].power[k];

		if (other > 0)
			s->power[k] *= s->power[k] / (s->power[k] + other);
	}
}

/* The spectrum of the wave that ${m} makes of the window's colour. */
int
analyser_spectrum(
    struct analyser *a, enum rppg_method m, size_t n, struct power *s)
{
	if (analyser_apply(a, m, n, a->wave) != 0 ||
	    power_raw(&a->plan, a->wave, n, s) != 0)
		return -1;
	weigh_reference(a, m, s);
	if (a->raw)
		power_share(s);
	else
		power_normalise(&a->plan, s);
	return 0;
}

double
analyser_independent_samples(size_t n)
{
	return (double)n / RPPG_GRID * BAND;
}

/*
 * How many groups ${n} samples allow.  Weights that are fitted to as many
 * channels as there are independent samples find a pulse in any noise, so a
 * multiple of samples is needed.  Reed, Mallett and Brennan, "Rapid convergence
 * rate in adaptive arrays", IEEE Trans. AES 10(6), 1974, ask for two to a
 * channel.
 */
static unsigned
groups_for(const struct analyser *a, size_t n)
{
	double most = analyser_independent_samples(n) /
	    (SAMPLES_PER_CHANNEL * MVDR_COLOURS);

	return most >= a->groups ? a->groups : most < 1 ? 1 : (unsigned)most;
}

/* Hand the groups of patches that are in view to a->mvdr. */
int
analyser_gather(struct analyser *a, size_t n)
{
	double weight[TRACE_REGIONS_MAX];
	unsigned groups = groups_for(a, n);

	mvdr_clear(&a->mvdr, n);
	mvdr_set_movement(&a->mvdr, a->window.movement);
	for (unsigned g = 0; g < groups; g++) {
		for (unsigned i = 0; i < a->regions; i++)
			weight[i] = a->group[i] * groups / a->groups == g &&
				a->window.good[i]
			    ? a->window.weight[i]
			    : 0;
		if (window_mean(&a->window, weight) &&
		    mvdr_add(&a->mvdr, &a->plan, a->window.colour) != 0)
			return -1;
	}
	if (a->has_reference)
		mvdr_set_reference(&a->mvdr, &a->reference[RPPG_GREEN]);
	mvdr_close(&a->mvdr, &a->plan);
	return 0;
}

int
analyser_gather_part(struct analyser *a, enum wave_part part, size_t n)
{
	double weight[TRACE_REGIONS_MAX];

	mvdr_clear(&a->mvdr, n);
	mvdr_set_movement(&a->mvdr, a->window.movement);
	for (unsigned i = 0; i < a->regions; i++)
		weight[i] = a->part[i] == part && a->window.good[i]
		    ? a->window.weight[i]
		    : 0;
	if (window_mean(&a->window, weight) &&
	    mvdr_add(&a->mvdr, &a->plan, a->window.colour) != 0)
		return -1;
	mvdr_close(&a->mvdr, &a->plan);
	return 0;
}
