#include "sign/scheme.h"

enum sign_key_kind
sign_key_kind(const struct sign_keys *k, size_t i)
{
	return k->key[i].algorithm == SIGN_ED25519 ? SIGN_NEW_ED25519
						   : SIGN_NEW_HMAC;
}

size_t
sign_key_size(const struct sign_keys *k, size_t i)
{
	return k->key[i].size;
}

int
sign_bytes(
    struct sign_keys *k, size_t i, struct span text, struct buf *signature)
{
	const struct sign_key *key = &k->key[i];
	uint8_t bytes[CRYPTO_ED25519_SIGNATURE];
	size_t n = CRYPTO_SHA256_SIZE;
	int rc;

	if (key->algorithm == SIGN_ED25519) {
		n = CRYPTO_ED25519_SIGNATURE;
		rc = crypto_ed25519_sign(key->ed, text, bytes);
	} else {
		rc = crypto_hmac(key->hmac, &text, 1, bytes);
	}
	if (rc == 0)
		buf_add(signature, bytes, n);
	return rc == 0 && !buf_failed(signature) ? 0 : -1;
}

int
sign_bytes_check(
    struct sign_keys *k, size_t i, struct span text, struct span signature)
{
	const struct sign_key *key = &k->key[i];
	uint8_t tag[CRYPTO_SHA256_SIZE];

	if (key->algorithm == SIGN_ED25519)
		return signature.n != CRYPTO_ED25519_SIGNATURE
		    ? 0
		    : crypto_ed25519_verify(
			  key->ed, text, (const uint8_t *)signature.p);
	if (signature.n != sizeof(tag))
		return 0;
	if (crypto_hmac(key->hmac, &text, 1, tag) != 0)
		return -1;
	return crypto_equal(tag, signature.p, sizeof(tag)) ? 1 : 0;
}
