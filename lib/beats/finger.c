#include "beats/finger.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "beats/beats.h"
#include "beats/frame_clock.h"
#include "dsp/dsp.h"

#define CHANNELS 3
/* By hand: three beats at 60 /min, fewer show no rhythm. */
#define SECONDS_MIN 3.0

/* By hand: a channel that varies less than the first, of 255, is clipped.  One
 * with a mean below the second is black except for noise, which may repeat
 * itself as well. */
#define LIVE_MIN 0.02
#define DARK 0.5

/* By hand: the band of the shape of a beat, Hz. */
#define BAND_LOW 0.4
#define BAND_HIGH 8.0
#define FILTER_ORDER 2

/* By hand: the window around a beat, in periods before and after its rise, and
 * the longest period, s. */
#define BEFORE 0.25
#define AFTER 0.45
#define PERIOD_MAX 1.0
/* By hand: the share of the beats, the calmest, from which weights are
 * computed. */
#define CALM_SHARE 0.8
/* By hand: a ridge, so that small differences of large signals do not get large
 * weights. */
#define RIDGE_SELF 0.02
#define RIDGE_ALL 1e-3

struct channel {
	double *wave;  /* band-passed, rising with blood volume */
	double *slope; /* of wave, over its standard deviation */
	double unit;   /* that standard deviation */
	bool live;
};

static const double *
channel_of(const struct signal_colour *c, int k)
{
	const double *all[CHANNELS] = {c->r, c->g, c->b};

	return all[k];
}

static bool
rising(const struct signal_colour *c)
{
	for (size_t i = 0; i < c->n; i++) {
		for (int k = 0; k < CHANNELS; k++) {
			if (!isfinite(channel_of(c, k)[i]))
				return false;
		}
		if (!isfinite(c->time[i]) ||
		    (i > 0 && c->time[i] <= c->time[i - 1]))
			return false;
	}
	return c->n == 0 ||
	    c->time[c->n - 1] - c->time[0] <= SIGNAL_SECONDS_MAX;
}

/* Set the times of the frames: as given, or on the sensor's clock where that
 * makes the channel that varies most smoother. */
static int
set_times(struct finger *f, const struct signal_colour *c, int widest)
{
	const double *x = channel_of(c, widest);
	double given, clocked;
	struct err err;

	if (frame_clock_recover(c->time, c->n, f->time, &f->clock, &err) != 0)
		return -1;
	if (f->clock <= 0)
		return 0;
	if (frame_clock_roughness(c->time, x, c->n, &given, &err) != 0 ||
	    frame_clock_roughness(f->time, x, c->n, &clocked, &err) != 0)
		return -1;
	if (clocked >= given) {
		memcpy(f->time, c->time, c->n * sizeof(*f->time));
		f->clock = 0;
	}
	return 0;
}

static int
find_gaps(struct finger *f, const struct signal_colour *c)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < c->n; i++)
		n += c->time[i + 1] - c->time[i] > FINGER_GAP;
	f->gap = calloc(n + 1, sizeof(*f->gap));
	if (f->gap == NULL)
		return -1;
	for (size_t i = 0; i + 1 < c->n; i++) {
		if (c->time[i + 1] - c->time[i] <= FINGER_GAP)
			continue;
		f->gap[f->gaps][0] = c->time[i];
		f->gap[f->gaps++][1] = c->time[i + 1];
	}
	return 0;
}

/* Put one channel on the grid and filter it. */
static int
prepare(
    struct channel *ch, const struct finger *f, const double *x, size_t samples)
{
	struct dsp_filter filter;
	double *grid;
	int rc;

	ch->wave = calloc(f->n, sizeof(*ch->wave));
	ch->slope = calloc(f->n, sizeof(*ch->slope));
	grid = calloc(f->n, sizeof(*grid));
	if (ch->wave == NULL || ch->slope == NULL || grid == NULL) {
		free(grid);
		return -1;
	}
	rc = dsp_resample(f->time, x, samples, FINGER_GAP, f->start,
	    1 / FINGER_RATE, grid, NULL, f->n);
	for (size_t i = 0; i < f->n; i++)
		grid[i] = -grid[i];
	dsp_bandpass(&filter, FILTER_ORDER, BAND_LOW, BAND_HIGH, FINGER_RATE);
	if (rc == 0)
		rc = dsp_filtfilt(&filter, grid, ch->wave, f->n);
	free(grid);
	for (size_t i = 1; i + 1 < f->n; i++)
		ch->slope[i] = ch->wave[i + 1] - ch->wave[i - 1];
	ch->unit = dsp_sd(ch->slope, f->n);
	for (size_t i = 0; ch->unit > 0 && i < f->n; i++)
		ch->slope[i] /= ch->unit;
	ch->live = ch->unit > 0;
	return rc;
}

