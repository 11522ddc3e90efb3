/*
 * crypto/ed25519: signatures of RFC 8032.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"

#define CRYPTO_ED25519_KEY 32 /* a seed or a public key */
#define CRYPTO_ED25519_SIGNATURE 64

struct crypto_ed25519;

/* A key from the 32 bytes of its seed (it can sign and verify) or of its public
 * half (it can verify).  NULL if the library refuses it or memory ran out. free
 * wipes; free(NULL) does nothing. */
struct crypto_ed25519 *crypto_ed25519_new_seed(
    const uint8_t seed[CRYPTO_ED25519_KEY]);
struct crypto_ed25519 *crypto_ed25519_new_public(
    const uint8_t key[CRYPTO_ED25519_KEY]);
void crypto_ed25519_free(struct crypto_ed25519 *k);

/* Get its public half.  Return 0, or -1 when the library fails. */
int crypto_ed25519_public(
    const struct crypto_ed25519 *k, uint8_t key[CRYPTO_ED25519_KEY]);

/* Sign ${text}.  Return 0, or -1; always -1 for a public key. */
int crypto_ed25519_sign(const struct crypto_ed25519 *k, struct span text,
    uint8_t signature[CRYPTO_ED25519_SIGNATURE]);

/* Does ${signature} belong to ${text}?  Return 1 or 0; or -1 when the library
 * failed, which says nothing about the signature. */
int crypto_ed25519_verify(const struct crypto_ed25519 *k, struct span text,
    const uint8_t signature[CRYPTO_ED25519_SIGNATURE]);

#endif
