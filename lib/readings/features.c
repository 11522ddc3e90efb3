#include "readings/features.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "readings/transit.h"

#define CHANNELS 3

/* The grid of all waves here, samples per second, and the gap that is
 * interpolated by a line, s. */
#define GRID 60.0
#define GAP 0.3 /* s */

/* By hand: the band of the pulse, in multiples of the heart rate. */
#define BAND_LOW 0.7
#define BAND_HIGH 2.6
#define FILTER_ORDER 2

/* By hand: a channel darker than this, of 255, has no signal. */
#define DARK 0.5

/* By hand: means of channels that differ by less, of 255, are the same.  It is what a
 * line rounds them by. */
#define GREY 0.01

/* By hand: the mean beat, in samples before and after the rise (0.3 and 0.7 s),
 * the quality and the number of beats that it needs, and the distance of the
 * reflection behind the top (0.2 s). */
#define BEAT_BEFORE 18
#define BEAT_AFTER 42
#define BEAT_LENGTH (BEAT_BEFORE + BEAT_AFTER)
#define BEAT_QUALITY_MIN 0.6
#define BEATS_MIN 5
#define BEHIND_TOP 12

static const struct features_info infos[FEATURE_COUNT] = {
    [FEATURE_MEAN_RED] = {"meanRed", 2},
    [FEATURE_MEAN_GREEN] = {"meanGreen", 2},
    [FEATURE_MEAN_BLUE] = {"meanBlue", 2},
    [FEATURE_PERFUSION_RED] = {"perfusionRed", 4},
    [FEATURE_PERFUSION_GREEN] = {"perfusionGreen", 4},
    [FEATURE_PERFUSION_BLUE] = {"perfusionBlue", 4},
    [FEATURE_COHERENCE_RED] = {"coherenceRed", 3},
    [FEATURE_COHERENCE_GREEN] = {"coherenceGreen", 3},
    [FEATURE_COHERENCE_BLUE] = {"coherenceBlue", 3},
    [FEATURE_RISE_SECONDS] = {"riseSeconds", 4},
    [FEATURE_WIDTH_HALF_SECONDS] = {"widthHalfSeconds", 4},
    [FEATURE_WIDTH_QUARTER_SECONDS] = {"widthQuarterSeconds", 4},
    [FEATURE_AREA_RATIO] = {"areaRatio", 4},
    [FEATURE_REFLECTION] = {"reflection", 4},
    [FEATURE_TRANSIT_SECONDS] = {"transitSeconds", 5},
    [FEATURE_TRANSIT_ERROR] = {"transitErrorSeconds", 5},
    [FEATURE_HEART_RATE] = {"heartRate", 2},
};

const struct features_info *
features_info(enum feature f)
{
	return &infos[f];
}

void
features_clear(struct features *f)
{
	for (int k = 0; k < FEATURE_COUNT; k++)
		f->value[k] = (double)NAN;
}

bool
features_have_colour(const struct features *f)
{
	const double *mean = f->value + FEATURE_MEAN_RED;

	return !(
	    fabs(mean[0] - mean[1]) < GREY && fabs(mean[2] - mean[1]) < GREY);
}

/* All waves on one grid. */
struct grid {
	double start;
	size_t n;
	double *pulse;             /* in the band of the pulse */
	double *channel[CHANNELS]; /* likewise, minus logarithm; NULL: dark */
	double *work;
};

static void
grid_release(struct grid *g)
{
	free(g->pulse);
	free(g->work);
	for (int k = 0; k < CHANNELS; k++)
		free(g->channel[k]);
}

/* Put a wave onto the grid. */
static int
regrid(const struct grid *g, const struct signal_wave *w, double *out)
{
	double *t = calloc(w->n, sizeof(*t));
	int rc;

	if (t == NULL)
		return -1;
	for (size_t i = 0; i < w->n; i++)
		t[i] = w->start + (double)i / w->rate;
	rc = dsp_resample(
	    t, w->value, w->n, GAP, g->start, 1 / GRID, out, NULL, g->n);
	free(t);
	return rc;
}