static int
find(struct beats *b, const struct finger *f, const double *wave)
{
	const struct signal_wave w = {f->start, FINGER_RATE, wave, f->n};
	struct err err;

	return beats_find(b, &w, 0, (const double(*)[2])f->gap, f->gaps, &err);
}

/* Find the beats of the channel with the highest template correlation; none
 * where there are none. */
static int
best_channel(struct beats *best, const struct finger *f,
    const struct channel ch[CHANNELS], int *which)
{
	double top = -1;

	memset(best, 0, sizeof(*best));
	*which = -1;
	for (int k = 0; k < CHANNELS; k++) {
		struct beats b;

		if (!ch[k].live)
			continue;
		if (find(&b, f, ch[k].wave) != 0) {
			beats_release(best);
			return -1;
		}
		if (b.template_correlation > top) {
			beats_release(best);
			*best = b;
			top = b.template_correlation;
			*which = k;
		} else {
			beats_release(&b);
		}
	}
	return 0;
}

/* Windows around beats: the start of each, and the common length. */
struct windows {
	size_t *start;
	size_t n, before, length;
};

static double
energy(const struct channel ch[CHANNELS], const struct windows *w, size_t j)
{
	double sum = 0;

	for (int k = 0; k < CHANNELS; k++) {
		for (size_t i = 0; ch[k].live && i < w->length; i++)
			sum += ch[k].slope[w->start[j] + i] *
			    ch[k].slope[w->start[j] + i];
	}
	return sum;
}

/* Place windows around the calm beats. */
static int
make_windows(struct windows *w, const struct finger *f, const struct beats *b,
    const struct channel ch[CHANNELS])
{
	double period = fmin(60 / b->rate, PERIOD_MAX) * FINGER_RATE;
	double *e = calloc(2 * b->count, sizeof(*e)), limit;
	size_t n = 0;

	w->start = calloc(b->count, sizeof(*w->start));
	if (e == NULL || w->start == NULL) {
		free(e);
		return -1;
	}
	w->before = (size_t)(BEFORE * period);
	w->length = w->before + (size_t)(AFTER * period) + 1;
	w->n = 0;
	for (size_t i = 0; i < b->count; i++) {
		double at = (b->beat[i].time - f->start) * FINGER_RATE;
		size_t s = (size_t)fmax(0, round(at));

		if (s < w->before || s - w->before + w->length > f->n)
			continue;
		w->start[w->n] = s - w->before;
		e[w->n] = energy(ch, w, w->n);
		w->n++;
	}
	memcpy(e + b->count, e, w->n * sizeof(*e));
	limit = dsp_quantile(e + b->count, w->n, CALM_SHARE);
	for (size_t i = 0; i < w->n; i++) {
		if (e[i] <= limit)
			w->start[n++] = w->start[i];
	}
	w->n = n;
	free(e);
	return 0;
}

/* The scatter of the mean beat, and of what is left without it, over the
 * channels, and the mean slope of each channel at the beat. */
static int
scatter(const struct channel ch[CHANNELS], const struct windows *w,
    double between[9], double within[9], double rise[CHANNELS])
{
	double *mean = calloc(CHANNELS * w->length, sizeof(*mean));

	if (mean == NULL)
		return -1;
	for (size_t j = 0; j < w->n; j++) {
		for (size_t i = 0; i < CHANNELS * w->length; i++)
			mean[i] += ch[i / w->length]
				       .slope[w->start[j] + i % w->length] /
			    (double)w->n;
	}
	for (size_t i = 0; i < w->length; i++) {
		for (size_t p = 0; p < 9; p++)
			between[p] += mean[p / 3 * w->length + i] *
			    mean[p % 3 * w->length + i];
	}
	for (size_t j = 0; j < w->n; j++) {
		for (size_t i = 0; i < w->length; i++) {
			double left[CHANNELS];

			for (size_t k = 0; k < CHANNELS; k++)
				left[k] = ch[k].slope[w->start[j] + i] -
				    mean[k * w->length + i];
			for (size_t p = 0; p < 9; p++)
				within[p] +=
				    left[p / 3] * left[p % 3] / (double)w->n;
		}
	}
	for (size_t k = 0; k < CHANNELS; k++)
		rise[k] = mean[k * w->length + w->before];
	free(mean);
	return 0;
}

