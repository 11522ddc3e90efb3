/* The first replies of a server and of a Sentinel, which the first byte chooses, in
 * two pieces. */
#include <stdint.h>
#include <stdlib.h>

#include "redis/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const url[] = {"redis://127.0.0.1/events",
	    "redis+sentinel://127.0.0.1/ward/events"};
	const bool asking = size > 0 && data[0] % 2 == 1;
	struct redis *r;
	struct span rest;
	enum redis_hello h = REDIS_HELLO_MORE;

	if (size < 2)
		return 0;
	r = redis_new(&(struct redis_options){.url = url[asking]}, NULL);
	if (r == NULL || redis_script(r, "return 1") != 0 ||
	    (r->parser = redis_parser_new()) == NULL)
		abort();
	r->asking = asking;
	if (redis_hello_say(r) != 0)
		abort();
	rest = (struct span){(const char *)data + 2, size - 2};
	for (int i = 0; i < 2 && h == REDIS_HELLO_MORE; i++) {
		size_t n = i == 0 && data[1] < rest.n ? data[1] : rest.n;

		if (redis_parser_feed(r->parser, (struct span){rest.p, n}) != 0)
			break;
		rest.p += n;
		rest.n -= n;
		h = redis_hello_take(r);
	}
	if (h == REDIS_HELLO_DONE && asking &&
	    (r->server.port == 0 ||
		memchr(r->server.host, '\0', sizeof(r->server.host)) == NULL))
		abort();
	if (h == REDIS_HELLO_DONE && !asking &&
	    r->sha[0][REDIS_SHA_MAX - 1] != '\0')
		abort();
	redis_free(r);
	return 0;
}
