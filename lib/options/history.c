#include "options/history.h"

#include "diag/diag.h"
#include "instant/instant.h"
#include "redis/url.h"
#include "stream/source.h"

/* How long a start waits for Redis, and for the queue. */
#define START_MS 30000

/* A server that is silent for longer than this is not there.  It is longer than
 * the server waits for a new line. */
#define ANSWER_MS 10000

int
options_history_check(
    const struct cli *cli, const struct options_history *o, const char *input)
{
	struct redis_url url;
	struct err err;

	if (options_several_stray(&o->from))
		return cli_usage(cli, "--redis-... needs --from");
	if (o->from.redis.url == NULL)
		return CLI_GO;
	if (o->store != NULL || input != NULL)
		return cli_usage(cli, "--from and %s exclude each other",
		    o->store != NULL ? "--store" : input);
	if (redis_url_read(o->from.redis.url, &url, &err) != 0)
		return cli_usage(cli, "--from: %s", err.text);
	return CLI_GO;
}

int
options_history_open(struct options_history *o, struct history **h,
    struct stream_source **source)
{
	const struct history_options options = {
	    .bytes = (size_t)o->bytes,
	    .age_ms = (int64_t)(o->seconds * 1000),
	    .store = o->store,
	    .store_bytes = (uint64_t)o->store_bytes,
	};
	struct err err;

	*source = NULL;
	*h = history_new(&options, instant_now(), &err);
	if (*h == NULL) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	if (o->from.redis.url == NULL)
		return CLI_GO;
	options_several_note(&o->from);
	o->from.redis.answer_ms = ANSWER_MS;
	*source = stream_source_new(&o->from.redis, &err);
	if (*source == NULL) {
		diag_error("--from: %s", err.text);
		return CLI_SYSTEM;
	}
	if (stream_source_start(*source, *h, START_MS, &err) == 0)
		return CLI_GO;
	diag_error("%s: %s", stream_source_name(*source), err.text);
	return err_is_memory(&err) ? CLI_SYSTEM : CLI_REMOTE;
}