/* Fisher's direction: the first eigenvector of within^-1 between, by power
 * iteration. */
static bool
direction(const double between[9], double within[9],
    const double rise[CHANNELS], double v[CHANNELS])
{
	double trace = within[0] + within[4] + within[8], sign = 0;

	for (int k = 0; k < CHANNELS; k++) {
		double *self = &within[4 * k];

		*self += RIDGE_SELF * *self + RIDGE_ALL * trace;
		v[k] = rise[k];
	}
	for (int round = 0; round < 50; round++) {
		double b[3] = {0}, next[3], norm;

		for (int p = 0; p < 9; p++)
			b[p / 3] += between[p] * v[p % 3];
		if (!dsp_solve3(within, b, next))
			return false;
		norm = sqrt(
		    next[0] * next[0] + next[1] * next[1] + next[2] * next[2]);
		if (!(norm > 0) || !isfinite(norm))
			return false;
		for (int k = 0; k < CHANNELS; k++)
			v[k] = next[k] / norm;
	}
	for (int k = 0; k < CHANNELS; k++)
		sign += v[k] * rise[k];
	for (int k = 0; sign < 0 && k < CHANNELS; k++)
		v[k] = -v[k];
	return true;
}

/* Set the combining weights of the channels by the beats of the best one. */
static int
set_weights(struct finger *f, const struct channel ch[CHANNELS])
{
	double between[9] = {0}, within[9] = {0}, rise[3], v[3];
	struct beats b;
	struct windows w = {0};
	int which, rc = 0;

	if (best_channel(&b, f, ch, &which) != 0)
		return -1;
	if (which >= 0)
		f->weight[which] = 1;
	if (b.count > 2 && b.rate > 0) {
		rc = make_windows(&w, f, &b, ch);
		if (rc == 0 && w.n > 2) {
			rc = scatter(ch, &w, between, within, rise);
			if (rc == 0 && direction(between, within, rise, v)) {
				for (int k = 0; k < CHANNELS; k++)
					f->weight[k] =
					    ch[k].live ? v[k] / ch[k].unit : 0;
			}
		}
		free(w.start);
	}
	beats_release(&b);
	return rc;
}

static int
make_wave(struct finger *f, const struct signal_colour *c)
{
	struct channel ch[CHANNELS] = {0};
	double sd[CHANNELS];
	int widest = 0, rc;

	for (int k = 0; k < CHANNELS; k++) {
		sd[k] = dsp_sd(channel_of(c, k), c->n);
		if (sd[k] > sd[widest])
			widest = k;
	}
	if (sd[widest] < LIVE_MIN ||
	    c->time[c->n - 1] - c->time[0] < SECONDS_MIN)
		return 0;
	f->time = calloc(c->n, sizeof(*f->time));
	if (f->time == NULL || set_times(f, c, widest) != 0 ||
	    find_gaps(f, c) != 0)
		return -1;
	f->start = f->time[0];
	f->n = (size_t)((f->time[c->n - 1] - f->start) * FINGER_RATE) + 1;
	f->wave = calloc(f->n, sizeof(*f->wave));
	rc = f->wave == NULL ? -1 : 0;
	for (int k = 0; rc == 0 && k < CHANNELS; k++) {
		rc = prepare(&ch[k], f, channel_of(c, k), c->n);
		ch[k].live = ch[k].live && sd[k] >= LIVE_MIN &&
		    dsp_mean(channel_of(c, k), c->n) >= DARK;
	}
	if (rc == 0)
		rc = set_weights(f, ch);
	for (int k = 0; k < CHANNELS; k++) {
		for (size_t i = 0; rc == 0 && i < f->n; i++)
			f->wave[i] += f->weight[k] * ch[k].wave[i];
		free(ch[k].wave);
		free(ch[k].slope);
	}
	return rc;
}

int
finger_wave(struct finger *f, const struct signal_colour *c, struct err *err)
{
	memset(f, 0, sizeof(*f));
	if (!rising(c))
		return err_set(err, "colour samples out of bounds");
	if (c->n < 2)
		return 0;
	if (make_wave(f, c) != 0) {
		finger_release(f);
		return err_set(err, "out of memory");
	}
	return 0;
}

void
finger_release(struct finger *f)
{
	free(f->time);
	free(f->wave);
	free(f->gap);
	memset(f, 0, sizeof(*f));
}
