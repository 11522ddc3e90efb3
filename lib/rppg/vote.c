#include "rppg/vote.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "rppg/rows.h"

enum {
	BAND_HIGH = 171, /* 5 Hz: power above is not compared with */
	COLOURS = 3
};

/* A region counts where it was in view for this share of the window. */
static const double SEEN_MIN = 0.8;

/* Mean levels between which a channel can carry a pulse. */
static const double LEVEL_MIN = 3, LEVEL_MAX = 252;

/* A second harmonic beyond this share of the first is not the pulse's own. */
static const double HARMONIC_MAX = 1.2;

/* The methods that are applied to each patch. */
static const enum rppg_method patch_method[VOTE_PATCH_METHODS] = {
    RPPG_POS, RPPG_CHROM};

struct voter {
	enum rppg_site site;
	enum rppg_method method;
	unsigned regions;
	bool skin[TRACE_REGIONS_MAX];
	struct dsp *dsp;
	size_t hann_n;
	double hann[VOTE_WINDOW];
	double colour[COLOURS][VOTE_WINDOW];
	double wave[VOTE_WINDOW];
	double other[VOTE_WINDOW];
};

struct voter *
voter_new(enum rppg_site site, enum rppg_method method,
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
	return v;
}

void
voter_free(struct voter *v)
{
	if (v == NULL)
		return;
	dsp_free(v->dsp);
	free(v);
}

/* ---- Spectra ----------------------------------------------------------- */

double
vote_explained(const struct vote_spectrum *s, double bin, unsigned lobe)
{
	double first = 0, second = 0;
	long h = (long)lobe, at = lrint(bin), twice = lrint(2 * bin);

	for (long k = at - h; k <= at + h; k++)
		if (k >= 0 && k < VOTE_BINS)
			first += (double)s->power[k];
	for (long k = twice - h; k <= twice + h; k++)
		if (k > at + h && k < VOTE_BINS)
			second += (double)s->power[k];
	return fmin(first + fmin(second, HARMONIC_MAX * first), 0.999);
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

/* The spectrum of ${x}, n samples, as shares of the power in the band. */
static int
spectrum(struct voter *v, const double *x, size_t n, struct vote_spectrum *s)
{
	struct dsp_fft *f = dsp_fft(v->dsp, VOTE_FFT);
	double mean = dsp_mean(x, n), all = 0;

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
		double p = c[0] * c[0] + c[1] * c[1];

		s->power[k] = (float)p;
		if (k >= VOTE_LOW && k < BAND_HIGH)
			all += p;
	}
	s->valid = all > 1e-18;
	for (size_t k = 0; k < VOTE_BINS; k++)
		s->power[k] = s->valid ? (float)((double)s->power[k] / all) : 0;
	return 0;
}

/* ---- The traces of one window ------------------------------------------ */

static double
seen_share(const struct intake *in, unsigned region, size_t from, size_t n)
{
	const bool *seen = in->seen + (size_t)region * INTAKE_GRID + from;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += seen[i];
	return (double)count / (double)n;
}

/* Is the region good for this window?  Of a finger one channel is enough. */
static bool
usable(const struct voter *v, const struct intake *in, unsigned region,
    size_t from, size_t n)
{
	unsigned good = 0;

	if (seen_share(in, region, from, n) < SEEN_MIN)
		return false;
	for (unsigned c = 0; c < COLOURS; c++) {
		const double *x = intake_channel(in, 3 * region + c) + from;
		double level = dsp_mean(x, n);

		good += level > LEVEL_MIN && level < LEVEL_MAX;
	}
	return v->site == RPPG_SITE_FINGER ? good > 0 : good == COLOURS;
}

/* The mean colour of the patches with ${weight}, each relative to its own
 * level, on the level of all.  False where there are none. */
static bool
mean_colour(struct voter *v, const struct intake *in,
    const double weight[TRACE_REGIONS_MAX], size_t from, size_t n)
{
	double sum = 0;

	for (unsigned i = 0; i < v->regions; i++)
		sum += weight[i];
	if (sum <= 0)
		return false;
	for (unsigned c = 0; c < COLOURS; c++) {
		double *to = v->colour[c], level = 0;

		memset(to, 0, n * sizeof(*to));
		for (unsigned i = 0; i < v->regions; i++) {
			if (weight[i] <= 0)
				continue;
			const double *x = intake_channel(in, 3 * i + c) + from;
			double mean = dsp_mean(x, n);
			double scale = mean > 0 ? weight[i] / sum / mean : 0;

			level += weight[i] / sum * mean;
			for (size_t k = 0; k < n; k++)
				to[k] += scale * x[k];
		}
		for (size_t k = 0; k < n; k++)
			to[k] *= level;
	}
	return true;
}

static struct rppg_colour
window_colour(const struct voter *v, size_t n)
{
	return (struct rppg_colour){
	    v->colour[0], v->colour[1], v->colour[2], n, RPPG_GRID};
}

static bool
wanted(const struct voter *v, enum rppg_method m)
{
	if (rppg_method_info(m)->extract == NULL)
		return false;
	return v->method == RPPG_FUSION || v->method == RPPG_FVP ||
	    v->method == m;
}

/* Of a finger the channels themselves are the methods: their slots. */
static const enum rppg_method finger_slot[COLOURS] = {
    RPPG_CHROM, RPPG_GREEN, RPPG_POS};

