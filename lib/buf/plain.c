#include "buf/plain.h"

struct range {
	uint32_t first, last;
};

/* Never shown.  The last rows are no characters, or only tags; XML does not have
 * some of them. */
static const struct range hidden[] = {
    {0, 0x1f},
    {0x7f, 0x9f},
    {0x61c, 0x61c},
    {0x200e, 0x200f},
    {0x2028, 0x202e},
    {0x2066, 0x2069},
    {0xd800, 0xdfff},
    {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},
    {0xfffe, 0xffff},
    {0xe0000, 0xe007f},
};

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

uint32_t
plain_next(struct span *text)
{
	/* The least character of each length: shorter ones are overlong. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)text->p;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fU >> n);
	size_t i = 1;

	while (i < n && i < text->n && (p[i] & 0xc0) == 0x80)
		c = c << 6 | (p[i++] & 0x3fU);
	text->p += i;
	text->n -= i;
	if (i < n || c < least[n] || c > 0x10ffff || is_hidden(c) ||
	    p[0] > 0xf4 || (p[0] >= 0x80 && p[0] < 0xc0))
		return '?';
	return c;
}

void
plain_put(struct buf *out, struct span text)
{
	while (text.n > 0) {
		const char *start = text.p;

		if (plain_next(&text) == '?')
			buf_add_byte(out, '?');
		else
			buf_add(out, start, (size_t)(text.p - start));
	}
}

void
plain_make(char *text)
{
	struct span left = span_of(text);
	char *end = text;

	while (left.n > 0) {
		const char *start = left.p;

		if (plain_next(&left) == '?') {
			*end++ = '?';
			continue;
		}
		while (start < left.p)
			*end++ = *start++;
	}
	*end = '\0';
}
