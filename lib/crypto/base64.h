/*
 * crypto/base64: base64 and base64url (RFC 4648 sections 4 and 5).
 *
 * Base64 is written and read with padding, base64url without.  Reading is
 * strict, so that each value has one encoding: no white space, no other
 * characters, no missing or superfluous padding, no bits after the last byte.
 */
#ifndef CRYPTO_BASE64_H
#define CRYPTO_BASE64_H

#include "buf/buf.h"

enum crypto_base64 {
	CRYPTO_BASE64,
	CRYPTO_BASE64URL
};

/* Return how many characters encode ${n} bytes. */
size_t crypto_base64_length(enum crypto_base64 kind, size_t n);

/* Append the encoding of ${bytes} to ${out}. */
void crypto_base64_encode(
    enum crypto_base64 kind, struct span bytes, struct buf *out);

/* Append the bytes that ${text} encodes to ${out}.  Return 0; or -1 with
 * nothing appended: ${text} is not strictly base64, or memory ran out (see
 * buf_failed). */
int crypto_base64_decode(
    enum crypto_base64 kind, struct span text, struct buf *out);

#endif
