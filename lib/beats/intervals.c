#include "beats/intervals.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "dsp/dsp.h"

#define RANGE_MIN (60.0 / BEATS_RATE_MAX)
#define RANGE_MAX (60.0 / BEATS_RATE_MIN)

/* By hand: an interval is compared with the median of this many on each
 * side. */
#define AROUND 5

/* By hand: a normal interval is within this many deviations of the median, but
 * the limit is at least and at most these shares of the median. */
#define NORMAL_DEVIATIONS 4.0
#define NORMAL_SHARE_MIN 0.25
#define NORMAL_SHARE_MAX 0.35

/* By hand: an early beat's interval is shorter than this share of the median,
 * and a compensatory pause longer than this one. */
#define EARLY_MAX 0.75
#define PAUSE_MIN 1.15

/* By hand: how far, as a share, the sum of two halves may be off the median, and
 * the length of two or of three intervals off twice or three times it. */
#define EXTRA_OFF 0.2
#define PAIR_OFF 0.15
#define TRIPLE_OFF 0.1

/* By hand: beats with a lower template correlation are unclear.  The limit is
 * so much below the median, within these bounds. */
#define QUALITY_HIGH 0.75
#define QUALITY_LOW 0.35
#define QUALITY_BELOW 0.25

/* By hand: up to this many beats are counted from the length of a run of other
 * intervals, if it is a multiple of the usual one within this share. */
#define MENDED_MAX 6.0
#define MENDED_OFF 0.35

/* By hand: a beat this close to a gap is partly interpolated, s. */
#define GAP_MARGIN 0.25

/* What the intervals around ${i} predict for it: their median, and how much
 * they deviate from it.  0 if there are too few. */
static double
expected(const struct beats *b, size_t i, double *deviation)
{
	double near[2 * AROUND];
	size_t n = 0;

	for (size_t j = i > AROUND ? i - AROUND : 0;
	     j + 1 < b->count && j <= i + AROUND; j++) {
		double v = b->interval[j].seconds;

		if (j != i && v >= RANGE_MIN && v <= RANGE_MAX)
			near[n++] = v;
	}
	*deviation = 0;
	if (n < 3)
		return 0;
	*deviation = dsp_median(near, n);
	{
		double median = *deviation;

		*deviation = dsp_mad(near, n, median);
		return median;
	}
}

static bool
about(double value, double want, double share)
{
	return fabs(value - want) <= share * want;
}

/* Label interval ${i} by its length only.  An early beat and its compensatory
 * pause, or two halves, are labelled together: *${pair}. */
static enum interval_label
label_length(const struct beats *b, size_t i, bool *pair)
{
	const struct beat_interval *v = &b->interval[i];
	double spread, m = expected(b, i, &spread);
	double next = i + 2 < b->count ? v[1].seconds : 0, allowed;

	*pair = false;
	if (v->seconds < RANGE_MIN)
		return INTERVAL_OUT_OF_RANGE;
	if (m > 0 && v->seconds < EARLY_MAX * m && next > 0) {
		*pair = true;
		if (next < EARLY_MAX * m &&
		    about(v->seconds + next, m, EXTRA_OFF))
			return INTERVAL_EXTRA;
		if (next > PAUSE_MIN * m &&
		    about(v->seconds + next, 2 * m, PAIR_OFF))
			return INTERVAL_ECTOPIC;
		*pair = false;
	}
	if (m > 0 &&
	    (about(v->seconds, 2 * m, PAIR_OFF) ||
		about(v->seconds, 3 * m, TRIPLE_OFF)))
		return INTERVAL_MISSED;
	if (v->seconds > RANGE_MAX)
		return INTERVAL_OUT_OF_RANGE;
	allowed = fmin(fmax(NORMAL_DEVIATIONS * spread, NORMAL_SHARE_MIN * m),
	    NORMAL_SHARE_MAX * m);
	if (m > 0 && fabs(v->seconds - m) > allowed)
		return INTERVAL_OUTLIER;
	return INTERVAL_NORMAL;
}

static double
median_quality(const struct beats *b, double *work)
{
	for (size_t i = 0; i < b->count; i++)
		work[i] = b->beat[i].quality;
	return dsp_median(work, b->count);
}

