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

/* Write code point ${u} in UTF-8 at ${q}; return the end. */
static char *
put_code_point(char *q, unsigned u)
{
	if (u < 0x80) {
		*q++ = (char)u;
	} else if (u < 0x800) {
		*q++ = (char)(0xc0 | u >> 6);
		*q++ = (char)(0x80 | (u & 0x3f));
	} else if (u < 0x10000) {
		*q++ = (char)(0xe0 | u >> 12);
		*q++ = (char)(0x80 | (u >> 6 & 0x3f));
		*q++ = (char)(0x80 | (u & 0x3f));
	} else {
		*q++ = (char)(0xf0 | u >> 18);
		*q++ = (char)(0x80 | (u >> 12 & 0x3f));
		*q++ = (char)(0x80 | (u >> 6 & 0x3f));
		*q++ = (char)(0x80 | (u & 0x3f));
	}
	return q;
}

/* Decode the escape at ${*p} to ${q} and skip it; return the end of the
 * output. */
static char *
put_escape(char *q, const char **p)
{
	const char *at = *p;
	unsigned u;

	*p += 2;
	switch (at[1]) {
	case 'b':
		*q = '\b';
		return q + 1;
	case 'f':
		*q = '\f';
		return q + 1;
	case 'n':
		*q = '\n';
		return q + 1;
	case 'r':
		*q = '\r';
		return q + 1;
	case 't':
		*q = '\t';
		return q + 1;
	case 'u':
		break;
	default:
		*q = at[1];
		return q + 1;
	}
	u = hex(at + 2);
	*p = at + 6;
	if (u >= 0xd800 && u <= 0xdbff) {
		u = 0x10000 + ((u - 0xd800) << 10) + (hex(at + 8) - 0xdc00);
		*p = at + 12;
	}
	return put_code_point(q, u);
}

/* How many of the eight bytes at ${p} precede the first backslash. */
static size_t
plain(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = 0x0101010101010101ULL;
	uint64_t x, mask;

	memcpy(&x, p, 8);
	x ^= ones * '\\';
	/* A borrow can mark a wrong byte only above a correct one. */
	mask = (x - ones) & ~x & (ones << 7);
	return mask == 0 ? 8 : (size_t)__builtin_ctzll(mask) / 8;
#else
	size_t n = 0;

	while (n < 8 && p[n] != '\\')
		n++;
	return n;
#endif
}

void
json_unescape(struct span raw, struct buf *out)
{
	const char *p = raw.p, *end = raw.p + raw.n;
	char *q;

	/* Unescaping never makes a string longer. */
	if (raw.n == 0 || buf_reserve(out, raw.n) != 0)
		return;
	q = out->data + out->len;
	while (end - p >= 8) {
		size_t n = plain(p);

		/* The remaining room is at least the remaining text. */
		memcpy(q, p, 8);
		p += n;
		q += n;
		if (n < 8)
			q = put_escape(q, &p);
	}
	while (p < end) {
		if (*p == '\\')
			q = put_escape(q, &p);
		else
			*q++ = *p++;
	}
	out->len = (size_t)(q - out->data);
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

	/* strtod needs a terminating NUL, and a number may have any length. */
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
		v = v * 10 - d; /* negative: -INT64_MIN would overflow */
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
