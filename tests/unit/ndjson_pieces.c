/* ndjson/pieces: the lines of a text, however it is cut into pieces. */
#include "ndjson/pieces.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

#define MAX 8

/* What the lines were: each in brackets, "!" for one that is too long. */
static void
take(void *context, const struct ndjson_line *line, bool overlong)
{
	struct buf *out = context;

	buf_addf(out, "%d", (int)line->number);
	buf_add_text(out, overlong ? "!" : "[");
	buf_add_span(out, line->text);
	buf_add_text(out, line->newline ? "]" : "]end");
}

/* Pass ${text} in pieces, which end at the bytes for which ${cut} has a 1.
 * Return whether all were taken. */
static bool
read_in_pieces(const char *text, unsigned cut, struct buf *out)
{
	struct ndjson_pieces p;
	size_t n = strlen(text), start = 0;
	bool taken = true;

	ndjson_pieces_init(&p, MAX);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && (cut >> i & 1) == 0)
			continue;
		taken = taken &&
		    ndjson_pieces_add(&p,
			(struct span){text + start, i - start}, take, out) == 0;
		start = i;
	}
	taken = taken &&
	    ndjson_pieces_add(&p, (struct span){"", 0}, take, out) == 0;
	ndjson_pieces_release(&p);
	return taken;
}

int
main(void)
{
	static const struct {
		const char *text, *lines;
	} row[] = {
	    {"", ""},
	    {"a\nbc\n", "1[a]2[bc]"},
	    {"a\r\n\nlast", "1[a]2[]3[last]end"},
	    {"12345678\n123456789\nx\n", "1[12345678]2!12345678]3[x]"},
	    {"1234567890123456", "1!12345678]end"},
	};
	char name[32];

	srand(1);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		unsigned wrong = 0;

		for (int n = 0; n < 200; n++) {
			unsigned cut = n == 0 ? 0
			    : n == 1          ? ~0U
					      : (unsigned)rand();
			struct buf out;

			buf_init(&out);
			wrong += !read_in_pieces(row[i].text, cut, &out) ||
			    strcmp(buf_string(&out), row[i].lines) != 0;
			buf_release(&out);
		}
		snprintf(name, sizeof(name), "text %zu, cut anywhere", i);
		CHECK(wrong == 0, name);
	}
	return check_done();
}
