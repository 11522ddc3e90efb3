#include "crypto/base64.h"

#include <stdint.h>

static const char letters[2][64] = {
    {'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c',
	'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q',
	'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4',
	'5', '6', '7', '8', '9', '+', '/'},
    {'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c',
	'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q',
	'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4',
	'5', '6', '7', '8', '9', '-', '_'},
};

/* The value of a letter, or 64 and more. */
static unsigned
value_of(enum crypto_base64 kind, char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == letters[kind][62])
		return 62;
	return c == letters[kind][63] ? 63 : 64;
}

size_t
crypto_base64_length(enum crypto_base64 kind, size_t n)
{
	if (kind == CRYPTO_BASE64)
		return (n + 2) / 3 * 4;
	return n / 3 * 4 + (n % 3 == 0 ? 0 : n % 3 + 1);
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
		for (int i = 0; i < 4; i++) {
			v[i] = value_of(kind, p[i]);
			bad |= v[i];
		}
		*q++ = (uint8_t)(v[0] << 2 | v[1] >> 4);
		*q++ = (uint8_t)(v[1] << 4 | v[2] >> 2);
		*q++ = (uint8_t)(v[2] << 6 | v[3]);
	}
	if (n > 0) {
		v[2] = 0;
		for (size_t i = 0; i < n; i++) {
			v[i] = value_of(kind, p[i]);
			bad |= v[i];
		}
		*q++ = (uint8_t)(v[0] << 2 | v[1] >> 4);
		if (n == 3)
			*q++ = (uint8_t)(v[1] << 4 | v[2] >> 2);
		/* What is left over of the last letter must be zero. */
		if (n == 2 ? (v[1] & 15) != 0 : (v[2] & 3) != 0)
			bad |= 64;
	}
	if ((bad & 64) != 0) {
		out->len = before;
		return -1;
	}
	out->len = (size_t)(q - (uint8_t *)out->data);
	return 0;
}
