/* Any bytes as a line of vitals-post; what it takes survives a dead letter. */
#include <stdlib.h>

#include "deliver/event.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct deliver_letter l = {.endpoint = "https://h/", .reason = "x"};
	struct span line = {(const char *)data, size};
	struct deliver_reader r;
	struct deliver_event *e, *again;
	struct buf out;
	struct err err;

	deliver_reader_init(&r);
	e = deliver_event_read(&r, line, 1, &err);
	if (e != NULL) {
		buf_init(&out);
		deliver_letter_write(&out, e->line, &l);
		again = deliver_event_read(&r, buf_span(&out), 1, &err);
		if (again == NULL || again->line.n != e->line.n ||
		    memcmp(again->line.p, e->line.p, e->line.n) != 0)
			abort();
		deliver_event_drop(again);
		buf_release(&out);
	}
	deliver_event_drop(e);
	deliver_reader_release(&r);
	return 0;
}
