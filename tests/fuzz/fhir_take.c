/* Lines of any bytes to FHIR: what a maker writes are lines of JSON objects, not too
 * long and the same each time, whichever way they are wrapped; what it refuses leaves
 * nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "fhir/fhir.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAKERS 4

static struct fhir_maker *
maker(size_t i)
{
	struct fhir_options o = {.version = FHIR_R4B,
	    .bundle = i % 2 == 0 ? FHIR_NO_BUNDLE : FHIR_TRANSACTION,
	    .message = i >= 2,
	    .preliminary_below = 0.5,
	    .uncalibrated = i >= 2,
	    .loinc_stress = i % 2 == 0 ? NULL : "80316-3"};
	struct fhir_maker *m = fhir_maker_new(&o);

	if (m == NULL)
		abort();
	return m;
}

/* Every line of ${text} is one JSON object. */
static void
check_lines(struct span text)
{
	static struct json_index index;
	struct err err;

	if (index.member == NULL)
		json_index_init(&index);
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p);

		if (n > NDJSON_LINE_MAX ||
		    json_index_read(&index, (struct span){text.p, n}, &err) !=
			0)
			abort();
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
}

static void
take(struct fhir_maker *m, struct ndjson_writer *out, struct span line)
{
	struct buf first;
	struct err err = {""};

	buf_init(&first);
	for (int i = 0; i < 2; i++) {
		struct buf *record = ndjson_record(out);
		size_t before = record->len;
		enum verdict rc = fhir_take(m, line, out, &err);
		struct span made = {
		    record->data + before, record->len - before};

		if (rc == VERDICT_SYSTEM ||
		    (rc == VERDICT_BAD && err.text[0] == '\0'))
			abort();
		if (rc == VERDICT_GOOD && made.n > 0) {
			check_lines(made);
			if (i == 0)
				buf_add_span(&first, made);
			else if (made.n != first.len ||
			    memcmp(made.p, first.data, made.n) != 0)
				abort();
		}
		ndjson_discard(out);
	}
	buf_release(&first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fhir_maker *m[MAKERS];
	static struct ndjson_writer *out; /* never flushed */
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));

	if (copy == NULL)
		return 0;
	if (out == NULL) {
		out = ndjson_writer_new(1);
		if (out == NULL)
			abort();
		for (size_t i = 0; i < MAKERS; i++)
			m[i] = maker(i);
	}
	if (size > 0)
		memcpy(copy, data, size);
	/* A line has no newline, and filters refuse NUL. */
	if (size == 0 ||
	    (memchr(copy, '\n', size) == NULL &&
		memchr(copy, '\0', size) == NULL)) {
		for (size_t i = 0; i < MAKERS; i++)
			take(m[i], out, (struct span){copy, size});
	}
	free(copy);
	return 0;
}
