#include "crypto/ed25519.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct crypto_ed25519 {
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
	bool secret;
};

static struct crypto_ed25519 *
new_key(const uint8_t *p, bool secret)
{
	struct crypto_ed25519 *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->secret = secret;
	k->key = secret ? EVP_PKEY_new_raw_private_key(
			      EVP_PKEY_ED25519, NULL, p, CRYPTO_ED25519_KEY)
			: EVP_PKEY_new_raw_public_key(
			      EVP_PKEY_ED25519, NULL, p, CRYPTO_ED25519_KEY);
	k->ctx = EVP_MD_CTX_new();
	if (k->key == NULL || k->ctx == NULL) {
		crypto_ed25519_free(k);
		return NULL;
	}
	return k;
}

struct crypto_ed25519 *
crypto_ed25519_new_seed(const uint8_t seed[CRYPTO_ED25519_KEY])
{
	return new_key(seed, true);
}

struct crypto_ed25519 *
crypto_ed25519_new_public(const uint8_t key[CRYPTO_ED25519_KEY])
{
	return new_key(key, false);
}

void
crypto_ed25519_free(struct crypto_ed25519 *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	EVP_MD_CTX_free(k->ctx);
	free(k);
}

int
crypto_ed25519_public(
    const struct crypto_ed25519 *k, uint8_t key[CRYPTO_ED25519_KEY])
{
	size_t n = CRYPTO_ED25519_KEY;

	if (EVP_PKEY_get_raw_public_key(k->key, key, &n) != 1)
		return -1;
	return n == CRYPTO_ED25519_KEY ? 0 : -1;
}

int
crypto_ed25519_sign(const struct crypto_ed25519 *k, struct span text,
    uint8_t signature[CRYPTO_ED25519_SIGNATURE])
{
	size_t n = CRYPTO_ED25519_SIGNATURE;

	if (!k->secret || EVP_MD_CTX_reset(k->ctx) != 1 ||
	    EVP_DigestSignInit(k->ctx, NULL, NULL, NULL, k->key) != 1 ||
	    EVP_DigestSign(k->ctx, signature, &n, (const unsigned char *)text.p,
		text.n) != 1)
		return -1;
	return n == CRYPTO_ED25519_SIGNATURE ? 0 : -1;
}

int
crypto_ed25519_verify(const struct crypto_ed25519 *k, struct span text,
    const uint8_t signature[CRYPTO_ED25519_SIGNATURE])
{
	if (EVP_MD_CTX_reset(k->ctx) != 1 ||
	    EVP_DigestVerifyInit(k->ctx, NULL, NULL, NULL, k->key) != 1)
		return -1;
	ERR_clear_error();
	if (EVP_DigestVerify(k->ctx, signature, CRYPTO_ED25519_SIGNATURE,
		(const unsigned char *)text.p, text.n) == 1)
		return 1;
	return ERR_FATAL_ERROR(ERR_peek_error()) != 0 ? -1 : 0;
}
