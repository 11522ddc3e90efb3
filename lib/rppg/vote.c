#include "rppg/vote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/fvp.h"
#include "rppg/rows.h"
#include "rppg/window.h"

enum {
	BAND_HIGH = 171 /* 5 Hz: power above is not compared with */
};

/* Harmonics beyond these shares of the first's power are not the pulse's. */
enum {
	HARMONICS = 3
};
static const double harmonic_max[HARMONICS + 1] = {0, 1, 1.2, 0.5};

/* Below this there is rounding and nothing else: waves of 1e-6 of the level. */
static const double POWER_MIN = 1e-8;

/* No window explains more than this. */
static const double EXPLAINED_MAX = 0.98;

/* Drifts are steeper than this, but then nothing is left to find. */
static const double EXPONENT_MAX = 2;

/* The period of coders, in frames, and what it costs a vote. */
static const double CODER_FRAMES = 4, CODER_COST = 1;

static const double PRIOR_RATE = 75, PRIOR_WIDTH = 0.4;

/* What the background's peaks count against those of skin, and how far above
 * the median they begin. */
static const float REFERENCE = 3, REFERENCE_NOISE = 6;

/* The methods that groups of patches vote by; and the one that says how good
 * a single patch is. */
enum {
	GROUP_METHODS = 3,
	GROUPS_MAX = 6
};
static const enum rppg_method group_method[GROUP_METHODS] = {
    RPPG_GREEN, RPPG_CHROM, RPPG_POS};
static const enum rppg_method PATCH_METHOD = RPPG_POS;

struct voter {
	enum rppg_site site;
	enum rppg_method method;
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	unsigned char group[TRACE_REGIONS_MAX];
	unsigned groups;
	struct dsp *dsp;
	size_t hann_n;
	double hann[VOTE_WINDOW];
	double log_bin[VOTE_BINS]; /* log of the bin over the lowest */
	double wave[VOTE_WINDOW];
	struct window window;
	struct fvp fvp; /* its masks stand in the place of groups */
	bool has_reference;
	struct vote_spectrum reference[RPPG_METHODS];
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
		    v->groups + 1 < GROUPS_MAX)
			v->groups++;
		last = name;
		v->group[i] = (unsigned char)v->groups;
	}
	if (++v->groups > 1)
		return;
	v->groups = skins < GROUPS_MAX ? skins : GROUPS_MAX;
	for (unsigned i = 0; i < names->count; i++)
		if (v->skin[i])
			v->group[i] = (unsigned char)(at++ * v->groups / skins);
}

struct voter *
rppg_voter_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names)
{
	struct voter *v = calloc(1, sizeof(*v));

	if (v == NULL || (v->dsp = dsp_new()) == NULL) {
		free(v);
		return NULL;
	}
	v->site = site;
	v->method = method;
	v->regions = names->count;
	for (unsigned i = 0; i < names->count; i++)
		v->skin[i] = strcmp(names->name[i], TRACE_BACKGROUND) != 0;
	make_groups(v, names);
	for (int k = 1; k < VOTE_BINS; k++)
		v->log_bin[k] = log((double)k / VOTE_LOW);
	return v;
}

void
rppg_voter_free(struct voter *v)
{
	if (v == NULL)
		return;
	dsp_free(v->dsp);
	free(v);
}

/* ---- Spectra ----------------------------------------------------------- */

/* Power within ${lobe} bins of ${bin}, from ${above} on and in the band. */
static double
peak_power(const struct vote_spectrum *s, double bin, long lobe, long above)
{
	long at = lrint(bin);
	double sum = 0;

	for (long k = at - lobe; k <= at + lobe; k++)
		if (k >= above && k < BAND_HIGH)
			sum += (double)s->power[k];
	return sum;
}

double
vote_explained(const struct vote_spectrum *s, double bin, unsigned lobe)
{
	long h = (long)lobe, at = lrint(bin);
	double first = peak_power(s, bin, h, 0), sum = first;

	for (int k = 2; k <= HARMONICS; k++) {
		double most =
		    first * harmonic_max[k] * pow(k, (double)s->exponent);
		double part =
		    peak_power(s, k * bin, h, lrint((k - 1) * bin) + h + 1);

		if (k * at - h >= BAND_HIGH)
			break;
		sum += fmin(part, most);
	}
	return fmin(sum, EXPLAINED_MAX);
}

double
vote_snr(const struct vote_spectrum *s, double bin, unsigned lobe)
{
	double part = 0, all = 0;

	for (long k = VOTE_LOW; k < BAND_HIGH; k++) {
		double p = (double)s->power[k];

		all += p;
		if (fabs((double)k - bin) <= lobe + 0.5 ||
		    fabs((double)k - 2 * bin) <= lobe + 0.5)
			part += p;
	}
	return 10 * log10((part + 1e-9) / (all - part + 1e-9));
}

