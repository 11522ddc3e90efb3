/* Trace lines: what is read can be written and read again, the same. */
#include <stdlib.h>

#include "trace/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_reader *r = trace_reader_new();
	struct trace_line l, again;
	struct buf first, second;
	struct err err;

	trace_line_init(&l);
	trace_line_init(&again);
	buf_init(&first);
	buf_init(&second);
	if (r != NULL &&
	    trace_read(r, (struct span){(const char *)data, size}, &l, &err) ==
		0) {
		trace_write(&first, buf_span(&l.source), l.face_index, &l.names,
		    &l.frame);
		if (trace_read(r, buf_span(&first), &again, &err) != 0)
			abort();
		trace_write(&second, buf_span(&again.source), again.face_index,
		    &again.names, &again.frame);
		if (first.len != second.len ||
		    memcmp(first.data, second.data, first.len) != 0)
			abort();
	}
	buf_release(&first);
	buf_release(&second);
	trace_line_release(&l);
	trace_line_release(&again);
	trace_reader_free(r);
	return 0;
}
