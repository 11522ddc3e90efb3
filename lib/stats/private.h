/* Private to lib/stats: the rows. */
#ifndef STATS_PRIVATE_H
#define STATS_PRIVATE_H

#include "hash/table.h"
#include "stats/sketch.h"
#include "stats/stats.h"
#include "json/json.h"

struct stats_row {
	struct hash_node node; /* its key is {endpoint, period} */
	struct {
		uint64_t endpoint; /* index of its name */
		int64_t period;
	} key;            /* no padding: its bytes are compared */
	int64_t from, to; /* the times of its first and its last line */
	uint64_t attempts, failed;
	uint64_t delivered, dead, expired, unsettled;
	uint64_t in_time;
	struct stats_sketch latency; /* of what was delivered */
};

struct stats {
	struct stats_options options;
	struct json_index index;
	struct buf key;
	struct hash_table endpoints, rows, unsettled;
	char *name[STATS_ENDPOINTS_MAX + 1];
	size_t names;
	struct stats_row *row[STATS_ROWS_MAX];
	size_t count;
	struct stats_row total;
};

static inline uint64_t
stats_events(const struct stats_row *r)
{
	return r->delivered + r->dead + r->expired + r->unsettled;
}

#endif