/*
 * The exponent b of the noise f^-b that the spectrum stands on: a line
 * through the lower quartiles of blocks that are even in log f, which a
 * pulse's narrow peaks hardly move.
 */
static double
noise_exponent(const struct vote_spectrum *s)
{
	static const short edge[] = {14, 21, 30, 43, 61, 87, 122, 171};
	enum {
		BLOCKS = sizeof(edge) / sizeof(edge[0]) - 1
	};
	double x[BLOCKS], y[BLOCKS], block[64], xx = 0, xy = 0;

	for (int i = 0; i < BLOCKS; i++) {
		size_t n = 0;

		for (int k = edge[i]; k < edge[i + 1]; k++)
			block[n++] = (double)s->power[k];
		x[i] = 0.5 * log((double)edge[i] * edge[i + 1]);
		y[i] = log(dsp_quantile(block, n, 0.25) + 1e-30);
	}
	double mx = dsp_mean(x, BLOCKS), my = dsp_mean(y, BLOCKS);
	for (int i = 0; i < BLOCKS; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		xy += (x[i] - mx) * (y[i] - my);
	}
	return fmax(0, fmin(EXPONENT_MAX, -xy / xx));
}

/* The power of ${x}, n samples. */
static int
transform(struct voter *v, const double *x, size_t n, struct vote_spectrum *s)
{
	struct dsp_fft *f = dsp_fft(v->dsp, VOTE_FFT);
	double mean = dsp_mean(x, n);

	if (f == NULL)
		return -1;
	if (v->hann_n != n) {
		dsp_window(DSP_HANN, v->hann, n);
		v->hann_n = n;
	}
	for (size_t i = 0; i < n; i++)
		f->time[i] = (x[i] - mean) * v->hann[i];
	memset(f->time + n, 0, (VOTE_FFT - n) * sizeof(*f->time));
	dsp_fft_forward(f);
	for (size_t k = 0; k < VOTE_BINS; k++) {
		const double *c = f->frequency[k];

		s->power[k] = (float)(c[0] * c[0] + c[1] * c[1]);
	}
	return 0;
}

/* Make the noise white, and powers shares of all in the band. */
static void
normalise(const struct voter *v, struct vote_spectrum *s)
{
	double exponent = noise_exponent(s), all = 0;

	for (size_t k = 0; k < VOTE_BINS; k++) {
		double p = (double)s->power[k] * exp(exponent * v->log_bin[k]);

		s->power[k] = (float)p;
		if (k >= VOTE_LOW && k < BAND_HIGH)
			all += p;
	}
	s->valid = all > POWER_MIN;
	s->exponent = (float)exponent;
	for (size_t k = 0; k < VOTE_BINS; k++)
		s->power[k] = s->valid ? (float)((double)s->power[k] / all) : 0;
}

/* The votes of one spectrum, log-likelihoods of a pulse at each rate for one
 * degree of freedom; and what it would choose by itself. */
static void
assess(struct vote_spectrum *s, unsigned lobe, double vote[VOTE_RATES])
{
	double best = 0;

	memset(vote, 0, VOTE_RATES * sizeof(*vote));
	s->own = 0;
	s->clarity = 0;
	for (int k = VOTE_LOW; s->valid && k <= VOTE_HIGH; k++) {
		double part = vote_explained(s, k, lobe);

		vote[k - VOTE_LOW] = -log(1 - part);
		if (part > best) {
			best = part;
			s->own = k;
			s->clarity = vote[k - VOTE_LOW];
		}
	}
}

static void
add_scaled(double *to, const double *x, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++)
		to[i] += scale * x[i];
}

static int
spectrum(struct voter *v, const double *x, size_t n, struct vote_spectrum *s)
{
	if (transform(v, x, n, s) != 0)
		return -1;
	normalise(v, s);
	return 0;
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
		return rppg_method_info(m)->extract(v->dsp, &c, wave);
	for (unsigned k = 0; k < WINDOW_COLOURS; k++)
		if (finger_slot[k] == m)
			c.g = v->window.colour[k];
	if (!window_level_good(dsp_mean(c.g, n))) {
		memset(wave, 0, n * sizeof(*wave));
		return 0;
	}
	return rppg_method_info(RPPG_GREEN)->extract(v->dsp, &c, wave);
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
keep_peaks(struct vote_spectrum *s)
{
	double sorted[BAND_HIGH - VOTE_LOW];

	for (size_t k = VOTE_LOW; k < BAND_HIGH; k++)
		sorted[k - VOTE_LOW] = (double)s->power[k];
	float noise = (float)dsp_median(sorted, BAND_HIGH - VOTE_LOW);
	for (size_t k = 0; k < VOTE_BINS; k++)
		s->power[k] = fmaxf(0, s->power[k] - REFERENCE_NOISE * noise);
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
		    transform(v, v->wave, out->n, &v->reference[m]) != 0)
			return -1;
		keep_peaks(&v->reference[m]);
	}
	return 0;
}

