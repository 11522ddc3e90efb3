/*
 * plot/delivery: how long events took to be delivered, by endpoint, from receipts
 * and audit lines.
 */
#ifndef PLOT_DELIVERY_H
#define PLOT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plot/series.h"
#include "stats/sketch.h"

/* Endpoints that are shown; the events of further ones are counted together. */
#define PLOT_ENDPOINTS_MAX 24

/* Cells of latency over time. */
#define PLOT_LATENCY_CELLS 256

/* The histogram: bins of equal width in the logarithm, from 1 ms on. */
#define PLOT_LATENCY_MIN 0.001
#define PLOT_LATENCY_BINS 80
#define PLOT_LATENCY_PER_DECADE 8

enum plot_delivery_kind {
	PLOT_RECEIPTS, /* "receipt" lines */
	PLOT_AUDIT     /* "attempt" and "settled" lines */
};

enum plot_outcome {
	PLOT_DELIVERED,
	PLOT_DEAD,
	PLOT_EXPIRED,
	PLOT_OUTCOMES
};

struct plot_endpoint {
	char *name; /* NULL: all further ones */
	enum plot_delivery_kind kind;
	uint64_t outcome[PLOT_OUTCOMES];
	uint64_t attempts, failed;   /* requests; of audit lines */
	struct stats_sketch latency; /* of what was delivered, s */
	double least;
	uint64_t bin[PLOT_LATENCY_BINS];
	struct plot_series over_time; /* s since 1970 */
	char error[128];              /* the last one */
};

struct plot_delivery {
	struct plot_endpoint *endpoint[PLOT_ENDPOINTS_MAX + 1];
	size_t count;
};

void plot_delivery_release(struct plot_delivery *d);

/* The endpoint ${name}, which is added if it is new; NULL without memory. */
struct plot_endpoint *plot_delivery_endpoint(
    struct plot_delivery *d, enum plot_delivery_kind kind, const char *name);

/* An event was settled at ${time} (ms since 1970); ${latency} is negative if it
 * is not known.  Return 0, or -1 without memory. */
int plot_delivery_settled(struct plot_endpoint *e, enum plot_outcome outcome,
    int64_t time, double latency);

/* The latency that a share of ${q} of what was delivered did not exceed, s; NAN if
 * nothing was.  It is never more than the longest, which the sketch has exactly. */
double plot_latency_quantile(const struct plot_endpoint *e, double q);

/* Where bin ${i} of latencies begins, s. */
double plot_latency_of_bin(size_t i);

/* Round latencies in the units of people, for axes: tick ${i}, or NULL after the
 * last one. */
struct plot_latency_tick {
	double seconds;
	const char *name;
};
const struct plot_latency_tick *plot_latency_tick(size_t i);

/* Widen *${low} to *${high}, both above 0, to the ticks around them. */
void plot_latency_round(double *low, double *high);

#endif
