#include "plot/escape.h"
#include "plot/text.h"

void
plot_text_cell(struct plot_text *t, struct span text, size_t columns)
{
	size_t n = plot_escape_terminal(t->out, text, columns, t->is_ascii);

	while (n++ < columns)
		buf_add_byte(t->out, ' ');
}

const char *
plot_text_tolerance(const struct plot_text *t)
{
	return t->is_ascii ? "+-" : "±";
}

const char *
plot_text_dash(const struct plot_text *t)
{
	return t->is_ascii ? "-" : "–";
}

/* The part of ${text} that fits into ${columns}, broken at a blank if there is
 * one. */
static struct span
fitting(struct span text, size_t columns)
{
	size_t at = 0, blank = 0;

	for (at = 0; at < text.n; at++) {
		if (text.p[at] == ' ')
			blank = at;
		if (plot_escape_columns((struct span){text.p, at + 1}) >
		    columns)
			break;
	}
	if (at == text.n)
		return text;
	/* Not within a character. */
	while (at > 1 && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at--;
	return (struct span){text.p, blank > 0 ? blank : at > 0 ? at : 1};
}

void
plot_text_wrap(struct plot_text *t, struct span text, size_t indent)
{
	size_t room = t->width;

	while (text.n > 0) {
		struct span part = fitting(text, room);

		plot_escape_terminal(t->out, part, room, t->is_ascii);
		buf_add_byte(t->out, '\n');
		text.p += part.n;
		text.n -= part.n;
		while (text.n > 0 && text.p[0] == ' ') {
			text.p++;
			text.n--;
		}
		for (size_t i = 0; text.n > 0 && i < indent; i++)
			buf_add_byte(t->out, ' ');
		room = t->width - indent;
	}
}
