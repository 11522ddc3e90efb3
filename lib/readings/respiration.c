#include "readings/respiration.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

/* The grid of the slow signals, samples per second. */
#define GRID 4.0

/* By hand: spectra are those of segments that overlap by half, since breathing
 * changes, s. */
#define SEGMENT_SECONDS 32.0

/* The grid of frequencies, /min, and how many there can be. */
#define STEP 0.25
#define STEPS 153 /* from RESPIRATION_RATE_MIN to RESPIRATION_RATE_MAX */

/* By hand: fewer cycles than this in a segment are no rhythm.  Beats sample the
 * breath, so there is at most this many breaths a beat. */
#define CYCLES_MIN 2.5
#define BREATHS_PER_BEAT 0.5

/* By hand: the power of slow signals falls with the frequency, and is levelled
 * by f to this power. */
#define LEVEL_POWER 1.5

/* By hand: what belongs to a peak, how far off the next one is, and within what
 * signals agree, /min. */
#define PEAK_HALF 2.5
#define NEXT_APART 3.6
#define AGREE_WITHIN 2.0

/* By hand: level and motion are averaged over one beat, this long where the
 * rate is unknown, s, and amplitudes are those of beats of this quality. */
#define BEAT_SECONDS 0.9
#define QUALITY_MIN 0.5

/* By hand: the prior weight of each signal. */
static const double prior[RESPIRATION_SIGNALS] = {
    [RESPIRATION_BASELINE] = 0.3,
    [RESPIRATION_AMPLITUDE] = 1,
    [RESPIRATION_INTERVALS] = 1,
    [RESPIRATION_MOTION] = 1,
};

struct slow {
	double *t, *x; /* uneven samples; owned, room for all there can be */
	size_t n;
};

/* The minimum and maximum of ${w} between two times; false if there are
 * none. */
static bool
extremes(const struct signal_wave *w, double from, double to, double *low,
    double *high)
{
	double a = ceil((from - w->start) * w->rate);
	double b = floor((to - w->start) * w->rate);

	if (a < 0 || b >= (double)w->n || b < a)
		return false;
	*low = HUGE_VAL;
	*high = -HUGE_VAL;
	for (size_t i = (size_t)a; i <= (size_t)b; i++) {
		*low = fmin(*low, w->value[i]);
		*high = fmax(*high, w->value[i]);
	}
	return true;
}

static void
amplitudes(struct slow *s, const struct beats *b, const struct signal_wave *w)
{
	double period = b->rate > 0 ? fmin(60 / b->rate, 1) : 1;

	s->n = 0;
	for (size_t i = 0; i < b->count; i++) {
		double t = b->beat[i].time, low, high, unused;

		if (b->beat[i].quality < QUALITY_MIN ||
		    !extremes(w, t - 0.25 * period, t, &low, &unused) ||
		    !extremes(w, t, t + 0.4 * period, &unused, &high))
			continue;
		s->t[s->n] = t;
		s->x[s->n++] = high - low;
	}
}

static void
intervals(struct slow *s, const struct beats *b)
{
	s->n = 0;
	for (size_t i = 0; i + 1 < b->count; i++) {
		if (b->interval[i].label != INTERVAL_NORMAL)
			continue;
		s->t[s->n] = b->beat[i + 1].time;
		s->x[s->n++] = b->interval[i].seconds;
	}
}

/* Replace NAN in ${grid} by linear interpolation, and at the ends by the
 * nearest value; false if all is NAN. */
static bool
bridge(double *grid, size_t n)
{
	size_t last = n;

	for (size_t i = 0; i < n; i++) {
		if (isnan(grid[i]))
			continue;
		for (size_t k = last == n ? 0 : last + 1; k < i; k++) {
			double p = last == n
			    ? 1
			    : (double)(k - last) / (double)(i - last);

			grid[k] = p * grid[i] +
			    (last == n ? 0 : (1 - p) * grid[last]);
		}
		last = i;
	}
	for (size_t k = last + 1; k < n; k++)
		grid[k] = grid[last];
	return last < n;
}

/* The mean of (t, x) over one beat around each point of the grid.  Gaps are
 * interpolated, so that they make no step. */
static bool
average(double *grid, size_t n, double start, double width, const double *t,
    const double *x, size_t samples)
{
	size_t first = 0, end = 0;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double at = start + (double)i / GRID;

		while (end < samples && t[end] < at + width / 2)
			sum += x[end++];
		while (first < end && t[first] < at - width / 2)
			sum -= x[first++];
		grid[i] =
		    end > first ? sum / (double)(end - first) : (double)NAN;
	}
	return bridge(grid, n);
}