/* What the whole picture's intensity shows, under every method. */
static int
look_at_intensity(struct voter *v, struct vote *out)
{
	struct vote_spectrum *s = &v->reference[0];
	int found = fvp_intensity(&v->window, v->wave);

	v->has_reference = found > 0;
	if (found <= 0)
		return found;
	if (transform(v, v->wave, out->n, s) != 0)
		return -1;
	keep_peaks(s);
	for (int m = 1; m < RPPG_METHODS; m++)
		v->reference[m] = *s;
	return 0;
}

/* What the background shows as well is no pulse (as the weights of Full
 * Video Pulse). */
static void
weigh_reference(
    const struct voter *v, enum rppg_method m, struct vote_spectrum *s)
{
	if (!v->has_reference)
		return;
	for (size_t k = 0; k < VOTE_BINS; k++) {
		float other = REFERENCE * v->reference[m].power[k];

		if (other > 0)
			s->power[k] *= s->power[k] / (s->power[k] + other);
	}
}

/* Independent samples of the band in the window. */
static double
freedom(const struct vote *w)
{
	return (double)w->n / RPPG_GRID * 4.5;
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

static int
look_at_whole(struct voter *v, struct vote *out)
{
	const struct intake *in = v->window.in;
	double weight[TRACE_REGIONS_MAX], vote[RPPG_METHODS][VOTE_RATES];
	double all = 0;

	for (unsigned i = 0; i < v->regions; i++)
		weight[i] = v->window.good[i] ? in->weight[i] : 0;
	if (!window_mean(&v->window, weight))
		return 0;
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		struct vote_spectrum *s = &out->whole[m];

		if (!applies(v, m))
			continue;
		if (apply(v, m, out->n, v->wave) != 0 ||
		    transform(v, v->wave, out->n, s) != 0)
			return -1;
		weigh_reference(v, m, s);
		normalise(v, s);
		assess(s, out->lobe, vote[m]);
		all += method_weight[m] * s->clarity;
	}
	out->any = all > 0;
	for (int m = 0; m < RPPG_METHODS && out->any; m++)
		if (out->whole[m].valid)
			add_scaled(out->votes, vote[m], VOTE_RATES,
			    freedom(out) * method_weight[m] *
				out->whole[m].clarity / all);
	return 0;
}

/* What is known beforehand: rates of people, log-normal about 75 /min. */
static double
prior(int bin)
{
	double x = log(bin * VOTE_STEP * 60 / PRIOR_RATE) / PRIOR_WIDTH;

	return -0.5 * x * x;
}

/* The spectra of single patches, for their weights in the wave. */
static int
look_at_patches(struct voter *v, struct vote *out)
{
	double vote[VOTE_RATES];

	for (unsigned i = 0; i < v->regions; i++) {
		struct vote_spectrum *s = &out->patch[i];

		if (!v->window.good[i])
			continue;
		window_patch(&v->window, i);
		if (apply(v, PATCH_METHOD, out->n, v->wave) != 0 ||
		    transform(v, v->wave, out->n, s) != 0)
			return -1;
		weigh_reference(v, PATCH_METHOD, s);
		normalise(v, s);
		assess(s, out->lobe, vote);
	}
	return 0;
}

/* How much each patch counts in group ${g}. */
static void
group_weights(
    const struct voter *v, unsigned g, double weight[TRACE_REGIONS_MAX])
{
	for (unsigned i = 0; i < v->regions; i++) {
		double part = v->group[i] == g;

		if (v->method == RPPG_FVP)
			part = v->fvp.mask[g][i];
		weight[i] = v->window.good[i] && part > 0
		    ? part * v->window.in->weight[i]
		    : 0;
	}
}

