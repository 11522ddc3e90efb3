/*
 * seal/content: a content key that is wrapped for its recipients, and its
 * nonces; private to lib/seal.
 */
#ifndef SEAL_CONTENT_H
#define SEAL_CONTENT_H

#include "crypto/aes.h"
#include "seal/key.h"

/* All zero: no key yet. */
struct seal_content {
	struct crypto_gcm *gcm;
	uint32_t counter[3]; /* of the next nonce */
	/* Compact: "HEADER.KEY." before the nonce; JSON: all before "iv". */
	struct buf head;
	/* The header in base64url, which GCM authenticates. */
	struct buf protected;
};

void seal_content_release(struct seal_content *c);

/* Make a new key for content of media ${type} and wrap it for ${keys}: compact
 * form for one, JSON for several.  Return 0; or -1 with ${err}. */
int seal_content_start(struct seal_content *c, const struct seal_keys *keys,
    struct span type, struct err *err);

/* The next nonce.  No nonce repeats under a key. */
void seal_content_nonce(
    struct seal_content *c, uint8_t nonce[CRYPTO_GCM_NONCE]);

void seal_put_base64url(struct buf *out, const void *p, size_t n);

#endif
