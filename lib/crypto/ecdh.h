/*
 * crypto/ecdh: key agreement on P-256 (NIST SP 800-56A) and X25519 (RFC 7748).
 */
#ifndef CRYPTO_ECDH_H
#define CRYPTO_ECDH_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/outcome.h"

#define CRYPTO_ECDH_SIZE 32 /* of a coordinate, a private key, a secret */

enum crypto_curve {
	CRYPTO_P256,
	CRYPTO_X25519
};

/* A public key: both coordinates of P-256; for X25519 only x. */
struct crypto_point {
	enum crypto_curve curve;
	uint8_t x[CRYPTO_ECDH_SIZE];
	uint8_t y[CRYPTO_ECDH_SIZE];
};

struct crypto_ecdh;

/* Make *${k} from its public half and, unless ${d} is NULL, its private one.
 * CRYPTO_WRONG: the point is not on the curve, or the halves do not belong
 * together.  Unless CRYPTO_GOOD, *${k} is NULL.  free wipes; free(NULL) is a
 * no-op. */
enum crypto_outcome crypto_ecdh_read(struct crypto_ecdh **k,
    const struct crypto_point *p, const uint8_t d[CRYPTO_ECDH_SIZE]);

/* A new key of random bytes.  NULL when the library fails. */
struct crypto_ecdh *crypto_ecdh_generate(enum crypto_curve curve);
void crypto_ecdh_free(struct crypto_ecdh *k);

/* Get its public half; its private half.  Return 0, or -1 if there is none. */
int crypto_ecdh_public(const struct crypto_ecdh *k, struct crypto_point *p);
int crypto_ecdh_private(
    const struct crypto_ecdh *k, uint8_t d[CRYPTO_ECDH_SIZE]);

/* The secret that ${mine}, with its private half, and ${other} share.
 * CRYPTO_WRONG: the curves differ, or the result would be zero. */
enum crypto_outcome crypto_ecdh_agree(const struct crypto_ecdh *mine,
    const struct crypto_ecdh *other, uint8_t z[CRYPTO_ECDH_SIZE]);

#endif
