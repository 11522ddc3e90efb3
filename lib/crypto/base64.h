/*
 * crypto/base64: base64 and base64url (RFC 4648 sections 4 and 5).
 *
 * Base64 is written and read with its padding, base64url without.  Reading
 * is strict: no white space, no foreign letter, no missing or superfluous
 * padding, no bits set behind the last byte: each value has one spelling.
 */
#ifndef CRYPTO_BASE64_H
#define CRYPTO_BASE64_H

#include "buf/buf.h"

enum crypto_base64 {
	CRYPTO_BASE64,
	CRYPTO_BASE64URL
};

/* How many letters ${n} bytes give. */
size_t crypto_base64_length(enum crypto_base64 kind, size_t n);

/* Append the letters of ${bytes} to ${out}. */
void crypto_base64_encode(
    enum crypto_base64 kind, struct span bytes, struct buf *out);

/* Append the bytes that ${text} spells to ${out}.  Return 0; or -1 where
 * ${text} is not strictly base64, with nothing appended (or without memory,
 * which buf_failed tells). */
int crypto_base64_decode(
    enum crypto_base64 kind, struct span text, struct buf *out);

#endif
