/*
 * options/history: how much of the lines a server of streams keeps, and where.
 */
#ifndef OPTIONS_HISTORY_H
#define OPTIONS_HISTORY_H

#include "history/history.h"
#include "options/several.h"

struct options_history {
	double seconds;
	int64_t bytes, store_bytes;
	const char *store;           /* NULL: only memory */
	struct options_several from; /* NULL url: a descriptor */
};

#define OPTIONS_HISTORY_INIT                       \
	{                                          \
		.seconds = 600, .bytes = 64 << 20, \
		.store_bytes = (int64_t)1 << 30    \
	}

#define OPTIONS_HISTORY(o)                                                     \
	CLI_REAL("history", 0, "SECONDS",                                      \
	    "how long to keep lines (default: 600)", &(o)->seconds, 0, 1e8),   \
	    CLI_INTEGER("history-bytes", 0, "BYTES",                           \
		"most bytes of them in memory (default: 64 MiB)", &(o)->bytes, \
		65536, (int64_t)1 << 40),                                      \
	    CLI_WRITTEN("store", 0, "FILE",                                    \
		"keep them in FILE, across restarts", &(o)->store),            \
	    CLI_INTEGER("store-bytes", 0, "BYTES",                             \
		"most bytes there (default: 1 GiB)", &(o)->store_bytes, 65536, \
		(int64_t)1 << 50),                                             \
	    CLI_HEADING("Several servers"),                                    \
	    CLI_TEXT("from", 0, "URL",                                         \
		"read lines and history from this queue in Redis",             \
		&(o)->from.redis.url),                                         \
	    OPTIONS_REDIS(&(o)->from.redis)

/* Can the options be used together?  ${input} names an option that was given and
 * is only for standard input, or is NULL.  Return CLI_GO or CLI_USAGE. */
int options_history_check(
    const struct cli *cli, const struct options_history *o, const char *input);

/* Open the history, and with --from connect to Redis and follow its queue.
 * Return CLI_GO with *${h} and *${source}, NULL without --from; or the exit
 * status of a failure, which is reported.  The caller frees both in any case. */
struct stream_source;
int options_history_open(struct options_history *o, struct history **h,
    struct stream_source **source);

#endif
