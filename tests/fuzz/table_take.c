/* Lines as tables, in each format: a good line leaves rows of the same number of
 * cells, a bad one nothing.  The first byte chooses the format and --long. */
#include <stdint.h>
#include <stdlib.h>

#include "table/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number of tabs in each of the lines of ${text} is that of the first. */
static void
check_tsv(struct span text)
{
	size_t tabs = 0, first = SIZE_MAX;

	if (text.n > 0 && text.p[text.n - 1] != '\n')
		abort();
	for (size_t i = 0; i < text.n; i++) {
		tabs += text.p[i] == '\t';
		if (text.p[i] != '\n')
			continue;
		if (first == SIZE_MAX)
			first = tabs;
		if (tabs != first)
			abort();
		tabs = 0;
	}
}

/* Quotes come in pairs, and outside of them each line ends in CR LF. */
static void
check_csv(struct span text)
{
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			quoted = !quoted;
		if (!quoted && text.p[i] == '\n' &&
		    (i == 0 || text.p[i - 1] != '\r'))
			abort();
	}
	if (quoted)
		abort();
}

static void
take_lines(struct table *t, struct span text, struct ndjson_writer *out)
{
	struct err err;

	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end != NULL ? (size_t)(end - text.p) : text.n;
		size_t before = ndjson_unwritten(out);
		enum verdict v =
		    table_take(t, (struct span){text.p, n}, out, &err);

		if (v == VERDICT_SYSTEM || v == VERDICT_OUTPUT)
			abort();
		if (v == VERDICT_BAD &&
		    (err.text[0] == '\0' || ndjson_unwritten(out) != before))
			abort();
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
	if (table_finish(t, out, &err) != VERDICT_GOOD)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct table_options o = {.missing = "", .cell_max = 10};
	struct ndjson_writer *out;
	struct table *t;
	struct buf *rows;
	struct err err;

	if (size < 1)
		return 0;
	o.format = data[0] % 3;
	o.elements = (data[0] / 4) % 2;
	o.spreadsheet = (data[0] / 8) % 2 && o.format == TABLE_CSV;
	o.columns =
	    (data[0] / 16) % 2 ? "source,regions.a.r,heartRate,index" : NULL;
	out = ndjson_writer_new(-1); /* never flushed */
	t = table_new(&o, &err);
	if (out == NULL || t == NULL)
		abort();
	ndjson_writer_nowait(out, true);
	take_lines(t, (struct span){(const char *)data + 1, size - 1}, out);
	rows = ndjson_record(out);
	if (o.format == TABLE_TSV)
		check_tsv(buf_span(rows));
	else if (o.format == TABLE_CSV)
		check_csv(buf_span(rows));
	table_free(t);
	ndjson_writer_free(out);
	return 0;
}
