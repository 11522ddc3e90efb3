/* Replies of any bytes, fed in two pieces; every item that is returned is read. */
#include <stdint.h>

#include "queue/queue.h"
#include "redis/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t sink;

static void
read_all(const struct redis_reply *r)
{
	if (r->type == REDIS_TEXT || r->type == REDIS_ERROR) {
		sink = (size_t)redis_error_kind(r->text) + r->text.n;
		for (size_t i = 0; i <= r->text.n; i++)
			sink += (size_t)r->text.p[i];
	} else if (r->type == REDIS_INTEGER) {
		sink = (size_t)r->integer;
	} else if (r->type == REDIS_ARRAY) {
		for (size_t i = 0; i < r->items; i++)
			read_all(&r->item[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redis_parser *p = redis_parser_new();
	struct span rest = {(const char *)data, size};
	size_t piece = size > 0 ? data[0] : 0;
	enum redis_parsed got = REDIS_PARSE_MORE;
	struct redis_reply reply;
	struct queue_config config;
	struct queue_entry entry;

	for (int i = 0; i < 2 && got == REDIS_PARSE_MORE; i++) {
		size_t n = i == 0 && piece < rest.n ? piece : rest.n;

		if (redis_parser_feed(p, (struct span){rest.p, n}) != 0)
			break;
		rest.p += n;
		rest.n -= n;
		while ((got = redis_parser_next(p, &reply, NULL)) ==
		    REDIS_PARSED) {
			read_all(&reply);
			queue_config_parse(&reply, &config, NULL);
			if (queue_entry_read(&reply, &entry, NULL) == 0)
				sink = entry.line.n + entry.id.n;
		}
	}
	redis_parser_free(p);
	return 0;
}
