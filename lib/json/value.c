#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "json/json.h"

static unsigned
hex(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		v = v * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static void
add_code_point(struct buf *out, unsigned u)
{
	char c[4];
	size_t n = 0;

	if (u < 0x80) {
		c[n++] = (char)u;
	} else if (u < 0x800) {
		c[n++] = (char)(0xc0 | u >> 6);
		c[n++] = (char)(0x80 | (u & 0x3f));
	} else if (u < 0x10000) {
		c[n++] = (char)(0xe0 | u >> 12);
		c[n++] = (char)(0x80 | (u >> 6 & 0x3f));
		c[n++] = (char)(0x80 | (u & 0x3f));
	} else {
		c[n++] = (char)(0xf0 | u >> 18);
		c[n++] = (char)(0x80 | (u >> 12 & 0x3f));
		c[n++] = (char)(0x80 | (u >> 6 & 0x3f));
		c[n++] = (char)(0x80 | (u & 0x3f));
	}
	buf_add(out, c, n);
}

/* Append what the escape at ${p} stands for; return its length. */
static size_t
add_escape(struct buf *out, const char *p)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at;
	unsigned u;

	if (p[1] != 'u') {
		at = strchr(from, p[1]);
		buf_add_byte(out, at != NULL ? to[at - from] : p[1]);
		return 2;
	}
	u = hex(p + 2);
	if (u < 0xd800 || u > 0xdbff) {
		add_code_point(out, u);
		return 6;
	}
	u = 0x10000 + ((u - 0xd800) << 10) + (hex(p + 8) - 0xdc00);
	add_code_point(out, u);
	return 12;
}

void
json_unescape(struct span raw, struct buf *out)
{
	const char *p = raw.p, *end = raw.p + raw.n;

	while (p < end) {
		const char *q = memchr(p, '\\', (size_t)(end - p));

		if (q == NULL)
			q = end;
		buf_add(out, p, (size_t)(q - p));
		p = q;
		if (p < end)
			p += add_escape(out, p);
	}
}

bool
json_string_is(struct span raw, bool escaped, struct span text)
{
	struct buf b;
	bool same;

	if (!escaped)
		return raw.n == text.n && memcmp(raw.p, text.p, raw.n) == 0;
	buf_init(&b);
	json_unescape(raw, &b);
	same = !buf_failed(&b) && b.len == text.n &&
	    memcmp(b.data, text.p, b.len) == 0;
	buf_release(&b);
	return same;
}

/* A number of at most 15 characters without an exponent: digits and power of
 * ten are doubles without error, so that their quotient
 * is the nearest double (Clinger 1990). */
static bool
plain_number(struct span text, double *value)
{
	static const double ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	bool negative = text.n > 0 && text.p[0] == '-';
	size_t i = negative, point = text.n;
	int64_t digits = 0;

	if (text.n > 15 || i == text.n)
		return false;
	for (; i < text.n; i++) {
		char c = text.p[i];

		if (c == '.' && point == text.n && i + 1 < text.n)
			point = i;
		else if (c >= '0' && c <= '9')
			digits = digits * 10 + (c - '0');
		else
			return false;
	}
	*value = (double)digits;
	if (point < text.n)
		*value /= ten[text.n - point - 1];
	if (negative)
		*value = -*value;
	return true;
}

int
json_number(struct span text, double *value)
{
	char copy[64], *end;
	char *heap = NULL, *p = copy;

	if (plain_number(text, value))
		return 0;

	/* strtod wants a 0 byte at the end; a number may be of any length. */
	if (text.n >= sizeof(copy)) {
		heap = malloc(text.n + 1);
		if (heap == NULL)
			return -1;
		p = heap;
	}
	memcpy(p, text.p, text.n);
	p[text.n] = '\0';
	*value = strtod(p, &end);
	if (end != p + text.n || text.n == 0)
		*value = (double)NAN;
	free(heap);
	return isfinite(*value) ? 0 : -1;
}

int
json_integer(struct span text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = text.n > 0 && text.p[0] == '-';
	int64_t v = 0;
	size_t i = negative;

	if (i == text.n)
		return -1;
	for (; i < text.n; i++) {
		int d = text.p[i] - '0';

		if (d < 0 || d > 9 || v < (INT64_MIN + d) / 10)
			return -1;
		v = v * 10 - d; /* downwards: INT64_MIN has no positive */
	}
	if (!negative) {
		if (v == INT64_MIN)
			return -1;
		v = -v;
	}
	if (v < min || v > max)
		return -1;
	*value = v;
	return 0;
}
