/*
 * crypto/digest: SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 2104) and the
 * comparison that goes with them.  No header of lib/crypto shows OpenSSL's
 * types.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

#define CRYPTO_SHA1_SIZE 20
#define CRYPTO_SHA256_SIZE 32
#define CRYPTO_SHA512_SIZE 64

/* Hash ${n} bytes at ${p} at once.  Return 0, or -1 when the library fails,
 * which is only known to happen without memory. */
int crypto_sha256(const void *p, size_t n, uint8_t digest[CRYPTO_SHA256_SIZE]);
int crypto_sha512(const void *p, size_t n, uint8_t digest[CRYPTO_SHA512_SIZE]);

/* SHA-1 proves nothing any more: it is for the WebSocket handshake (RFC 6455),
 * which only wants an answer that no other protocol gives. */
int crypto_sha1(const void *p, size_t n, uint8_t digest[CRYPTO_SHA1_SIZE]);

/* Hash piece by piece: new, add…, end, free.  After end, add starts a new text.
 * new returns NULL if out of memory; free(NULL) does nothing.
 * add and end return 0, or -1 when the library fails. */
struct crypto_hash;
struct crypto_hash *crypto_hash_new(void);
int crypto_hash_add(struct crypto_hash *h, const void *p, size_t n);
int crypto_hash_end(struct crypto_hash *h, uint8_t digest[CRYPTO_SHA256_SIZE]);
void crypto_hash_free(struct crypto_hash *h);

/* HMAC-SHA256 with a key, set up once for any number of messages. */
struct crypto_hmac;

/* A context for ${key}, which is copied; NULL if out of memory.  free wipes;
 * free(NULL) does nothing. */
struct crypto_hmac *crypto_hmac_new(struct span key);
void crypto_hmac_free(struct crypto_hmac *h);

/* Compute the tag of the ${parts} pieces at ${part}, one after the other.
 * Return 0, or -1 when the library fails. */
int crypto_hmac(struct crypto_hmac *h, const struct span *part, size_t parts,
    uint8_t tag[CRYPTO_SHA256_SIZE]);

/* Are the ${n} bytes equal?  Takes the same time wherever they differ. */
bool crypto_equal(const void *a, const void *b, size_t n);

/* Append ${n} bytes in lower-case hexadecimal. */
void crypto_hex(struct buf *out, const void *p, size_t n);

#endif
