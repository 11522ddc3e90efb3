/*
 * stats: how the delivery of events did, by the lines of an audit file.
 *
 * Lines "attempt" count requests; lines "settled" count events, each at one
 * endpoint.  An event that has an attempt and no outcome is unsettled.  Other
 * lines are ignored.  Lines must come in the order of their time.
 *
 * Memory does not depend on the number of lines: endpoints, rows and unsettled
 * events have limits.
 */
#ifndef STATS_STATS_H
#define STATS_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/* Further endpoints are counted together. */
#define STATS_ENDPOINTS_MAX 1024

/* Rows: endpoints in the periods in which they have lines. */
#define STATS_ROWS_MAX 4096

/* Events that have an attempt but no outcome so far. */
#define STATS_UNSETTLED_MAX 262144

/* Shares of an objective are whole numbers of these parts. */
#define STATS_PARTS 1000000

struct stats_options {
	int64_t every; /* the length of a period in ms; 0: all lines are one */
	int64_t
	    within; /* ms: an event is in time up to this latency; -1: any */
	int64_t wanted; /* how many parts of the events must be in time */
};

struct stats;

/* Return NULL with errno if memory runs out or there are no random bits, for
 * hashing.  stats_free(NULL) is a no-op. */
struct stats *stats_new(const struct stats_options *options);
void stats_free(struct stats *s);

/* Count ${line}.  Return VERDICT_GOOD; or VERDICT_BAD or VERDICT_SYSTEM with
 * ${err}. */
enum verdict stats_take(struct stats *s, struct span line, struct err *err);

/* All lines were taken: count what is unsettled. */
void stats_end(struct stats *s);

/* Write a record for each row, sorted by time and endpoint, and one for all of
 * them together; or a table.  Return 0, or -1 with errno set. */
int stats_put(struct stats *s, bool table, struct ndjson_writer *out);

/* Is the objective of the options met?  If not, ${err} says by how much it is
 * missed.  Without events it is not met. */
bool stats_is_met(const struct stats *s, struct err *err);

/* Read "30s", "500ms", "15m", "1h", "7d", or a number of seconds, into ms.
 * Return 0, or -1 unless it is from 1 ms to 366 days. */
int stats_read_duration(const char *text, int64_t *ms);

/* Read "99.9%", up to four digits after the point, into parts.  Return 0, or -1
 * unless it is more than 0 and at most 100. */
int stats_read_share(const char *text, int64_t *parts);

#endif
