/*
 * stats/sketch: quantiles of any number of durations in constant memory.
 *
 * DDSketch (Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile
 * Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019): bucket i counts
 * the values above g^(i-1) and up to g^i, where g = (1 + a) / (1 - a).  Each
 * quantile then has a relative error of at most a, which is
 * STATS_SKETCH_ERROR.
 */
#ifndef STATS_SKETCH_H
#define STATS_SKETCH_H

#include <stdint.h>

#define STATS_SKETCH_ERROR 0.01

/* Values beyond are counted as these, in seconds: the resolution of the audit
 * file, and a year. */
#define STATS_SKETCH_MIN 0.001
#define STATS_SKETCH_MAX 31622400.0

/* All zeros is an empty sketch. */
struct stats_sketch {
	uint64_t count;
	uint64_t *bucket;
	double max; /* exact */
};

void stats_sketch_release(struct stats_sketch *s);

/* Add the value ${seconds}.  Return 0, or -1 if memory runs out. */
int stats_sketch_add(struct stats_sketch *s, double seconds);

/* Return the value that the share ${q}, 0 to 1, of all values does not exceed;
 * NaN if there is no value. */
double stats_sketch_quantile(const struct stats_sketch *s, double q);

#endif
