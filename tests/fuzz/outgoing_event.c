/* Any bytes as a line of vitals-post; what it takes survives a dead letter. */
#include <stdlib.h>

#include "outgoing/dead_letter.h"
#include "outgoing/event.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outgoing_dead_letter l = {
	    .endpoint = "https://h/", .reason = "x"};
	struct span line = {(const char *)data, size};
	struct outgoing_reader r;
	struct outgoing_event *e, *again;
	struct buf out;
	struct err err;

	outgoing_reader_init(&r);
	e = outgoing_event_read(&r, line, 1, &err);
	if (e != NULL) {
		buf_init(&out);
		outgoing_dead_letter_write(&out, e->line, &l);
		again = outgoing_event_read(&r, buf_span(&out), 1, &err);
		if (again == NULL || again->line.n != e->line.n ||
		    memcmp(again->line.p, e->line.p, e->line.n) != 0)
			abort();
		outgoing_event_unref(again);
		buf_release(&out);
	}
	outgoing_event_unref(e);
	outgoing_reader_release(&r);
	return 0;
}
