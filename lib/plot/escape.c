#include "plot/escape.h"

#include "buf/plain.h"

struct range {
	uint32_t first, last;
};

/* Without a width: combining marks, joiners and variation selectors. */
static const struct range narrow[] = {
    {0x300, 0x36f},
    {0x483, 0x489},
    {0x591, 0x5bd},
    {0x610, 0x61a},
    {0x64b, 0x65f},
    {0x93c, 0x93c},
    {0x94d, 0x94d},
    {0xe31, 0xe31},
    {0xe34, 0xe3a},
    {0xe47, 0xe4e},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200d},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
};

/* Of two columns: Hangul, CJK, kana, full-width forms, and emoji. */
static const struct range wide[] = {
    {0x1100, 0x115f},
    {0x2e80, 0x303e},
    {0x3041, 0xa4cf},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff00, 0xff60},
    {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f},
    {0x1f900, 0x1f9ff},
    {0x20000, 0x3fffd},
};

#define IN(table, c) is_in((table), sizeof(table) / sizeof((table)[0]), (c))

static bool
is_in(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

static size_t
columns_of(uint32_t c)
{
	if (c < 0x300)
		return 1;
	if (IN(narrow, c))
		return 0;
	return IN(wide, c) ? 2 : 1;
}

void
plot_escape_xml(struct buf *out, struct span text)
{
	while (text.n > 0) {
		const char *start = text.p;
		uint32_t c = plain_next(&text);

		switch (c) {
		case '&':
			buf_add_text(out, "&amp;");
			break;
		case '<':
			buf_add_text(out, "&lt;");
			break;
		case '>':
			buf_add_text(out, "&gt;");
			break;
		case '"':
			buf_add_text(out, "&quot;");
			break;
		case '\'':
			buf_add_text(out, "&#39;");
			break;
		case '?':
			buf_add_byte(out, '?');
			break;
		default:
			buf_add(out, start, (size_t)(text.p - start));
		}
	}
}

size_t
plot_escape_columns(struct span text)
{
	size_t n = 0;

	while (text.n > 0)
		n += columns_of(plain_next(&text));
	return n;
}

/* The columns that ${text} takes on the terminal. */
static size_t
shown_columns(struct span text, bool ascii)
{
	size_t n = 0;

	while (text.n > 0) {
		uint32_t c = plain_next(&text);

		n += ascii && c >= 0x80 ? 1 : columns_of(c);
	}
	return n;
}

size_t
plot_escape_terminal(
    struct buf *out, struct span text, size_t columns, bool ascii)
{
	const char *more = ascii ? "..." : "…";
	size_t dots = ascii ? 3 : 1, room = columns, used = 0;
	bool cut = shown_columns(text, ascii) > columns;

	if (cut)
		room = columns > dots ? columns - dots : 0;
	while (text.n > 0) {
		const char *start = text.p;
		uint32_t c = plain_next(&text);
		size_t w = ascii && c >= 0x80 ? 1 : columns_of(c);

		if (used + w > room)
			break;
		if (c == '?' || (ascii && c >= 0x80))
			buf_add_byte(out, '?');
		else
			buf_add(out, start, (size_t)(text.p - start));
		used += w;
	}
	if (cut && columns >= dots) {
		buf_add_text(out, more);
		used += dots;
	}
	return used;
}
