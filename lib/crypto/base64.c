#include "crypto/base64.h"

#include <stdint.h>

static const char letters[2][65] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

/* The value of each character plus 1; 0: not in the alphabet. */
#define COMMON                                                               \
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6,    \
	['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, \
	['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17,          \
	['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,          \
	['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,          \
	['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,          \
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37,          \
	['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,          \
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47,          \
	['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,          \
	['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57,          \
	['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62

static const uint8_t values[2][256] = {
    {COMMON, ['+'] = 63, ['/'] = 64},
    {COMMON, ['-'] = 63, ['_'] = 64},
};

size_t
crypto_base64_length(enum crypto_base64 kind, size_t n)
{
	if (kind == CRYPTO_BASE64)
		return (n + 2) / 3 * 4;
	return n / 3 * 4 + (n % 3 == 0 ? 0 : n % 3 + 1);
}

/* Eight bytes as a big-endian number. */
static uint64_t
load_big(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 |
	    (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 |
	    (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
}

void
crypto_base64_encode(
    enum crypto_base64 kind, struct span bytes, struct buf *out)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	const char *letter = letters[kind];
	size_t n = bytes.n;
	char *q;

	if (n == 0 || buf_reserve(out, crypto_base64_length(kind, n)) != 0)
		return;
	q = out->data + out->len;
	for (; n >= 8; n -= 6, p += 6) {
		uint64_t x = load_big(p);

		q[0] = letter[x >> 58];
		q[1] = letter[x >> 52 & 63];
		q[2] = letter[x >> 46 & 63];
		q[3] = letter[x >> 40 & 63];
		q[4] = letter[x >> 34 & 63];
		q[5] = letter[x >> 28 & 63];
		q[6] = letter[x >> 22 & 63];
		q[7] = letter[x >> 16 & 63];
		q += 8;
	}
	for (; n >= 3; n -= 3, p += 3) {
		uint32_t x = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

		*q++ = letter[x >> 18];
		*q++ = letter[x >> 12 & 63];
		*q++ = letter[x >> 6 & 63];
		*q++ = letter[x & 63];
	}
	if (n > 0) {
		uint32_t x =
		    (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0);

		*q++ = letter[x >> 18];
		*q++ = letter[x >> 12 & 63];
		if (n > 1)
			*q++ = letter[x >> 6 & 63];
		for (size_t i = n; kind == CRYPTO_BASE64 && i < 3; i++)
			*q++ = '=';
	}
	out->len = (size_t)(q - out->data);
}

int
crypto_base64_decode(enum crypto_base64 kind, struct span text, struct buf *out)
{
	const char *p = text.p;
	size_t n = text.n, before = out->len;
	const uint8_t *value = values[kind];
	unsigned v[4] = {0}, bad = 0;
	uint8_t *q;

	if (kind == CRYPTO_BASE64) {
		if (n % 4 != 0)
			return -1;
		if (n > 0 && p[n - 1] == '=')
			n -= p[n - 2] == '=' ? 2 : 1;
	}
	if (n % 4 == 1 || buf_reserve(out, n / 4 * 3 + 3) != 0)
		return -1;
	q = (uint8_t *)out->data + out->len;
	for (; n >= 4; n -= 4, p += 4) {
		/* A character that is not in the alphabet gives a number beyond
		 * 63. */
		uint32_t a = value[(unsigned char)p[0]] - 1U;
		uint32_t b = value[(unsigned char)p[1]] - 1U;
		uint32_t c = value[(unsigned char)p[2]] - 1U;
		uint32_t d = value[(unsigned char)p[3]] - 1U;

		bad |= a | b | c | d;
		q[0] = (uint8_t)(a << 2 | b >> 4);
		q[1] = (uint8_t)(b << 4 | c >> 2);
		q[2] = (uint8_t)(c << 6 | d);
		q += 3;
	}
	if (n > 0) {
		for (size_t i = 0; i < n; i++) {
			v[i] = value[(unsigned char)p[i]] - 1U;
			bad |= v[i];
		}
		*q++ = (uint8_t)(v[0] << 2 | v[1] >> 4);
		if (n == 3)
			*q++ = (uint8_t)(v[1] << 4 | v[2] >> 2);
		/* The unused bits of the last character must be zero. */
		if (n == 2 ? (v[1] & 15) != 0 : (v[2] & 3) != 0)
			bad |= 64;
	}
	if (bad > 63) {
		out->len = before;
		return -1;
	}
	out->len = (size_t)(q - (uint8_t *)out->data);
	return 0;
}