/* Linear interpolation of ${s} on the grid. */
static void
interpolate(double *grid, size_t n, double start, const struct slow *s)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		double at = start + (double)i / GRID, p;

		while (k + 2 < s->n && s->t[k + 1] < at)
			k++;
		p = (at - s->t[k]) / (s->t[k + 1] - s->t[k]);
		p = fmin(fmax(p, 0), 1);
		grid[i] = (1 - p) * s->x[k] + p * s->x[k + 1];
	}
}

/* Add the power of one segment at each frequency. */
static void
add_segment(double *power, double *x, const double *hann, size_t n)
{
	dsp_delinear(x, n);
	for (size_t i = 0; i < n; i++)
		x[i] *= hann[i];
	for (size_t k = 0; k < STEPS; k++) {
		double hz = (RESPIRATION_RATE_MIN + (double)k * STEP) / 60;
		double c[2];

		dsp_goertzel(x, n, hz, GRID, c);
		power[k] += c[0] * c[0] + c[1] * c[1];
	}
}

/* The levelled spectrum of a slow signal, with a sum of 1 over first..last.
 * False if the signal does not vary.  ${work} has room for 2n. */
static bool
spectrum(double *power, const double *grid, size_t n, size_t first, size_t last,
    double *work)
{
	double *hann = work + n;
	size_t segment = (size_t)(SEGMENT_SECONDS * GRID), m;
	double sum = 0;

	if (segment > n)
		segment = n;
	m = (n - segment + segment / 2 - 1) / (segment / 2) + 1;
	dsp_hann(hann, segment);
	memset(power, 0, STEPS * sizeof(*power));
	for (size_t k = 0; k < m; k++) {
		size_t at = m > 1 ? k * (n - segment) / (m - 1) : 0;

		memcpy(work, grid + at, segment * sizeof(*work));
		add_segment(power, work, hann, segment);
	}
	for (size_t k = 0; k < STEPS; k++) {
		power[k] *=
		    pow(RESPIRATION_RATE_MIN + (double)k * STEP, LEVEL_POWER);
		if (k < first || k > last)
			power[k] = 0;
		sum += power[k];
	}
	if (!(sum > 0) || !isfinite(sum))
		return false;
	for (size_t k = 0; k < STEPS; k++)
		power[k] /= sum;
	return true;
}

static size_t
top_of(const double *power, size_t first, size_t last)
{
	size_t top = first;

	for (size_t k = first; k <= last; k++) {
		if (power[k] > power[top])
			top = k;
	}
	return top;
}

/* The share of the power around bin ${top}. */
static double
peak_share(const double *power, size_t top)
{
	double sum = 0;

	for (size_t k = 0; k < STEPS; k++) {
		if (fabs((double)k - (double)top) * STEP <= PEAK_HALF)
			sum += power[k];
	}
	return sum;
}

static double
rate_at(const double *power, size_t top)
{
	double at = (double)top;

	if (top > 0 && top + 1 < STEPS) {
		double shift = dsp_parabola_top(
		    power[top - 1], power[top], power[top + 1]);

		at += fmin(fmax(shift, -0.5), 0.5);
	}
	return RESPIRATION_RATE_MIN + at * STEP;
}

struct fusion {
	double power[RESPIRATION_SIGNALS][STEPS];
	double sum[STEPS];
	bool there[RESPIRATION_SIGNALS];
	size_t first, last;
};

/* Add up the spectra that there are, by weight, and describe the peak. */
static void
fuse(struct respiration *r, struct fusion *f)
{
	double total = 0, next = 0;
	size_t top;

	for (int k = 0; k < RESPIRATION_SIGNALS; k++) {
		double share;

		if (!f->there[k])
			continue;
		top = top_of(f->power[k], f->first, f->last);
		share = peak_share(f->power[k], top);
		r->own[k] = rate_at(f->power[k], top);
		r->weight[k] = prior[k] * share * share;
		total += r->weight[k];
	}
	if (!(total > 0))
		return;
	for (int k = 0; k < RESPIRATION_SIGNALS; k++) {
		r->weight[k] /= total;
		/* What overflowed is no number, and 0 times it is none. */
		if (!f->there[k])
			continue;
		for (size_t i = 0; i < STEPS; i++)
			f->sum[i] += r->weight[k] * f->power[k][i];
	}
	top = top_of(f->sum, f->first, f->last);
	for (size_t i = f->first; i <= f->last; i++) {
		if (fabs((double)i - (double)top) * STEP > NEXT_APART)
			next = fmax(next, f->sum[i]);
	}
	r->rate = rate_at(f->sum, top);
	r->peak = peak_share(f->sum, top);
	r->prominence = next > 0 ? fmin(f->sum[top] / next, 1000) : 1000;
	for (int k = 0; k < RESPIRATION_SIGNALS; k++) {
		if (f->there[k] && fabs(r->own[k] - r->rate) <= AGREE_WITHIN)
			r->agreement += r->weight[k];
	}
}