static void
label_unclear(struct beats *b)
{
	double limit = fmin(QUALITY_HIGH,
	    fmax(QUALITY_LOW, b->template_correlation - QUALITY_BELOW));

	for (size_t i = 0; i + 1 < b->count; i++) {
		if (b->interval[i].label == INTERVAL_NORMAL &&
		    (b->beat[i].quality < limit ||
			b->beat[i + 1].quality < limit))
			b->interval[i].label = INTERVAL_UNCLEAR;
	}
}

static void
label_gaps(struct beats *b, const double (*gap)[2], size_t gaps)
{
	for (size_t g = 0; g < gaps; g++) {
		for (size_t i = 0; i + 1 < b->count; i++) {
			if (b->beat[i].time < gap[g][1] + GAP_MARGIN &&
			    b->beat[i + 1].time > gap[g][0] - GAP_MARGIN)
				b->interval[i].label = INTERVAL_GAP;
		}
	}
}

/* Do the beats at both ends of interval ${i} count as the heart's? */
static bool
counts(const struct beats *b, size_t i)
{
	return b->interval[i].label == INTERVAL_NORMAL ||
	    b->interval[i].label == INTERVAL_ECTOPIC;
}

/* The median of the normal intervals near those from ${i} to ${end} - 1, up
 * to AROUND on each side; 0 if there are none. */
static double
usual_near(const struct beats *b, size_t i, size_t end)
{
	double near[2 * AROUND];
	size_t n = 0;

	for (size_t j = i; j-- > 0 && n < AROUND;) {
		if (counts(b, j))
			near[n++] = b->interval[j].seconds;
	}
	for (size_t j = end, m = n; j + 1 < b->count && n < m + AROUND; j++) {
		if (counts(b, j))
			near[n++] = b->interval[j].seconds;
	}
	return n > 0 ? dsp_median(near, n) : 0;
}

/* How many beats the ${seconds} between two good ones contain if each takes
 * about ${usual}; 0: unknown. */
static double
beats_within(double seconds, double usual)
{
	double k;

	if (!(usual > 0))
		return 0;
	k = round(seconds / usual);
	return k >= 1 && k <= MENDED_MAX &&
		fabs(seconds - k * usual) <= MENDED_OFF * usual
	    ? k
	    : 0;
}

static void
sum_up(struct beats *b)
{
	double beats = 0, seconds = 0, normal = 0, all = 0;

	for (size_t i = 0, end; i + 1 < b->count; i = end) {
		double length = 0, k;

		end = i;
		do
			length += b->interval[end++].seconds;
		while (!counts(b, i) && end + 1 < b->count && !counts(b, end));
		/* At the ends there is no good beat to count from. */
		if (counts(b, i))
			k = 1;
		else if (i == 0 || end + 1 >= b->count)
			k = 0;
		else
			k = beats_within(length, usual_near(b, i, end));
		all += length;
		if (k > 0) {
			beats += k;
			seconds += length;
		}
		if (b->interval[i].label == INTERVAL_NORMAL) {
			normal += length;
			b->normal++;
		}
	}
	if (beats > 0)
		b->rate = 60 * beats / seconds;
	b->regular = all > 0 ? normal / all : 0;
}

int
intervals_label(struct beats *b, const double (*gap)[2], size_t gaps)
{
	double *work;
	bool pair = false;

	b->rate = (double)NAN;
	b->normal = 0;
	b->regular = b->template_correlation = 0;
	if (b->count < 2)
		return 0;
	b->interval = calloc(b->count - 1, sizeof(*b->interval));
	work = calloc(b->count, sizeof(*work));
	if (b->interval == NULL || work == NULL) {
		free(work);
		return -1;
	}
	for (size_t i = 0; i + 1 < b->count; i++)
		b->interval[i].seconds = b->beat[i + 1].time - b->beat[i].time;
	for (size_t i = 0; i + 1 < b->count; i++) {
		if (pair) {
			b->interval[i].label = b->interval[i - 1].label;
			pair = false;
		} else {
			b->interval[i].label = label_length(b, i, &pair);
		}
	}
	b->template_correlation = median_quality(b, work);
	free(work);
	label_unclear(b);
	label_gaps(b, gap, gaps);
	sum_up(b);
	return 0;
}
