/* What a server may send: records, and event streams in pieces.  The first byte
 * says which, or how long the pieces are. */
#include <stdint.h>
#include <stdlib.h>

#include "listen/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_record(struct span text)
{
	struct listen_record r;
	struct json_index ix;
	struct err err;

	json_index_init(&ix);
	if (listen_record_read(&ix, text, &r, &err) == 0) {
		/* All that it points to is in the text. */
		if (r.text.p < text.p || r.text.p + r.text.n > text.p + text.n)
			abort();
		if (r.kind == LISTEN_HELLO &&
		    strlen(r.epoch) != LISTEN_EPOCH_MAX - 1)
			abort();
	}
	json_index_release(&ix);
}

/* Events of ${text} in pieces of ${piece}, as a sum. */
static uint64_t
read_events(struct span text, size_t piece)
{
	struct listen_sse s;
	uint64_t sum = 0;

	listen_sse_init(&s, 256);
	while (text.n > 0) {
		struct span in = {text.p, text.n < piece ? text.n : piece};
		enum listen_sse_status status;

		text.p += in.n;
		text.n -= in.n;
		while (
		    (status = listen_sse_read(&s, &in)) == LISTEN_SSE_EVENT) {
			if (s.data.n > 256)
				abort();
			sum = sum * 31 + s.data.n * 7 + s.type.n * 3 + s.id.n;
		}
		if (status == LISTEN_SSE_FAILED)
			break;
	}
	listen_sse_release(&s);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data + 1, size - 1};

	if (size < 1)
		return 0;
	if (data[0] == 'r')
		read_record(text);
	else if (read_events(text, size) !=
	    read_events(text, (size_t)(data[0] % 16) + 1))
		abort();
	return 0;
}