/* Apply a method (or take a finger's channel) to the window's colour. */
static int
apply(struct voter *v, enum rppg_method m, size_t n, double *wave)
{
	struct rppg_colour c = window_colour(v, n);

	if (v->site != RPPG_SITE_FINGER)
		return rppg_method_info(m)->extract(v->dsp, &c, wave);
	for (unsigned k = 0; k < COLOURS; k++)
		if (finger_slot[k] == m)
			c.g = v->colour[k];
	double level = dsp_mean(c.g, n);
	if (level <= LEVEL_MIN || level >= LEVEL_MAX) {
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
	for (unsigned k = 0; k < COLOURS; k++)
		if (finger_slot[k] == m)
			return true;
	return false;
}

static int
look_at_whole(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out)
{
	double weight[TRACE_REGIONS_MAX];

	for (unsigned i = 0; i < v->regions; i++)
		weight[i] = out->patch_seen[i] ? in->weight[i] : 0;
	if (!mean_colour(v, in, weight, from, n))
		return 0;
	for (int k = 0; k < RPPG_METHODS; k++) {
		enum rppg_method m = (enum rppg_method)k;

		if (!applies(v, m))
			continue;
		if (apply(v, m, n, v->wave) != 0 ||
		    spectrum(v, v->wave, n, &out->whole[m]) != 0)
			return -1;
	}
	return 0;
}

static void
patch_colour(struct voter *v, const struct intake *in, unsigned region,
    size_t from, size_t n)
{
	for (unsigned c = 0; c < COLOURS; c++)
		memcpy(v->colour[c], intake_channel(in, 3 * region + c) + from,
		    n * sizeof(double));
}

/* The votes of one spectrum: log-likelihood of a pulse at each rate. */
static void
cast(const struct vote_spectrum *s, const struct vote *w, double weight,
    double *votes)
{
	/* Independent samples of the band in the window. */
	double freedom = (double)w->n / RPPG_GRID * 4.5;

	if (!s->valid)
		return;
	for (int k = 0; k < VOTE_RATES; k++)
		votes[k] -= weight * freedom *
		    log(1 - vote_explained(s, VOTE_LOW + k, w->lobe));
}

static int
look_at_patches(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out)
{
	unsigned patches = 0;
	double votes[VOTE_RATES] = {0};

	if (v->method != RPPG_FUSION && v->method != RPPG_FVP)
		return 0;
	for (unsigned i = 0; i < v->regions; i++)
		patches += out->patch_seen[i];
	if (patches < 2)
		return 0;
	for (unsigned i = 0; i < v->regions; i++) {
		struct vote_spectrum s;

		if (!out->patch_seen[i])
			continue;
		patch_colour(v, in, i, from, n);
		for (int m = 0; m < VOTE_PATCH_METHODS; m++) {
			if (apply(v, patch_method[m], n, v->wave) != 0 ||
			    spectrum(v, v->wave, n, &s) != 0)
				return -1;
			cast(&s, out, 1.0 / VOTE_PATCH_METHODS, votes);
			if (m == 0)
				out->patch[i] = s;
		}
	}
	for (int k = 0; k < VOTE_RATES; k++)
		out->votes[k] += votes[k] / sqrt(patches);
	return 0;
}

int
vote_window(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out)
{
	unsigned methods = 0;

	memset(out, 0, sizeof(*out));
	out->n = n;
	out->start = (double)(in->base + (int64_t)from) / RPPG_GRID;
	out->end = out->start + (double)n / RPPG_GRID;
	out->lobe =
	    (unsigned)lrint(fmax(3, 1.1 * RPPG_GRID / (double)n / VOTE_STEP));
	for (unsigned i = 0; i < v->regions; i++) {
		double share = seen_share(in, i, from, n);

		if (!v->skin[i])
			continue;
		out->seen = fmax(out->seen, share);
		out->patch_seen[i] = usable(v, in, i, from, n);
	}
	if (look_at_whole(v, in, from, n, out) != 0 ||
	    look_at_patches(v, in, from, n, out) != 0)
		return -1;
	for (int m = 0; m < RPPG_METHODS; m++)
		methods += out->whole[m].valid;
	for (int m = 0; m < RPPG_METHODS; m++)
		cast(&out->whole[m], out, 1.0 / fmax(methods, 1), out->votes);
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

static void
add_scaled(double *to, const double *x, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++)
		to[i] += scale * x[i];
}

int
vote_render(struct voter *v, const struct intake *in, const struct vote *w,
    double bin, double *wave, double *snr)
{
	double weight[TRACE_REGIONS_MAX] = {0}, sum = 0;
	size_t n = w->n;
	size_t from = (size_t)(llrint(w->start * RPPG_GRID) - in->base);
	struct vote_spectrum s;

	*snr = (double)NAN;
	memset(wave, 0, n * sizeof(*wave));
	for (unsigned i = 0; i < v->regions; i++)
		if (w->patch_seen[i])
			weight[i] = w->patch[i].valid
			    ? merit(&w->patch[i], bin, w->lobe)
			    : in->weight[i];
	if (!mean_colour(v, in, weight, from, n))
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
		*snr = vote_snr(&s, bin, w->lobe);
	return 0;
}
