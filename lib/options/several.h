/*
 * options/several: the options of servers of which there are several, connected
 * by a Redis server.
 */
#ifndef OPTIONS_SEVERAL_H
#define OPTIONS_SEVERAL_H

#include "options/redis.h"

/* How long a start waits for Redis; then the server continues without it. */
#define OPTIONS_SEVERAL_START_MS 5000

struct options_several {
	struct redis_options redis; /* its url NULL: there is only one */
	double keep;                /* of receivers: seconds */
};

/* Was an option of Redis given without a server? */
bool options_several_stray(const struct options_several *o);

/* Report what a user should know of the connection.  ${o} outlives it. */
void options_several_note(struct options_several *o);

/* ---- vitals-receive ------------------------------------------------------ */

/* As long as a state file remembers an ID. */
#define OPTIONS_DEDUPE_INIT       \
	{                         \
		.keep = 7 * 86400 \
	}

#define OPTIONS_DEDUPE(o)                                                      \
	CLI_TEXT("dedupe", 0, "URL",                                           \
	    "share IDs with other receivers, in this Redis", &(o)->redis.url), \
	    CLI_REAL("dedupe-for", 0, "SECONDS",                               \
		"how long IDs stay there (default: 604800, a week)",           \
		&(o)->keep, 60, 366 * 86400.0),                                \
	    OPTIONS_REDIS(&(o)->redis)

struct dedupe_shared;

/* Connect as ${o} says.  Return CLI_GO with *${shared}, NULL without --dedupe;
 * the caller frees it in any case.  If Redis cannot be reached, that is reported,
 * and it is CLI_GO, too: the connection is made later. */
int options_dedupe(const struct cli *cli, struct options_several *o,
    struct dedupe_shared **shared);

#endif
