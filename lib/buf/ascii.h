/*
 * ascii: letters, digits and blanks as protocols define them, in any locale.
 */
#ifndef BUF_ASCII_H
#define BUF_ASCII_H

#include <stdint.h>

#include "buf/buf.h"

static inline char
ascii_lower(char c)
{
	static const char shift = 'a' - 'A';

	if (c >= 'A' && c <= 'Z')
		c = (char)(c + shift);
	return c;
}

/* Is ${s}, ignoring case, equal to ${text}, which is in lower case? */
static inline bool
ascii_same(struct span s, const char *text)
{
	size_t i = 0;

	while (i < s.n && text[i] != '\0' && ascii_lower(s.p[i]) == text[i])
		i++;
	return i == s.n && text[i] == '\0';
}

/* Are ${a} and ${b} equal, ignoring case? */
static inline bool
ascii_equal(struct span a, struct span b)
{
	size_t i = 0;

	if (a.n != b.n)
		return false;
	while (i < a.n && ascii_lower(a.p[i]) == ascii_lower(b.p[i]))
		i++;
	return i == a.n;
}

/* Does ${s}, ignoring case, start with ${text}, which is in lower case? */
static inline bool
ascii_starts(struct span s, const char *text)
{
	const size_t n = strlen(text);

	return s.n >= n && ascii_same((struct span){s.p, n}, text);
}

static inline bool
ascii_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ${s} without the blanks and tabs at its ends. */
static inline struct span
ascii_trim(struct span s)
{
	while (s.n > 0 && ascii_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && ascii_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Read ${s}, 1 to 18 decimal digits, as ${value}.  Return whether it is that. */
static inline bool
ascii_number(struct span s, uint64_t *value)
{
	uint64_t n = 0;

	if (s.n == 0 || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	*value = n;
	return true;
}

/* The value of a hexadecimal digit, or -1. */
static inline int
ascii_hex(char c)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Is ${s} a number of ${n} hexadecimal digits in lower case? */
static inline bool
ascii_is_hex(struct span s, size_t n)
{
	for (size_t i = 0; i < s.n; i++) {
		if (ascii_hex(s.p[i]) < 0 || ascii_lower(s.p[i]) != s.p[i])
			return false;
	}
	return s.n == n;
}

/* Is ${s} a token (RFC 9110, 5.6.2), such as a method or a header name? */
static inline bool
ascii_token(struct span s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.n > 0;
}

#endif
