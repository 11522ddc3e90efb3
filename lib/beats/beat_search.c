#include "beats/beat_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "beats/period.h"
#include "beats/template.h"
#include "dsp/dsp.h"

/* By hand: the band of the shape of a beat, Hz. */
#define BAND_LOW 0.4
#define BAND_HIGH 8.0
/* By hand: the first search is in a band up to this many harmonics, and at
 * least up to this, Hz. */
#define COARSE_HARMONICS 4.0
#define COARSE_HIGH_MIN 4.0
#define FILTER_ORDER 2

/* A wave that varies less than this, relative to its peak, is rounding. */
#define ROUNDING 1e-9

/* By hand: the matched filter, from before to after the rise, in periods.  The
 * fine one is shorter, so that neighbours do not pull at a beat's time. */
#define COARSE_BEFORE 0.25
#define COARSE_AFTER 0.35
#define FINE_BEFORE 0.20
#define FINE_AFTER 0.30

/* By hand: how far the fine template may move a beat, s, and how often the
 * template is learnt again. */
#define FINE_REACH 0.08
#define ROUNDS 3

/* By hand: a change of the interval by a factor x costs REGULAR * ln(x)^2, and
 * at most BREAK, where a perfect beat is worth 1. */
#define REGULAR 6.0
#define BREAK 3.0

/* Beats are at least this far apart, s (BEATS_RATE_MAX), and a run breaks where
 * they are this far apart, in periods (by hand: one beat may be missed). */
#define APART_MIN 0.25
#define APART_MAX 2.5

/* By hand: the least slope of a candidate and the score at which slopes are
 * clipped, in slopes of a beat, and the least correlation with the template. */
#define RISE_MIN 0.1
#define RISE_SCORE_MAX 1.2
#define CORRELATION_MIN 0.3

/* By hand: bounds of the period around a beat, in periods of the whole. */
#define LOCAL_MIN 0.6
#define LOCAL_MAX 1.6

/* By hand: each block in which the slope is measured surely contains a beat,
 * in periods, or in s while the period is unknown. */
#define SCALE_BLOCK 1.2

/* By hand: of two periods the better run wins, where each beat counts its score
 * less this.  So a rise in every notch of the wave gains nothing. */
#define WORTH_MIN 0.45

struct candidate {
	size_t at;
	double score, period, best;
	size_t from; /* index of the beat before, plus 1 */
	size_t top;  /* index of the best up to this one */
};

int
beat_search_init(struct beat_search *s, size_t n, double rate)
{
	memset(s, 0, sizeof(*s));
	s->rate = rate;
	s->n = n;
	s->room = (size_t)((double)n / rate / APART_MIN) + 2;
	s->wave = calloc(n, sizeof(*s->wave));
	s->slope = calloc(n, sizeof(*s->slope));
	s->scale = calloc(n, sizeof(*s->scale));
	s->match = calloc(n, sizeof(*s->match));
	s->work = calloc(n, sizeof(*s->work));
	s->beat = calloc(s->room, sizeof(*s->beat));
	s->fine = calloc(s->room, sizeof(*s->fine));
	s->quality = calloc(s->room, sizeof(*s->quality));
	if (s->wave && s->slope && s->scale && s->match && s->work && s->beat &&
	    s->fine && s->quality)
		return 0;
	beat_search_release(s);
	return -1;
}

void
beat_search_release(struct beat_search *s)
{
	free(s->wave);
	free(s->slope);
	free(s->scale);
	free(s->match);
	free(s->work);
	free(s->beat);
	free(s->fine);
	free(s->quality);
	memset(s, 0, sizeof(*s));
}

/* The slope of ${y}, per second. */
static void
differentiate(const struct beat_search *s, const double *y)
{
	for (size_t i = 1; i + 1 < s->n; i++)
		s->slope[i] = (y[i + 1] - y[i - 1]) / 2 * s->rate;
	s->slope[0] = s->slope[s->n - 1] = 0;
}

/* The median of the five blocks around block ${b}. */
static double
middle_of_five(const double *top, size_t blocks, size_t b)
{
	double five[5];
	size_t n = 0;

	for (size_t j = b; j < b + 5; j++) {
		if (j >= 2 && j - 2 < blocks)
			five[n++] = top[j - 2];
	}
	return dsp_median(five, n);
}

/* The slope of a beat around each sample: the steepest in every ${seconds}, the
 * median of five such, and lines between those. */
static void
measure_scale(struct beat_search *s, double seconds)
{
	size_t block = (size_t)fmax(1, seconds * s->rate);
	size_t blocks = (s->n + block - 1) / block;
	double *top = s->work, *middle = s->match;

	for (size_t b = 0; b < blocks; b++) {
		top[b] = 0;
		for (size_t i = b * block; i < s->n && i < (b + 1) * block; i++)
			top[b] = fmax(top[b], s->slope[i]);
	}
	for (size_t b = 0; b < blocks; b++)
		middle[b] = middle_of_five(top, blocks, b);
	for (size_t i = 0; i < s->n; i++) {
		double p = ((double)i + 0.5) / (double)block - 0.5;
		size_t b = p > 0 ? (size_t)p : 0;
		size_t next = b + 1 < blocks ? b + 1 : b;

		p = fmax(p - (double)b, 0);
		s->scale[i] = (1 - p) * middle[b] + p * middle[next];
	}
}

