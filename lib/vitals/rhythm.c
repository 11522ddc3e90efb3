#include "vitals/rhythm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "dsp/dsp.h"

#define RANGE_MIN (60.0 / VITALS_RATE_MAX)
#define RANGE_MAX (60.0 / VITALS_RATE_MIN)

/* An interval is compared with the median of this many on each side. */
#define AROUND 5

/* Normal: within this share of the median, or so many deviations. */
#define NORMAL_SHARE 0.3
#define NORMAL_DEVIATIONS 4.0

/* Beats less like the mean beat are unclear: at most the first, and no less
 * than the second; in between, so much below the median. */
#define QUALITY_HIGH 0.6
#define QUALITY_LOW 0.35
#define QUALITY_BELOW 0.25

static const char *const names[VITALS_MARK_COUNT] = {
    [VITALS_MARK_NORMAL] = "normal",
    [VITALS_MARK_RANGE] = "range",
    [VITALS_MARK_MISSED] = "missed",
    [VITALS_MARK_EXTRA] = "extra",
    [VITALS_MARK_ECTOPIC] = "ectopic",
    [VITALS_MARK_OUTLIER] = "outlier",
    [VITALS_MARK_UNCLEAR] = "unclear",
    [VITALS_MARK_GAP] = "gap",
};

const char *
vitals_mark_name(enum vitals_mark mark)
{
	return names[mark];
}

/* What the intervals around ${i} say it should be: their median, and how
 * much they deviate from it.  0 where there are too few. */
static double
expected(const struct vitals_beats *b, size_t i, double *deviation)
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

/* Judge interval ${i} by its length alone.  An early beat and the pause that
 * makes up for it, or two halves, are judged together: *${pair}. */
static enum vitals_mark
judge_length(const struct vitals_beats *b, size_t i, bool *pair)
{
	const struct vitals_interval *v = &b->interval[i];
	double spread, m = expected(b, i, &spread);
	double next = i + 2 < b->count ? v[1].seconds : 0;

	*pair = false;
	if (v->seconds < RANGE_MIN)
		return VITALS_MARK_RANGE;
	if (m > 0 && v->seconds < 0.75 * m && next > 0) {
		*pair = true;
		if (next < 0.75 * m && about(v->seconds + next, m, 0.2))
			return VITALS_MARK_EXTRA;
		if (next > 1.15 * m && about(v->seconds + next, 2 * m, 0.15))
			return VITALS_MARK_ECTOPIC;
		*pair = false;
	}
	if (m > 0 &&
	    (about(v->seconds, 2 * m, 0.15) || about(v->seconds, 3 * m, 0.1)))
		return VITALS_MARK_MISSED;
	if (v->seconds > RANGE_MAX)
		return VITALS_MARK_RANGE;
	if (m > 0 &&
	    fabs(v->seconds - m) >
		fmax(NORMAL_SHARE * m, NORMAL_DEVIATIONS * spread))
		return VITALS_MARK_OUTLIER;
	return VITALS_MARK_NORMAL;
}

static double
median_quality(const struct vitals_beats *b, double *work)
{
	for (size_t i = 0; i < b->count; i++)
		work[i] = b->beat[i].quality;
	return dsp_median(work, b->count);
}

static void
mark_unclear(struct vitals_beats *b)
{
	double limit =
	    fmin(QUALITY_HIGH, fmax(QUALITY_LOW, b->alike - QUALITY_BELOW));

	for (size_t i = 0; i + 1 < b->count; i++) {
		if (b->interval[i].mark == VITALS_MARK_NORMAL &&
		    (b->beat[i].quality < limit ||
			b->beat[i + 1].quality < limit))
			b->interval[i].mark = VITALS_MARK_UNCLEAR;
	}
}

static void
mark_gaps(struct vitals_beats *b, const double (*gap)[2], size_t gaps)
{
	for (size_t g = 0; g < gaps; g++) {
		for (size_t i = 0; i + 1 < b->count; i++) {
			if (b->beat[i].time < gap[g][1] &&
			    b->beat[i + 1].time > gap[g][0])
				b->interval[i].mark = VITALS_MARK_GAP;
		}
	}
}

/* How many heart beats an interval stands for; 0: not to be told. */
static double
beats_in(const struct vitals_beats *b, size_t i)
{
	double spread, m;

	switch (b->interval[i].mark) {
	case VITALS_MARK_NORMAL:
	case VITALS_MARK_ECTOPIC:
	case VITALS_MARK_UNCLEAR:
		return 1;
	case VITALS_MARK_EXTRA:
		return 0.5;
	case VITALS_MARK_MISSED:
		m = expected(b, i, &spread);
		return m > 0 ? round(b->interval[i].seconds / m) : 0;
	case VITALS_MARK_RANGE:
	case VITALS_MARK_OUTLIER:
	case VITALS_MARK_GAP:
	case VITALS_MARK_COUNT:
		break;
	}
	return 0;
}

static void
sum_up(struct vitals_beats *b)
{
	double beats = 0, seconds = 0, normal = 0, all = 0;

	for (size_t i = 0; i + 1 < b->count; i++) {
		double k = beats_in(b, i);

		all += b->interval[i].seconds;
		if (k > 0) {
			beats += k;
			seconds += b->interval[i].seconds;
		}
		if (b->interval[i].mark == VITALS_MARK_NORMAL) {
			normal += b->interval[i].seconds;
			b->normal++;
		}
	}
	if (beats > 0)
		b->rate = 60 * beats / seconds;
	b->regular = all > 0 ? normal / all : 0;
}

int
vitals_rhythm_judge(struct vitals_beats *b, const double (*gap)[2], size_t gaps)
{
	double *work;
	bool pair = false;

	b->rate = (double)NAN;
	b->normal = 0;
	b->regular = b->alike = 0;
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
			b->interval[i].mark = b->interval[i - 1].mark;
			pair = false;
		} else {
			b->interval[i].mark = judge_length(b, i, &pair);
		}
	}
	b->alike = median_quality(b, work);
	free(work);
	mark_unclear(b);
	mark_gaps(b, gap, gaps);
	sum_up(b);
	return 0;
}
