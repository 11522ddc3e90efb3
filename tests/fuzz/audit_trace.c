/* Lines of the logs of several programs, in which the way of one event is searched:
 * what is found is written as lines of JSON and as a table. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/trace.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take_lines(struct audit_trace *t, struct span text)
{
	for (uint64_t number = 1; text.n > 0; number++) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;
		struct err err = {""};

		if (audit_trace_take(t, "log", number, (struct span){text.p, n},
			&err) != VERDICT_GOOD &&
		    err.text[0] == '\0')
			abort();
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int nowhere = -1;
	struct span text = {(const char *)data, size};

	if (nowhere < 0 && (nowhere = open("/dev/null", O_WRONLY)) < 0)
		abort();
	for (int table = 0; table < 2; table++) {
		struct audit_trace *t = audit_trace_new("e-1");
		struct ndjson_writer *out = ndjson_writer_new(nowhere);
		size_t steps;

		if (t == NULL || out == NULL)
			abort();
		take_lines(t, text);
		steps = audit_trace_steps(t);
		if (audit_trace_again(t)) {
			take_lines(t, text);
			if (audit_trace_steps(t) < steps)
				abort();
		}
		if (audit_trace_put(t, table == 1, out) != 0)
			abort();
		ndjson_writer_free(out);
		audit_trace_free(t);
	}
	return 0;
}
