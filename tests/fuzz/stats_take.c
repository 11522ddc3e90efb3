/* Lines of audit files for statistics: the first byte is the length of a period in
 * seconds, or all lines are one.  Each row counts what was taken. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "stats/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct stats *s)
{
	uint64_t attempts = 0, events = 0;

	if (s->count > STATS_ROWS_MAX || s->names > STATS_ENDPOINTS_MAX + 1)
		abort();
	for (size_t i = 0; i < s->count; i++) {
		attempts += s->row[i]->attempts;
		events += stats_events(s->row[i]);
	}
	if (attempts != s->total.attempts || events != stats_events(&s->total))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int nothing = -1;
	struct stats_options options = {.within = 5000, .wanted = 990000};
	struct ndjson_writer *out;
	struct stats *s;
	struct err err;

	if (size == 0)
		return 0;
	if (nothing < 0 &&
	    (nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
		abort();
	options.every = data[0] * (int64_t)1000;
	s = stats_new(&options);
	out = ndjson_writer_new(nothing);
	if (s == NULL || out == NULL)
		abort();
	for (size_t at = 1; at < size;) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t n = end != NULL ? (size_t)(end - data) - at : size - at;
		/* A copy of its own size, so that a byte too far is seen. */
		char *line = malloc(n + (n == 0));

		if (line == NULL)
			abort();
		memcpy(line, data + at, n);
		(void)stats_take(s, (struct span){line, n}, &err);
		free(line);
		at += n + 1;
	}
	stats_end(s);
	check(s);
	if (stats_put(s, data[0] % 2 == 0, out) != 0)
		abort();
	(void)stats_is_met(s, &err);
	ndjson_writer_free(out);
	stats_free(s);
	return 0;
}