/* The source of the signals, each of which is made in ${grid} in turn. */
struct source {
	const struct beats *beats;
	const struct signal_wave *wave;
	const struct signal_colour *colour;
	const struct signal_series *motion;
	double start;
	double *grid, *work;
	size_t n;
	struct slow slow;
};

/* Put signal ${k} on the grid; false if there is none. */
static bool
lay(struct source *s, int k)
{
	const struct signal_colour *c = s->colour;
	const struct signal_series *m = s->motion;
	double width = s->beats->rate > 0 ? 60 / s->beats->rate : BEAT_SECONDS;

	switch ((enum respiration_signal)k) {
	case RESPIRATION_BASELINE:
		if (c->n == 0)
			return false;
		return average(s->grid, s->n, s->start, width, c->time,
		    dsp_sd(c->g, c->n) > 0 ? c->g : c->r, c->n);
	case RESPIRATION_MOTION:
		if (m->n == 0)
			return false;
		return average(
		    s->grid, s->n, s->start, width, m->time, m->value, m->n);
	case RESPIRATION_AMPLITUDE:
		amplitudes(&s->slow, s->beats, s->wave);
		break;
	case RESPIRATION_INTERVALS:
		intervals(&s->slow, s->beats);
		break;
	case RESPIRATION_SIGNALS:
		return false;
	}
	if (s->slow.n < 6)
		return false;
	interpolate(s->grid, s->n, s->start, &s->slow);
	return true;
}

static void
clear(struct respiration *r)
{
	memset(r, 0, sizeof(*r));
	r->rate = (double)NAN;
	for (int k = 0; k < RESPIRATION_SIGNALS; k++)
		r->own[k] = (double)NAN;
}

/* The bins that length and heart rate allow. */
static bool
limits(struct fusion *f, double seconds, double heart)
{
	double low = 60 * CYCLES_MIN / fmin(seconds, SEGMENT_SECONDS);
	double high = RESPIRATION_RATE_MAX;

	low = fmax(low, RESPIRATION_RATE_MIN);
	if (heart > 0)
		high = fmin(high, BREATHS_PER_BEAT * heart);
	if (!(high > low + 2))
		return false;
	f->first = (size_t)ceil((low - RESPIRATION_RATE_MIN) / STEP);
	f->last = (size_t)floor((high - RESPIRATION_RATE_MIN) / STEP);
	return true;
}

/* Clip ${start} and ${seconds} to the time from the first sample to the last:
 * before a face came, and after it, there is no breath to be seen. */
static void
cut_to_samples(const struct signal_colour *c, double *start, double *seconds)
{
	double from, to;

	if (c->n == 0)
		return;
	from = fmax(*start, c->time[0]);
	to = fmin(*start + *seconds, c->time[c->n - 1]);
	*start = from;
	*seconds = fmax(0, to - from);
}

int
respiration_measure(struct respiration *r, const struct beats *beats,
    const struct signal_wave *wave, const struct signal_colour *colour,
    const struct signal_series *motion, double start, double seconds,
    struct err *err)
{
	struct fusion *f = calloc(1, sizeof(*f));
	struct source s = {
	    .beats = beats, .wave = wave, .colour = colour, .motion = motion};
	int rc = -1;

	clear(r);
	cut_to_samples(colour, &start, &seconds);
	r->seconds = seconds;
	s.start = start;
	s.n = seconds > 0 ? (size_t)(seconds * GRID) : 0;
	s.grid = calloc(s.n + 1, sizeof(*s.grid));
	s.work = calloc(2 * s.n + 1, sizeof(*s.work));
	s.slow.t = calloc(beats->count + 1, sizeof(*s.slow.t));
	s.slow.x = calloc(beats->count + 1, sizeof(*s.slow.x));
	if (!f || !s.grid || !s.work || !s.slow.t || !s.slow.x) {
		(void)err_set(err, "out of memory");
		goto done;
	}
	rc = 0;
	if (s.n < 8 || !limits(f, seconds, beats->rate))
		goto done;
	for (int k = 0; k < RESPIRATION_SIGNALS; k++)
		f->there[k] = lay(&s, k) &&
		    spectrum(
			f->power[k], s.grid, s.n, f->first, f->last, s.work);
	fuse(r, f);
done:
	free(f);
	free(s.grid);
	free(s.work);
	free(s.slow.t);
	free(s.slow.x);
	return rc;
}
