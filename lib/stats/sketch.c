#include "stats/sketch.h"

#include <math.h>
#include <stdlib.h>

/* 1 + the bucket of STATS_SKETCH_MAX: ln(MAX / MIN) / ln(g) = 1208.6. */
#define BUCKETS 1210

static double
log_growth(void)
{
	return log((1 + STATS_SKETCH_ERROR) / (1 - STATS_SKETCH_ERROR));
}

void
stats_sketch_release(struct stats_sketch *s)
{
	free(s->bucket);
	*s = (struct stats_sketch){0};
}

static size_t
bucket_of(double seconds)
{
	if (!(seconds > STATS_SKETCH_MIN))
		return 0;
	if (seconds > STATS_SKETCH_MAX)
		seconds = STATS_SKETCH_MAX;
	return (size_t)ceil(log(seconds / STATS_SKETCH_MIN) / log_growth());
}

int
stats_sketch_add(struct stats_sketch *s, double seconds)
{
	if (s->bucket == NULL)
		s->bucket = calloc(BUCKETS, sizeof(*s->bucket));
	if (s->bucket == NULL)
		return -1;
	s->bucket[bucket_of(seconds)]++;
	if (s->count++ == 0 || seconds > s->max)
		s->max = seconds;
	return 0;
}

double
stats_sketch_quantile(const struct stats_sketch *s, double q)
{
	double rank, value;
	uint64_t below = 0;
	size_t i = 0;

	if (s->count == 0)
		return (double)NAN;
	rank = q * (double)(s->count - 1);
	while ((double)(below += s->bucket[i]) <= rank)
		i++;
	/* The value that is as far, relatively, from both ends of the bucket:
	 * 2 g^i / (g + 1). */
	value = STATS_SKETCH_MIN * exp((double)i * log_growth()) *
	    (1 - STATS_SKETCH_ERROR);
	return i == 0 ? STATS_SKETCH_MIN : value < s->max ? value : s->max;
}