static int
lay_channel(struct grid *g, int k, const double *t, const double *x, size_t n,
    const struct dsp_filter *band)
{
	double *absorbed;
	int rc;

	if (n == 0 || dsp_mean(x, n) < DARK)
		return 0;
	absorbed = calloc(n, sizeof(*absorbed));
	g->channel[k] = calloc(g->n, sizeof(double));
	if (absorbed == NULL || g->channel[k] == NULL) {
		free(absorbed);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		absorbed[i] = -log(fmax(x[i], DARK / 2));
	rc = dsp_resample(
	    t, absorbed, n, GAP, g->start, 1 / GRID, g->work, NULL, g->n);
	free(absorbed);
	return rc != 0 ? rc : dsp_filtfilt(band, g->work, g->channel[k], g->n);
}

static int
make_grid(struct grid *g, const struct features_input *v)
{
	const double *channel[CHANNELS] = {
	    v->colour.r, v->colour.g, v->colour.b};
	double heart = v->beats->rate / 60;
	struct dsp_filter band;
	int rc;

	g->start = v->pulse.start;
	g->n = (size_t)((double)(v->pulse.n - 1) / v->pulse.rate * GRID) + 1;
	g->pulse = calloc(g->n, sizeof(*g->pulse));
	g->work = calloc(g->n, sizeof(*g->work));
	if (g->pulse == NULL || g->work == NULL)
		return -1;
	dsp_bandpass(
	    &band, FILTER_ORDER, BAND_LOW * heart, BAND_HIGH * heart, GRID);
	rc = regrid(g, &v->pulse, g->work);
	if (rc == 0)
		rc = dsp_filtfilt(&band, g->work, g->pulse, g->n);
	for (int k = 0; rc == 0 && k < CHANNELS; k++)
		rc = lay_channel(
		    g, k, v->colour.time, channel[k], v->colour.n, &band);
	return rc;
}

/* The samples of interval ${i} between good beats; false if it is not to be
 * used. */
static bool
range_of(const struct grid *g, const struct beats *b, size_t i, size_t *from,
    size_t *to)
{
	double a = (b->beat[i].time - g->start) * GRID;
	double e = (b->beat[i + 1].time - g->start) * GRID;

	if (b->interval[i].label != INTERVAL_NORMAL || a < 0 ||
	    e >= (double)g->n)
		return false;
	*from = (size_t)a;
	*to = (size_t)e;
	return *to > *from + 4;
}

/* Mean product of two waves over a range. */
static double
product(const double *x, const double *y, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += x[i] * y[i];
	return sum / (double)(to - from);
}

/* The median over the beats of the products of channel and pulse, on which
 * motion in some beats has no effect. */
static int
pulsation(
    struct features *f, const struct grid *g, const struct beats *b, int k)
{
	double *xx = calloc(3 * b->count, sizeof(*xx));
	double *xp, *pp, vxx, vxp, vpp;
	size_t n = 0, from, to;

	if (xx == NULL)
		return -1;
	xp = xx + b->count;
	pp = xp + b->count;
	for (size_t i = 0; i + 1 < b->count; i++) {
		if (!range_of(g, b, i, &from, &to))
			continue;
		xx[n] = product(g->channel[k], g->channel[k], from, to);
		xp[n] = product(g->channel[k], g->pulse, from, to);
		pp[n++] = product(g->pulse, g->pulse, from, to);
	}
	if (n >= BEATS_MIN) {
		vxx = dsp_median(xx, n);
		vxp = dsp_median(xp, n);
		vpp = dsp_median(pp, n);
		/* The peak-to-peak amplitude of a sine of that variance. */
		f->value[FEATURE_PERFUSION_RED + k] = 100 * 2 * sqrt(2 * vxx);
		if (vxx > 0 && vpp > 0)
			f->value[FEATURE_COHERENCE_RED + k] =
			    fmin(fmax(vxp / sqrt(vxx * vpp), -1), 1);
	}
	free(xx);
	return 0;
}

/* The mean of the good beats of ${wave}.  Return their number. */
static size_t
mean_beat(double mean[BEAT_LENGTH], const struct grid *g, const double *wave,
    const struct beats *b)
{
	size_t n = 0;

	memset(mean, 0, BEAT_LENGTH * sizeof(*mean));
	for (size_t i = 0; i < b->count; i++) {
		double at = round((b->beat[i].time - g->start) * GRID);

		if (b->beat[i].quality < BEAT_QUALITY_MIN || at < BEAT_BEFORE ||
		    at + BEAT_AFTER > (double)g->n)
			continue;
		for (size_t j = 0; j < BEAT_LENGTH; j++)
			mean[j] += wave[(size_t)at - BEAT_BEFORE + j];
		n++;
	}
	for (size_t j = 0; n > 0 && j < BEAT_LENGTH; j++)
		mean[j] /= (double)n;
	return n;
}

/* Where the wave crosses ${level} when going from ${top} by ${step}, in samples
 * from the top; NAN if it does not. */
static double
crossing(const double *x, size_t top, int step, double level)
{
	long last = step > 0 ? BEAT_LENGTH - 1 : 0;

	for (long i = (long)top; i != last; i += step) {
		double a = x[i], b = x[i + step];

		if (a >= level && b < level)
			return fabs((double)(i - (long)top)) +
			    (a - level) / (a - b);
	}
	return (double)NAN;
}

static void
describe_beat(struct features *f, const double x[BEAT_LENGTH])
{
	size_t top = BEAT_BEFORE, foot = BEAT_BEFORE;
	double height, before = 0, behind = 0;

	for (size_t i = BEAT_BEFORE; i + BEHIND_TOP < BEAT_LENGTH; i++) {
		if (x[i] > x[top])
			top = i;
	}
	for (size_t i = 0; i <= BEAT_BEFORE; i++) {
		if (x[i] < x[foot])
			foot = i;
	}
	height = x[top] - x[foot];
	if (!(height > 0) || top <= foot)
		return;
	for (size_t i = foot; i < BEAT_LENGTH; i++) {
		double v = fmax(x[i] - x[foot], 0);

		if (i <= top)
			before += v;
		else
			behind += v;
	}
	f->value[FEATURE_RISE_SECONDS] = (double)(top - foot) / GRID;
	f->value[FEATURE_WIDTH_HALF_SECONDS] =
	    (crossing(x, top, -1, x[foot] + height / 2) +
		crossing(x, top, 1, x[foot] + height / 2)) /
	    GRID;
	f->value[FEATURE_WIDTH_QUARTER_SECONDS] =
	    (crossing(x, top, -1, x[foot] + height / 4) +
		crossing(x, top, 1, x[foot] + height / 4)) /
	    GRID;
	f->value[FEATURE_AREA_RATIO] = behind / before;
	f->value[FEATURE_REFLECTION] = (x[top + BEHIND_TOP] - x[foot]) / height;
}

int
features_measure(
    struct features *f, const struct features_input *in, struct err *err)
{
	const struct signal_colour *c = &in->colour;
	struct grid g = {0};
	struct transit transit;
	double mean[BEAT_LENGTH];
	int rc = 0;

	features_clear(f);
	if (c->n > 0) {
		f->value[FEATURE_MEAN_RED] = dsp_mean(c->r, c->n);
		f->value[FEATURE_MEAN_GREEN] = dsp_mean(c->g, c->n);
		f->value[FEATURE_MEAN_BLUE] = dsp_mean(c->b, c->n);
	}
	if (transit_measure(&transit, &in->upper, &in->lower, in->beats) != 0)
		return err_set(err, "out of memory");
	f->value[FEATURE_TRANSIT_SECONDS] = transit.seconds;
	f->value[FEATURE_TRANSIT_ERROR] = transit.error;
	if (in->beats->normal < BEATS_MIN || in->pulse.n < 2)
		return 0;
	f->value[FEATURE_HEART_RATE] = in->beats->rate;
	rc = make_grid(&g, in);
	for (int k = 0; rc == 0 && k < CHANNELS; k++) {
		if (g.channel[k] != NULL)
			rc = pulsation(f, &g, in->beats, k);
	}
	if (rc == 0)
		rc = regrid(&g, &in->pulse, g.work);
	if (rc == 0 && mean_beat(mean, &g, g.work, in->beats) >= BEATS_MIN)
		describe_beat(f, mean);
	grid_release(&g);
	return rc == 0 ? 0 : err_set(err, "out of memory");
}
