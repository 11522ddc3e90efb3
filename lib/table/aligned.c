#include <stdlib.h>

#include "table/private.h"
#include "table/shown.h"

/* Between two columns. */
#define GAP 2

/* With --live, widths are those of the rows so far, and at least these.  Chosen by
 * hand: numbers such as 120.5 and short names fit, and a row of vital signs is not
 * much wider than a terminal. */
#define LIVE_NUMBER 5
#define LIVE_TEXT 8

/* The flags of a cell: characters, as a cell is text. */
#define FLAG_TEXT 't'
#define FLAG_NUMBER 'n'
#define FLAG_REASON 'r'
#define FLAG_MISSING 'm'

static char
flag_of(const struct cell *cell)
{
	if (cell->type == CELL_MISSING)
		return cell->is_reason ? FLAG_REASON : FLAG_MISSING;
	return cell->type == CELL_NUMBER ? FLAG_NUMBER : FLAG_TEXT;
}

void
aligned_release(struct part *p)
{
	column_release(&p->columns);
	buf_release(&p->name);
	buf_release(&p->cells);
	free(p->shape);
	p->shape = NULL;
}

int
aligned_add(
    struct part *p, const struct table_options *o, const struct cell *cell)
{
	size_t before = p->cells.len;

	for (size_t i = 0; i < p->columns.count; i++) {
		char flag = flag_of(&cell[i]);

		buf_add_byte(&p->cells, flag);
		if (flag == FLAG_MISSING)
			buf_add_byte(&p->cells, '-');
		else
			shown_put(
			    &p->cells, buf_span(&cell[i].text), o->cell_max);
		buf_add_byte(&p->cells, '\0');
	}
	if (buf_failed(&p->cells)) {
		p->cells.len = before;
		return -1;
	}
	p->rows++;
	return 0;
}

/* ---- Shapes ------------------------------------------------------------------ */

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The width that is reserved for later cells of a column that has one of ${flag}. */
static size_t
reserved(char flag, const struct table_options *o)
{
	if (!o->live)
		return 0;
	return flag == FLAG_NUMBER ? LIVE_NUMBER
	    : flag == FLAG_TEXT    ? LIVE_TEXT
				   : 0;
}

/* Adapt the shape of column ${s} to the cell at ${text}, for which ${room} is
 * reserved.  Return whether that needs a new header. */
static bool
see_cell(struct part_column *s, char flag, const char *text, size_t room)
{
	bool shown_now = s->hidden && flag != FLAG_MISSING;

	s->width = larger(s->width, larger(shown_width(span_of(text)), room));
	if (flag == FLAG_NUMBER)
		s->right = true;
	if (flag != FLAG_MISSING)
		s->hidden = false;
	return shown_now;
}

/* Adapt the shapes to the rows that are kept.  Return whether the header has to
 * be written again. */
static bool
see_rows(struct part *p, const struct table_options *o)
{
	const char *text = p->cells.data;
	bool again = false;

	for (size_t k = 0; k < p->rows; k++) {
		for (size_t i = 0; i < p->columns.count; i++) {
			again |= see_cell(&p->shape[i], text[0], text + 1,
			    reserved(text[0], o));
			text += strlen(text) + 1;
		}
	}
	return again;
}

/* Begin with the shapes that the header needs. */
static int
begin(struct part *p, const struct table_options *o)
{
	/* Without a header nothing would name a column that appears later. */
	bool hide =
	    !p->columns.chosen && (!o->live || o->header != TABLE_HEADER_NONE);

	p->shape = calloc(p->columns.count, sizeof(*p->shape));
	if (p->shape == NULL)
		return -1;
	for (size_t i = 0; i < p->columns.count; i++) {
		const struct column *c = &p->columns.column[i];
		struct part_column *s = &p->shape[i];

		s->right = c->unit[0] != '\0';
		s->hidden = hide;
		if (o->header != TABLE_HEADER_NONE)
			s->width = shown_width(span_of(column_label(c, o)));
		if (o->header == TABLE_HEADER_UNITS)
			s->width = larger(s->width, strlen(c->unit));
		if (o->live && s->right)
			s->width = larger(s->width, LIVE_NUMBER);
	}
	return 0;
}

/* ---- Writing ----------------------------------------------------------------- */

static void
put_blanks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_add_byte(out, ' ');
}

/* A row that is being written: blanks at its end are never written. */
struct line {
	struct buf *out;
	size_t owed; /* blanks before the next text */
	bool begun;
};

static void
put_cell(struct line *l, const struct part_column *s, const char *text)
{
	size_t width = shown_width(span_of(text));
	size_t blanks = width < s->width ? s->width - width : 0;

	if (s->hidden)
		return;
	if (l->begun)
		l->owed += GAP;
	l->begun = true;
	if (s->right)
		l->owed += blanks;
	if (text[0] != '\0') {
		put_blanks(l->out, l->owed);
		l->owed = 0;
		buf_add_text(l->out, text);
	}
	if (!s->right || text[0] == '\0')
		l->owed += s->right ? 0 : blanks;
}

/* Append the name of a column, which may be any text. */
static void
put_name(struct line *l, const struct part_column *s, const char *name)
{
	struct buf shown;

	buf_init(&shown);
	shown_put(&shown, span_of(name), SIZE_MAX);
	if (buf_string(&shown) != NULL)
		put_cell(l, s, shown.data);
	else
		l->out->failed = true;
	buf_release(&shown);
}

static void
put_header(const struct part *p, const struct table_options *o, struct buf *out)
{
	struct line names = {out, 0, false}, units = {out, 0, false};
	bool any = false;

	for (size_t i = 0; i < p->columns.count; i++) {
		const struct column *c = &p->columns.column[i];

		any |= !p->shape[i].hidden && c->unit[0] != '\0';
		put_name(&names, &p->shape[i], column_label(c, o));
	}
	buf_add_byte(out, '\n');
	if (!any || o->header != TABLE_HEADER_UNITS)
		return;
	for (size_t i = 0; i < p->columns.count; i++)
		put_cell(&units, &p->shape[i], p->columns.column[i].unit);
	buf_add_byte(out, '\n');
}

static void
put_rows(const struct part *p, struct buf *out)
{
	const char *text = p->cells.data;

	for (size_t k = 0; k < p->rows; k++) {
		struct line l = {out, 0, false};

		for (size_t i = 0; i < p->columns.count; i++) {
			put_cell(&l, &p->shape[i], text + 1);
			text += strlen(text) + 1;
		}
		buf_add_byte(out, '\n');
	}
}

int
aligned_write(struct part *p, const struct table_options *o, bool heading,
    bool gap, struct buf *out)
{
	if (p->rows == 0 && p->shape != NULL)
		return 0;
	if (p->shape == NULL && begin(p, o) != 0)
		return -1;
	heading |= see_rows(p, o);
	for (size_t i = 0; p->rows == 0 && i < p->columns.count; i++)
		p->shape[i].hidden = false;
	if (heading && o->header != TABLE_HEADER_NONE) {
		if (gap)
			buf_add_byte(out, '\n');
		put_header(p, o, out);
	}
	put_rows(p, out);
	buf_clear(&p->cells);
	p->rows = 0;
	return buf_failed(out) ? -1 : 0;
}
