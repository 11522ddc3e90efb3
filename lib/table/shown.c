#include "table/shown.h"

#include "buf/plain.h"
#include "compat/columns.h"

/* Take one character off ${text}, and return its width; -1: it is shown as '?'. */
static int
next_width(struct span *text)
{
	uint32_t c = plain_next(text);

	return c == '?' ? -1 : compat_columns(c);
}

size_t
shown_width(struct span text)
{
	size_t width = 0;

	while (text.n > 0) {
		int w = next_width(&text);

		width += w < 0 ? 1 : (size_t)w;
	}
	return width;
}

/* The start of ${text} that has at most ${max} columns. */
static struct span
fit(struct span text, size_t max)
{
	struct span left = text;
	size_t width = 0, n = 0;

	while (left.n > 0) {
		int w = next_width(&left);

		width += w < 0 ? 1 : (size_t)w;
		if (width > max)
			break;
		n = text.n - left.n;
	}
	return (struct span){text.p, n};
}

size_t
shown_put(struct buf *out, struct span text, size_t max)
{
	struct span part = fit(text, max);
	bool cut = part.n < text.n;
	size_t from = out->len;

	if (cut)
		part = fit(text, max > 0 ? max - 1 : 0);
	while (part.n > 0) {
		const char *start = part.p;

		if (next_width(&part) < 0)
			buf_add_byte(out, '?');
		else
			buf_add(out, start, (size_t)(part.p - start));
	}
	if (cut)
		buf_add_text(out, "\xe2\x80\xa6");
	if (buf_failed(out))
		return 0;
	return shown_width((struct span){out->data + from, out->len - from});
}
