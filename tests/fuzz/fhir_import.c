/* Lines of any bytes to events: what an importer writes are events, one per line, and
 * what it refuses has a message. */
#include <stdint.h>
#include <stdlib.h>

#include "event/shapes.h"
#include "fhir/fhir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every line of ${text} is an event. */
static void
check_events(struct span text)
{
	static struct shape_reader reader;
	struct shape_value got[EVENT_FIELDS];
	struct event_notes notes = {0};
	struct err err;

	if (reader.scan.start == NULL)
		shape_reader_init(&reader);
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p);

		if (n > NDJSON_LINE_MAX ||
		    event_read(&reader, (struct span){text.p, n}, got, &notes,
			&err) != 0)
			abort();
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
}

static void
check_output(enum verdict rc, struct ndjson_writer *out, const char *why)
{
	struct buf *record = ndjson_record(out);

	if (rc == VERDICT_SYSTEM || (rc == VERDICT_BAD && why[0] == '\0'))
		abort();
	if (rc == VERDICT_GOOD && ndjson_pending(out))
		check_events(buf_span(record));
	ndjson_discard(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ndjson_writer *out; /* never flushed */
	struct fhir_importer *m = fhir_importer_new();
	struct err err = {""};
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));

	if (copy == NULL || m == NULL)
		abort();
	if (out == NULL)
		out = ndjson_writer_new(1);
	if (out == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	/* A line has no newline, and filters refuse NUL. */
	if (memchr(copy, '\n', size) == NULL &&
	    memchr(copy, '\0', size) == NULL) {
		check_output(
		    fhir_import(m, (struct span){copy, size}, out, &err), out,
		    err.text);
		check_output(fhir_import_end(m, out, &err), out, err.text);
	}
	fhir_importer_free(m);
	free(copy);
	return 0;
}
