#include "table/private.h"

/* ---- CSV: RFC 4180 ----------------------------------------------------------- */

/* Would a spreadsheet take ${text} for a formula?  It also drops a tab or the
 * end of a line before one. */
static bool
is_formula(struct span text)
{
	static const char *const wide[] = {
	    "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	if (text.n == 0)
		return false;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (text.n >= 3 && memcmp(text.p, wide[i], 3) == 0)
			return true;
	}
	return text.p[0] != '\0' && strchr("=+-@\t\r\n", text.p[0]) != NULL;
}

/* Append ${text}, within quotes if it needs them.  Readers of C end at a 0
 * byte: it becomes U+FFFD. */
static void
put_csv(struct buf *out, struct span text, bool guard, bool force)
{
	bool quotes = force;

	for (size_t i = 0; i < text.n && !quotes; i++)
		quotes = text.p[i] == ',' || text.p[i] == '"' ||
		    text.p[i] == '\n' || text.p[i] == '\r';
	if (quotes)
		buf_add_byte(out, '"');
	if (guard)
		buf_add_byte(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_add_byte(out, '"');
		if (text.p[i] == '\0')
			buf_add_text(out, "\xef\xbf\xbd");
		else
			buf_add_byte(out, text.p[i]);
	}
	if (quotes)
		buf_add_byte(out, '"');
}

/* ---- TSV --------------------------------------------------------------------- */

static void
put_tsv(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '\t':
			buf_add_text(out, "\\t");
			break;
		case '\n':
			buf_add_text(out, "\\n");
			break;
		case '\r':
			buf_add_text(out, "\\r");
			break;
		case '\\':
			buf_add_text(out, "\\\\");
			break;
		case '\0':
			buf_add_text(out, "\xef\xbf\xbd");
			break;
		default:
			buf_add_byte(out, text.p[i]);
		}
	}
}

/* ---- Rows -------------------------------------------------------------------- */

static void
end_row(const struct table_options *o, struct buf *out)
{
	buf_add_text(out, o->format == TABLE_CSV ? "\r\n" : "\n");
}

void
separated_header(const struct table_options *o, const struct columns *c,
    struct buf *out, bool *formula)
{
	struct buf name;

	buf_init(&name);
	if (o->spreadsheet && o->format == TABLE_CSV)
		buf_add_text(out, "\xef\xbb\xbf");
	for (size_t i = 0; o->header != TABLE_HEADER_NONE && i < c->count;
	     i++) {
		const struct column *column = &c->column[i];
		bool risky;

		if (i > 0)
			buf_add_byte(out, o->format == TABLE_CSV ? ',' : '\t');
		buf_clear(&name);
		buf_add_text(&name, column->name);
		if (o->header == TABLE_HEADER_UNITS && column->unit[0] != '\0')
			buf_addf(&name, " (%s)", column->unit);
		out->failed |= buf_failed(&name);
		risky = o->format == TABLE_CSV && is_formula(buf_span(&name));
		*formula |= risky;
		if (o->format == TABLE_CSV)
			put_csv(out, buf_span(&name), risky && o->spreadsheet,
			    false);
		else
			put_tsv(out, buf_span(&name));
	}
	if (o->header != TABLE_HEADER_NONE)
		end_row(o, out);
	buf_release(&name);
}

void
separated_row(const struct table_options *o, const struct cell *cell,
    size_t count, struct buf *out, bool *formula)
{
	struct span missing = span_of(o->missing);

	for (size_t i = 0; i < count; i++) {
		bool absent = cell[i].type == CELL_MISSING;
		struct span text = absent ? missing : buf_span(&cell[i].text);
		bool risky = o->format == TABLE_CSV && is_formula(text) &&
		    (cell[i].type == CELL_TEXT || absent);

		if (i > 0)
			buf_add_byte(out, o->format == TABLE_CSV ? ',' : '\t');
		*formula |= risky;
		/* An empty text differs from nothing; and a line that is empty
		 * would be no row. */
		if (o->format == TABLE_CSV)
			put_csv(out, text, risky && o->spreadsheet,
			    text.n == 0 && (!absent || count == 1));
		else if (absent)
			buf_add_span(out, text);
		else
			put_tsv(out, text);
	}
	end_row(o, out);
}
