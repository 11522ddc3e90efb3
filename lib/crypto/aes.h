/*
 * crypto/aes: AES-256-GCM (NIST SP 800-38D) and AES-256 key wrap (RFC 3394).
 */
#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H

#include <stdint.h>

#include "buf/buf.h"
#include "crypto/outcome.h"

#define CRYPTO_AES_KEY 32
#define CRYPTO_GCM_NONCE 12
#define CRYPTO_GCM_TAG 16
#define CRYPTO_WRAPPED (CRYPTO_AES_KEY + 8)

struct crypto_gcm;

/* A key, set up once for any number of texts; NULL if out of memory.  free wipes;
 * free(NULL) does nothing. */
struct crypto_gcm *crypto_gcm_new(const uint8_t key[CRYPTO_AES_KEY]);
void crypto_gcm_free(struct crypto_gcm *g);

/* Encrypt ${text} to as many bytes at ${out}; the tag also authenticates
 * ${aad}. A nonce must never be used twice with the same key.  Return 0, or -1
 * when the library fails. */
int crypto_gcm_seal(struct crypto_gcm *g, const uint8_t nonce[CRYPTO_GCM_NONCE],
    struct span aad, struct span text, void *out, uint8_t tag[CRYPTO_GCM_TAG]);

/* Decrypt ${text} to as many bytes at ${out}.  CRYPTO_WRONG: the tag does not
 * match.  Unless CRYPTO_GOOD, ${out} holds nothing of the text. */
enum crypto_outcome crypto_gcm_open(struct crypto_gcm *g,
    const uint8_t nonce[CRYPTO_GCM_NONCE], struct span aad, struct span text,
    void *out, const uint8_t tag[CRYPTO_GCM_TAG]);

/* Wrap ${key} with ${kek}.  Return 0, or -1 when the library fails. */
int crypto_wrap(const uint8_t kek[CRYPTO_AES_KEY],
    const uint8_t key[CRYPTO_AES_KEY], uint8_t wrapped[CRYPTO_WRAPPED]);

/* Unwrap it.  CRYPTO_WRONG: ${wrapped} was not made with ${kek}. */
enum crypto_outcome crypto_unwrap(const uint8_t kek[CRYPTO_AES_KEY],
    const uint8_t wrapped[CRYPTO_WRAPPED], uint8_t key[CRYPTO_AES_KEY]);

#endif