/* The votes of groups of patches. */
static int
look_at_groups(struct voter *v, struct vote *out)
{
	unsigned groups = v->method == RPPG_FVP ? v->fvp.masks : v->groups;
	double votes[VOTE_RATES] = {0}, vote[VOTE_RATES];
	double weight[TRACE_REGIONS_MAX];
	unsigned found = 0;
	struct vote_spectrum s;

	for (unsigned g = 0; g < groups; g++) {
		group_weights(v, g, weight);
		if (!window_mean(&v->window, weight))
			continue;
		found++;
		for (int m = 0; m < GROUP_METHODS; m++) {
			enum rppg_method method = group_method[m];

			if (apply(v, method, out->n, v->wave) != 0 ||
			    transform(v, v->wave, out->n, &s) != 0)
				return -1;
			weigh_reference(v, method, &s);
			normalise(v, &s);
			assess(&s, out->lobe, vote);
			add_scaled(votes, vote, VOTE_RATES,
			    freedom(out) / GROUP_METHODS);
		}
	}
	for (int k = 0; k < VOTE_RATES && found > 1; k++)
		out->votes[k] += votes[k] / found;
	return 0;
}

/*
 * Coders write every fourth frame better than those between: its colour
 * beats at a quarter of the frame rate.  Only where frames are few is that a
 * rate of hearts; there it takes a very clear pulse.
 */
static void
doubt_coder(const struct intake *in, struct vote *out)
{
	double span = in->time[in->raws - 1] - in->time[0], bin;

	if (in->raws < 2 || !(span > 0))
		return;
	bin = (double)(in->raws - 1) / span / CODER_FRAMES / VOTE_STEP;
	for (int k = 0; k < VOTE_RATES; k++)
		if (fabs(VOTE_LOW + k - bin) <= out->lobe)
			out->votes[k] -= CODER_COST * freedom(out);
}

int
vote_window(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out)
{
	memset(out, 0, sizeof(*out));
	out->n = n;
	out->start = (double)(in->base + (int64_t)from) / RPPG_GRID;
	out->end = out->start + (double)n / RPPG_GRID;
	out->lobe =
	    (unsigned)lrint(fmax(3, 1.1 * RPPG_GRID / (double)n / VOTE_STEP));
	if (window_open(&v->window, in, v->site, v->skin, from, n) != 0)
		return -1;
	out->seen = v->window.seen;
	out->movement = v->window.movement;
	memcpy(out->good, v->window.good, sizeof(out->good));
	if (v->method == RPPG_FVP) {
		if (fvp_masks(&v->window, &v->fvp) != 0 ||
		    look_at_intensity(v, out) != 0)
			return -1;
	} else if (look_at_background(v, out) != 0) {
		return -1;
	}
	if (look_at_whole(v, out) != 0)
		return -1;
	if ((v->method == RPPG_FUSION || v->method == RPPG_FVP) &&
	    (look_at_patches(v, out) != 0 || look_at_groups(v, out) != 0))
		return -1;
	doubt_coder(in, out);
	for (int k = 0; k < VOTE_RATES; k++)
		out->votes[k] += prior(VOTE_LOW + k);
	return 0;
}

/* ---- The wave ------------------------------------------------------------ */

/* Amplitude over noise power: the weight that is best for independent
 * noise. */
static double
merit(const struct vote_spectrum *s, double bin, unsigned lobe)
{
	double part = vote_explained(s, bin, lobe);

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

int
vote_render(struct voter *v, const struct intake *in, const struct vote *w,
    double bin, double *wave, struct vote_quality *q)
{
	double weight[TRACE_REGIONS_MAX] = {0}, sum = 0;
	size_t n = w->n;
	size_t from = (size_t)(llrint(w->start * RPPG_GRID) - in->base);
	struct vote_spectrum s;

	q->snr = (double)NAN;
	q->least = 0;
	memset(wave, 0, n * sizeof(*wave));
	if (window_open(&v->window, in, v->site, v->skin, from, n) != 0)
		return -1;
	for (unsigned i = 0; i < v->regions; i++)
		if (w->good[i])
			weight[i] = w->patch[i].valid
			    ? merit(&w->patch[i], bin, w->lobe)
			    : in->weight[i];
	if (!window_mean(&v->window, weight))
		return 0;
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;
		double part = merit(&w->whole[m], bin, w->lobe);

		if (!applies(v, m) || part <= 0)
			continue;
		if (apply(v, m, n, v->wave) != 0 ||
		    spectrum(v, v->wave, n, &s) != 0)
			return -1;
		double size =
		    sqrt(vote_explained(&s, bin, w->lobe)) * dsp_sd(v->wave, n);
		if (size > 0)
			add_scaled(wave, v->wave, n, part / size);
		sum += part;
	}
	for (size_t i = 0; i < n && sum > 0; i++)
		wave[i] /= sum;
	if (spectrum(v, wave, n, &s) != 0)
		return -1;
	if (s.valid)
		q->snr = vote_snr(&s, bin, w->lobe);
	if (v->site != RPPG_SITE_FINGER)
		q->least = least_colour(&v->window, wave);
	return 0;
}
