/*
 * metrics: the text exposition format of Prometheus, version 0.0.4.
 *
 * A caller writes each metric family with one head and then its samples.  A
 * histogram counts observations in buckets.
 */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* The media type of the format. */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_HISTOGRAM
};

/* Begin the family ${name} of ${type}; ${help} is one line of text. */
void metrics_head(struct buf *out, const char *name, enum metrics_type type,
    const char *help);

/* Append a sample of ${name}.  ${labels} is "" or a list such as
 * kind="sse",code="200". */
void metrics_count(
    struct buf *out, const char *name, const char *labels, uint64_t value);
void metrics_real(
    struct buf *out, const char *name, const char *labels, double value);

/* Append a family of one sample without labels. */
void metrics_counter(
    struct buf *out, const char *name, const char *help, uint64_t value);
void metrics_gauge(
    struct buf *out, const char *name, const char *help, double value);

/* The most buckets of a histogram, without the one that has no bound. */
#define METRICS_BUCKETS_MAX 20

struct metrics_histogram {
	const double
	    *bound;    /* upper bounds in ascending order, of the caller */
	size_t bounds; /* at most METRICS_BUCKETS_MAX */
	uint64_t bucket[METRICS_BUCKETS_MAX + 1];
	double sum;
};

/* Count ${value}.  A negative one, as from a clock that was set back, counts as
 * 0. */
void metrics_observe(struct metrics_histogram *h, double value);

/* Append the samples of ${h} to the family ${name}. */
void metrics_put_histogram(struct buf *out, const char *name,
    const char *labels, const struct metrics_histogram *h);

/* Append ${text} as the value of a label, without quotes: backslashes, quotes
 * and newlines are escaped. */
void metrics_put_value(struct buf *out, const char *text);

#endif
