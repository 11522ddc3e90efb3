#include "table/shown.h"

#include "compat/columns.h"

/* One character of ${text} at ${at}, and its bytes in *${n}. */
static uint32_t
character(struct span text, size_t at, size_t *n)
{
	const unsigned char *p = (const unsigned char *)text.p + at;
	uint32_t c = p[0];

	*n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (*n > text.n - at)
		*n = text.n - at;
	if (c >= 0x80)
		c &= 0x7fU >> *n;
	for (size_t i = 1; i < *n; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

/* Its width, or -1 for one that is not to be shown. */
static int
width_of(uint32_t c)
{
	/* The marks, embeddings and isolates of UAX #9; line and paragraph
	 * separators. */
	if (c == 0x61c || c == 0x200e || c == 0x200f ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return -1;
	return compat_columns(c);
}

size_t
shown_width(struct span text)
{
	size_t width = 0, n;

	for (size_t i = 0; i < text.n; i += n) {
		int w = width_of(character(text, i, &n));

		width += w < 0 ? 1 : (size_t)w;
	}
	return width;
}

/* How many bytes of ${text} have at most ${max} columns. */
static size_t
fit(struct span text, size_t max)
{
	size_t width = 0, i = 0;

	while (i < text.n) {
		size_t n;
		int w = width_of(character(text, i, &n));

		width += w < 0 ? 1 : (size_t)w;
		if (width > max)
			break;
		i += n;
	}
	return i;
}

size_t
shown_put(struct buf *out, struct span text, size_t max)
{
	size_t bytes = fit(text, max), from = out->len, n;

	if (bytes < text.n)
		bytes = fit(text, max > 0 ? max - 1 : 0);
	for (size_t i = 0; i < bytes; i += n) {
		if (width_of(character(text, i, &n)) < 0)
			buf_add_byte(out, '?');
		else
			buf_add(out, text.p + i, n);
	}
	if (bytes < text.n)
		buf_add_text(out, "\xe2\x80\xa6");
	if (buf_failed(out))
		return 0;
	return shown_width((struct span){out->data + from, out->len - from});
}