/* The best run that ends with candidate ${i}. */
static void
best_run(const struct beat_search *s, struct candidate *c, size_t i)
{
	c[i].best = c[i].score;
	c[i].from = 0;
	for (size_t j = i; j-- > 0;) {
		double dt = (double)(c[i].at - c[j].at) / s->rate;
		double r = log(dt / c[i].period), v;
		size_t k = dt > APART_MAX * c[i].period ? c[j].top : j;

		if (dt <= APART_MIN)
			continue;
		v = c[k].best + c[i].score - fmin(REGULAR * r * r, BREAK);
		if (v > c[i].best) {
			c[i].best = v;
			c[i].from = k + 1;
		}
		/* What comes before is included in its top. */
		if (k != j || dt > APART_MAX * c[i].period)
			break;
	}
	c[i].top = i;
	if (i > 0 && c[c[i - 1].top].best >= c[i].best)
		c[i].top = c[i - 1].top;
}

/* Pick the run of candidates that is strong and regular as the beats.  Return
 * its worth. */
static double
choose(struct beat_search *s, struct candidate *c, size_t n)
{
	size_t last;

	for (size_t i = 0; i < n; i++)
		best_run(s, c, i);
	last = n > 0 ? c[n - 1].top : 0;
	s->beats = 0;
	if (n == 0)
		return 0;
	for (size_t i = last + 1; i > 0; i = c[i - 1].from)
		s->beats++;
	if (s->beats > s->room)
		s->beats = s->room;
	for (size_t i = last + 1, k = s->beats; i > 0 && k > 0;
	     i = c[i - 1].from)
		s->beat[--k] = c[i - 1].at;
	return c[last].best - WORTH_MIN * (double)s->beats;
}

/* The median interval around each beat, in ${period}. */
static void
local_periods(const struct beat_search *s, double *period)
{
	for (size_t i = 0; i + 1 < s->beats; i++) {
		double seven[7];
		size_t n = 0;

		for (size_t j = i; j < i + 7; j++) {
			if (j >= 3 && j - 3 + 1 < s->beats)
				seven[n++] =
				    (double)(s->beat[j - 2] - s->beat[j - 3]);
		}
		period[i] = dsp_median(seven, n) / s->rate;
		period[i] = fmin(fmax(period[i], LOCAL_MIN * s->period),
		    LOCAL_MAX * s->period);
	}
}

static bool
is_peak(const double *x, size_t i)
{
	return x[i] > x[i - 1] && x[i] >= x[i + 1];
}

/* The first candidates: all notable rises. */
static size_t
rises(const struct beat_search *s, struct candidate *c)
{
	size_t n = 0;

	for (size_t i = 1; i + 1 < s->n; i++) {
		double v = s->slope[i];

		if (!is_peak(s->slope, i) || v <= RISE_MIN * s->scale[i] ||
		    !(s->scale[i] > 0))
			continue;
		c[n].at = i;
		c[n].score = fmin(v / s->scale[i], RISE_SCORE_MAX);
		c[n++].period = s->period;
	}
	return n;
}

/* The next candidates: where the template fits. */
static size_t
fits(const struct beat_search *s, const struct beat_template *sh,
    const double *period, struct candidate *c)
{
	size_t n = 0, k = 0;

	for (size_t i = 1; i + 1 < s->n; i++) {
		double q, height;

		if (!is_peak(s->match, i) || !(s->scale[i] > 0))
			continue;
		q = beat_template_quality(s, sh, i);
		if (q <= CORRELATION_MIN)
			continue;
		height = s->match[i] / sh->energy / s->scale[i];
		while (k + 2 < s->beats && s->beat[k + 1] < i)
			k++;
		c[n].at = i;
		c[n].score = q * fmin(fmax(height, 0), 1);
		c[n++].period = s->beats > 5 ? period[k] : s->period;
	}
	return n;
}

/* Move each beat to where the template fits best near it. */
static void
refine(struct beat_search *s, const struct beat_template *sh)
{
	size_t reach = (size_t)(FINE_REACH * s->rate);

	for (size_t k = 0; k < s->beats; k++) {
		size_t at = s->beat[k];

		beat_template_match(
		    s, sh, at > reach ? at - reach - 1 : 0, at + reach + 2);
	}

	for (size_t k = 0; k < s->beats; k++) {
		size_t from = s->beat[k] > reach ? s->beat[k] - reach : 1;
		size_t at = from;

		for (size_t i = from; i <= s->beat[k] + reach && i + 1 < s->n;
		     i++) {
			if (s->match[i] > s->match[at])
				at = i;
		}
		s->fine[k] = (double)at;
		if (is_peak(s->match, at))
			s->fine[k] += dsp_parabola_top(
			    s->match[at - 1], s->match[at], s->match[at + 1]);
		s->quality[k] = beat_template_quality(s, sh, at);
	}
}

