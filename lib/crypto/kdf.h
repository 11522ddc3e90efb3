/*
 * crypto/kdf: key derivation.
 */
#ifndef CRYPTO_KDF_H
#define CRYPTO_KDF_H

#include <stdint.h>

#include "buf/buf.h"

/* HKDF with SHA-256 (RFC 5869): derive ${n} bytes, at most 8160, at ${out}.
 * Return 0, or -1 when the library fails. */
int crypto_hkdf(struct span key, struct span salt, struct span info,
    uint8_t *out, size_t n);

/* Concat KDF with SHA-256 (NIST SP 800-56A, as RFC 7518 section 4.6 uses it):
 * derive ${n} bytes, at most 32, from the shared secret ${z}; ${algorithm} is
 * the use of the key, ${apu} and ${apv} name the parties.  Return 0, or -1 when
 * the library fails. */
int crypto_concat_kdf(struct span z, struct span algorithm, struct span apu,
    struct span apv, uint8_t *out, size_t n);

#endif
