/* Headers and a body become an event, which is one JSON object. */
#include "cloudevent/binary.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

static struct span
until(struct span *rest, char end)
{
	const char *at = rest->n > 0 ? memchr(rest->p, end, rest->n) : NULL;
	struct span s = {
	    rest->p, at != NULL ? (size_t)(at - rest->p) : rest->n};
	size_t skip = s.n + (at != NULL);

	rest->p += skip;
	rest->n -= skip;
	return s;
}

/* The input is the type, lines "name: value", an empty line, and the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = {(const char *)data, size}, type, line;
	struct cloudevent_binary e;
	struct json_index ix;
	struct buf out;
	struct err err = {""};
	int rc = 0;

	cloudevent_binary_init(&e);
	json_index_init(&ix);
	buf_init(&out);
	type = until(&rest, '\n');
	if (type.n == 0)
		type.p = NULL;
	while (rc == 0 && (line = until(&rest, '\n')).n > 0) {
		struct span name = until(&line, ':');

		rc = cloudevent_binary_add(&e, name, line, &err);
	}
	if (rc == 0)
		rc = cloudevent_binary_write(&e, type, rest, &out, &err);
	check((rc == 0) == (err.text[0] == '\0'));
	if (rc == 0) {
		check(json_index_read(&ix, buf_span(&out), &err) == 0);
		cloudevent_binary_key(&e, &out);
	}
	buf_release(&out);
	json_index_release(&ix);
	cloudevent_binary_release(&e);
	return 0;
}
