/* The line reader over any bytes, which arrive through a pipe in pieces: it
 * gives the lines that a plain split gives, whatever the bound. */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

/* Less than what a pipe holds, so that one process can fill and read it. */
#define SIZE_MAX_TAKEN 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
compare(const struct ndjson_line *line, enum ndjson_status status,
    struct span want, bool newline, size_t max)
{
	if (want.n > 0 && want.p[want.n - 1] == '\r')
		want.n--;
	if (line->newline != newline)
		abort();
	if ((want.n > max) != (status == NDJSON_TOO_LONG))
		abort();
	if (status == NDJSON_TOO_LONG ? line->text.n > want.n
				      : line->text.n != want.n)
		abort();
	if (line->text.n > 0 && memcmp(line->text.p, want.p, line->text.n) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ndjson_reader *r;
	struct ndjson_line line;
	struct span rest;
	uint64_t number = 0;
	size_t max;
	int fd[2];

	if (size < 1 || size > SIZE_MAX_TAKEN || pipe(fd) != 0)
		return 0;
	max = data[0] + 1u;
	rest = (struct span){(const char *)data + 1, size - 1};
	if (rest.n > 0 && write(fd[1], rest.p, rest.n) != (ssize_t)rest.n)
		abort();
	close(fd[1]);
	r = ndjson_reader_new(fd[0], max);
	while (r != NULL && rest.n > 0) {
		const char *nl = memchr(rest.p, '\n', rest.n);
		size_t n = nl != NULL ? (size_t)(nl - rest.p) : rest.n;
		enum ndjson_status status = ndjson_next(r, &line);

		if (status != NDJSON_LINE && status != NDJSON_TOO_LONG)
			abort();
		if (line.number != ++number)
			abort();
		compare(
		    &line, status, (struct span){rest.p, n}, nl != NULL, max);
		rest.p += n + (nl != NULL);
		rest.n -= n + (nl != NULL);
	}
	if (r != NULL && ndjson_next(r, &line) != NDJSON_END)
		abort();
	ndjson_reader_free(r);
	close(fd[0]);
	return 0;
}
