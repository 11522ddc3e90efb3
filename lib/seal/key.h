/*
 * seal/key: one JSON Web Key; private to lib/seal.
 */
#ifndef SEAL_KEY_H
#define SEAL_KEY_H

#include "crypto/aes.h"
#include "crypto/ecdh.h"
#include "seal/seal.h"
#include "json/json.h"

/* What a shared key may be used for. */
enum seal_use {
	SEAL_USE_ANY,   /* "alg" is missing, or "dir" */
	SEAL_USE_WRAP,  /* "A256KW" */
	SEAL_USE_DIRECT /* "A256GCM": the content key itself; only opens */
};

struct seal_key {
	char kid[SEAL_KID_MAX + 1];
	bool shared;
	bool private;             /* shared, or with its private half */
	struct crypto_ecdh *ecdh; /* unless shared */
	struct crypto_point point;
	uint8_t secret[CRYPTO_AES_KEY]; /* shared */
	enum seal_use use;
};

struct seal_keys {
	struct seal_key key[SEAL_KEYS_MAX];
	size_t count;
};

/* Read the JWK ${text}.  Return 0; or -1 with ${err}, or 1 with ${err} if it is
 * not for encryption.  Call seal_key_release, which wipes ${key}, in any
 * case. */
int seal_key_read(struct seal_key *key, struct span text, struct err *err);
void seal_key_release(struct seal_key *key);

/* Append the public JWK of ${p}, without a newline; with "kid" unless ${kid} is
 * NULL, and with "d" unless ${d} is NULL. */
void seal_key_write(struct buf *out, const struct crypto_point *p,
    const uint8_t *d, const char *kid);

/* The name of a curve in JWKs. */
const char *seal_curve_name(enum crypto_curve curve);

/* Read a point from the JWK in ${ix}.  Return 0; or -1 with ${err}. */
int seal_point_read(
    const struct json_index *ix, struct crypto_point *p, struct err *err);

/* Find the string member ${name} of ${ix}.  If it has escapes, an unescaped
 * copy is appended to ${room}.  p is NULL if there is none.  Return 0; or -1
 * with ${err} if it is not a string. */
int seal_text(const struct json_index *ix, const char *name, struct buf *room,
    struct span *text, struct err *err);

/* Read ${n} bytes of base64url.  Return 0, or -1. */
int seal_bytes(struct span text, uint8_t *p, size_t n);

/* The "info" with which HKDF derives content keys. */
#define SEAL_HKDF_INFO "vitals-seal A256GCM"
#define SEAL_SALT 32

#endif