/* Rounds of learning and matching on the coarse band.  Return 0 with the
 * worth of the run in *${worth}, 1 if there are no beats, -1 without
 * memory. */
static int
coarse(
    struct beat_search *s, struct candidate *c, double *period, double *worth)
{
	*worth = choose(s, c, rises(s, c));
	for (int round = 0; round < ROUNDS; round++) {
		struct beat_template sh;
		int rc;

		if (s->beats < 2)
			return 1;
		if (beat_template_init(s, &sh, COARSE_BEFORE, COARSE_AFTER) !=
		    0)
			return -1;
		rc = beat_template_learn(s, &sh);
		if (rc == 0) {
			beat_template_match(s, &sh, 0, s->n);
			local_periods(s, period);
			*worth = choose(s, c, fits(s, &sh, period, c));
		}
		free(sh.mean);
		if (rc != 0)
			return rc;
	}
	return s->beats < 2;
}

/* Is there more than rounding in the band? */
static bool
alive(const struct beat_search *s)
{
	double most = 0;

	for (size_t i = 0; i < s->n; i++)
		most = fmax(most, fabs(s->wave[i]));
	return dsp_sd(s->work, s->n) > ROUNDING * most;
}

/* Slopes and their scale in the band up to ${high}. */
static int
prepare(struct beat_search *s, double high)
{
	struct dsp_filter f;

	dsp_bandpass(&f, FILTER_ORDER, BAND_LOW, high, s->rate);
	if (dsp_filtfilt(&f, s->wave, s->work, s->n) != 0)
		return -1;
	if (!alive(s))
		memset(s->work, 0, s->n * sizeof(*s->work));
	differentiate(s, s->work);
	measure_scale(s, s->period > 0 ? SCALE_BLOCK * s->period : SCALE_BLOCK);
	return 0;
}

/* Search in the band that suits s->period.  Return as coarse does. */
static int
search(
    struct beat_search *s, struct candidate *c, double *period, double *worth)
{
	double high = COARSE_HARMONICS / s->period;

	if (prepare(s, fmin(BAND_HIGH, fmax(COARSE_HIGH_MIN, high))) != 0)
		return -1;
	return coarse(s, c, period, worth);
}

/* Search with each period that the wave may have, and with the best one
 * again. */
static int
search_all(struct beat_search *s, struct candidate *c, double *period)
{
	double try[BEAT_PERIODS_MAX], worth, best_worth = 0;
	size_t n = beat_periods(s, try), best = n;

	for (size_t i = 0; i < n; i++) {
		int rc;

		s->period = try[i];
		rc = search(s, c, period, &worth);
		if (rc < 0)
			return -1;
		if (rc == 0 && (best == n || worth > best_worth)) {
			best = i;
			best_worth = worth;
		}
	}
	if (best == n)
		return 1;
	if (best == n - 1)
		return 0;
	s->period = try[best];
	return search(s, c, period, &worth);
}

int
beat_search_coarse(struct beat_search *s)
{
	struct candidate *c = calloc(s->n / 2 + 1, sizeof(*c));
	double *period = calloc(s->room, sizeof(*period)), worth;
	int rc = c == NULL || period == NULL ? -1 : 0;

	s->beats = 0;
	if (rc == 0 && (double)s->n / s->rate < 2 * BEAT_PERIOD_MAX + 0.1)
		rc = 1;
	if (rc == 0 && s->period > 0)
		rc = search(s, c, period, &worth);
	else if (rc == 0) {
		rc = prepare(s, BAND_HIGH);
		if (rc == 0)
			rc = search_all(s, c, period);
	}
	free(c);
	free(period);
	if (rc != 0)
		s->beats = 0;
	return rc < 0 ? -1 : 0;
}

int
beat_search_fine(struct beat_search *s, const struct beat_search *from)
{
	struct beat_template sh;
	int rc;

	s->beats = 0;
	s->period = from->period;
	for (size_t k = 0; k < from->beats && s->beats < s->room; k++) {
		double at = round((double)from->beat[k] * s->rate / from->rate);

		if (at >= 1 && at + 1 < (double)s->n)
			s->beat[s->beats++] = (size_t)at;
	}
	if (s->beats == 0)
		return 0;
	if (prepare(s, BAND_HIGH) != 0 ||
	    beat_template_init(s, &sh, FINE_BEFORE, FINE_AFTER) != 0)
		return -1;
	rc = beat_template_learn(s, &sh);
	if (rc == 0)
		refine(s, &sh);
	else
		s->beats = 0;
	free(sh.mean);
	return rc < 0 ? -1 : 0;
}
