#include "crypto/aes.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "compat/wipe.h"

struct crypto_gcm {
	EVP_CIPHER_CTX *seal;
	EVP_CIPHER_CTX *open;
};

static EVP_CIPHER_CTX *
keyed(const uint8_t *key, int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (ctx != NULL &&
	    EVP_CipherInit_ex(
		ctx, EVP_aes_256_gcm(), NULL, key, NULL, encrypt) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

struct crypto_gcm *
crypto_gcm_new(const uint8_t key[CRYPTO_AES_KEY])
{
	struct crypto_gcm *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->seal = keyed(key, 1);
	g->open = keyed(key, 0);
	if (g->seal == NULL || g->open == NULL) {
		crypto_gcm_free(g);
		return NULL;
	}
	return g;
}

void
crypto_gcm_free(struct crypto_gcm *g)
{
	if (g == NULL)
		return;
	EVP_CIPHER_CTX_free(g->seal);
	EVP_CIPHER_CTX_free(g->open);
	free(g);
}

/* Set the nonce, authenticate ${aad}, encrypt or decrypt ${text}. */
static int
convert(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct span aad,
    struct span text, void *out)
{
	int n = 0;

	if (aad.n > INT_MAX || text.n > INT_MAX ||
	    EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, -1) != 1)
		return -1;
	if (aad.n > 0 &&
	    EVP_CipherUpdate(
		ctx, NULL, &n, (const unsigned char *)aad.p, (int)aad.n) != 1)
		return -1;
	if (text.n > 0 &&
	    (EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)text.p,
		 (int)text.n) != 1 ||
		(size_t)n != text.n))
		return -1;
	return 0;
}

int
crypto_gcm_seal(struct crypto_gcm *g, const uint8_t nonce[CRYPTO_GCM_NONCE],
    struct span aad, struct span text, void *out, uint8_t tag[CRYPTO_GCM_TAG])
{
	unsigned char none[16];
	int n;

	if (convert(g->seal, nonce, aad, text, out) != 0 ||
	    EVP_CipherFinal_ex(g->seal, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		g->seal, EVP_CTRL_AEAD_GET_TAG, CRYPTO_GCM_TAG, tag) != 1)
		return -1;
	return 0;
}

enum crypto_outcome
crypto_gcm_open(struct crypto_gcm *g, const uint8_t nonce[CRYPTO_GCM_NONCE],
    struct span aad, struct span text, void *out,
    const uint8_t tag[CRYPTO_GCM_TAG])
{
	enum crypto_outcome outcome = CRYPTO_FAILED;
	unsigned char none[16], copy[CRYPTO_GCM_TAG];
	int n;

	memcpy(copy, tag, sizeof(copy));
	ERR_clear_error();
	if (convert(g->open, nonce, aad, text, out) == 0 &&
	    EVP_CIPHER_CTX_ctrl(
		g->open, EVP_CTRL_AEAD_SET_TAG, CRYPTO_GCM_TAG, copy) == 1)
		outcome = EVP_CipherFinal_ex(g->open, none, &n) == 1
		    ? CRYPTO_GOOD
		    : crypto_outcome_of_failure();
	if (outcome != CRYPTO_GOOD)
		compat_wipe(out, text.n);
	return outcome;
}

/* Key wrap in either direction, ${n} bytes to ${want}. */
static enum crypto_outcome
wrap(const uint8_t *kek, int encrypt, const uint8_t *in, int n, uint8_t *out,
    int want)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char room[CRYPTO_WRAPPED + 16];
	enum crypto_outcome outcome = CRYPTO_FAILED;
	int got = 0;

	if (ctx == NULL)
		return CRYPTO_FAILED;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ERR_clear_error();
	if (EVP_CipherInit_ex(
		ctx, EVP_aes_256_wrap(), NULL, kek, NULL, encrypt) != 1)
		goto out;
	if (EVP_CipherUpdate(ctx, room, &got, in, n) == 1 && got == want) {
		memcpy(out, room, (size_t)want);
		outcome = CRYPTO_GOOD;
	} else {
		outcome = crypto_outcome_of_failure();
	}
out:
	compat_wipe(room, sizeof(room));
	EVP_CIPHER_CTX_free(ctx);
	return outcome;
}

int
crypto_wrap(const uint8_t kek[CRYPTO_AES_KEY],
    const uint8_t key[CRYPTO_AES_KEY], uint8_t wrapped[CRYPTO_WRAPPED])
{
	return wrap(kek, 1, key, CRYPTO_AES_KEY, wrapped, CRYPTO_WRAPPED) ==
		CRYPTO_GOOD
	    ? 0
	    : -1;
}

enum crypto_outcome
crypto_unwrap(const uint8_t kek[CRYPTO_AES_KEY],
    const uint8_t wrapped[CRYPTO_WRAPPED], uint8_t key[CRYPTO_AES_KEY])
{
	return wrap(kek, 0, wrapped, CRYPTO_WRAPPED, key, CRYPTO_AES_KEY);
}
