#include "plot/table.h"

#include <stdarg.h>
#include <stdio.h>

#include "plot/escape.h"

/* The longest cell. */
#define CELL_MAX 512

void
plot_table_begin(struct plot_table *t, const char *caption,
    const char *const *head, size_t n)
{
	t->rows = t->hidden = 0;
	t->columns = n;
	buf_add_text(t->out, "<table><caption>");
	plot_escape_xml(t->out, span_of(caption));
	buf_add_text(t->out, "</caption><thead><tr>");
	for (size_t i = 0; i < n; i++) {
		buf_add_text(t->out, "<th scope=\"col\">");
		plot_escape_xml(t->out, span_of(head[i]));
		buf_add_text(t->out, "</th>");
	}
	buf_add_text(t->out, "</tr></thead><tbody>");
}

bool
plot_table_row(struct plot_table *t)
{
	if (t->rows == PLOT_TABLE_ROWS_MAX) {
		t->hidden++;
		return false;
	}
	if (t->rows++ > 0)
		buf_add_text(t->out, "</tr>");
	buf_add_text(t->out, "\n<tr>");
	t->column = 0;
	return true;
}

void
plot_table_cell(struct plot_table *t, const char *fmt, ...)
{
	const char *tag = t->column++ == 0 ? "th scope=\"row\"" : "td";
	char text[CELL_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_addf(t->out, "<%s>", tag);
	plot_escape_xml(t->out, span_of(text));
	buf_addf(t->out, "</%.2s>", tag);
}

void
plot_table_end(struct plot_table *t)
{
	if (t->rows > 0)
		buf_add_text(t->out, "</tr>");
	if (t->hidden > 0)
		buf_addf(t->out,
		    "<tr><td colspan=\"%zu\">and %zu more</td></tr>",
		    t->columns, t->hidden);
	buf_add_text(t->out, "</tbody></table>\n");
}
