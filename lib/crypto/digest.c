#include "crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

int
crypto_sha256(const void *p, size_t n, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	return EVP_Digest(p, n, digest, NULL, EVP_sha256(), NULL) == 1 ? 0 : -1;
}

int
crypto_sha512(const void *p, size_t n, uint8_t digest[CRYPTO_SHA512_SIZE])
{
	return EVP_Digest(p, n, digest, NULL, EVP_sha512(), NULL) == 1 ? 0 : -1;
}

int
crypto_sha1(const void *p, size_t n, uint8_t digest[CRYPTO_SHA1_SIZE])
{
	return EVP_Digest(p, n, digest, NULL, EVP_sha1(), NULL) == 1 ? 0 : -1;
}

struct crypto_hash {
	EVP_MD_CTX *ctx;
};

struct crypto_hash *
crypto_hash_new(void)
{
	struct crypto_hash *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL ||
	    EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1) {
		crypto_hash_free(h);
		return NULL;
	}
	return h;
}

int
crypto_hash_add(struct crypto_hash *h, const void *p, size_t n)
{
	return EVP_DigestUpdate(h->ctx, p, n) == 1 ? 0 : -1;
}

int
crypto_hash_end(struct crypto_hash *h, uint8_t digest[CRYPTO_SHA256_SIZE])
{
	if (EVP_DigestFinal_ex(h->ctx, digest, NULL) != 1 ||
	    EVP_DigestInit_ex(h->ctx, NULL, NULL) != 1)
		return -1;
	return 0;
}

void
crypto_hash_free(struct crypto_hash *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

struct crypto_hmac {
	EVP_MAC_CTX *keyed;
};

struct crypto_hmac *
crypto_hmac_new(struct span key)
{
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string("digest", sha256, 0),
	    OSSL_PARAM_construct_end()};
	/* An empty key is valid; NULL would mean to OpenSSL "as before". */
	const char *p = key.n == 0 ? "" : key.p;
	struct crypto_hmac *h = calloc(1, sizeof(*h));
	EVP_MAC *mac;

	if (h == NULL)
		return NULL;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (mac != NULL)
		h->keyed = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac); /* the context holds its own reference */
	if (h->keyed == NULL ||
	    EVP_MAC_init(h->keyed, (const unsigned char *)p, key.n, params) !=
		1) {
		crypto_hmac_free(h);
		return NULL;
	}
	return h;
}

void
crypto_hmac_free(struct crypto_hmac *h)
{
	if (h == NULL)
		return;
	EVP_MAC_CTX_free(h->keyed);
	free(h);
}

int
crypto_hmac(struct crypto_hmac *h, const struct span *part, size_t parts,
    uint8_t tag[CRYPTO_SHA256_SIZE])
{
	size_t n = 0;
	/* Without a key: start again with the key that was set up. */
	int good = EVP_MAC_init(h->keyed, NULL, 0, NULL) == 1;

	for (size_t i = 0; good && i < parts; i++)
		good = EVP_MAC_update(h->keyed,
			   (const unsigned char *)part[i].p, part[i].n) == 1;
	if (good)
		good =
		    EVP_MAC_final(h->keyed, tag, &n, CRYPTO_SHA256_SIZE) == 1;
	return good && n == CRYPTO_SHA256_SIZE ? 0 : -1;
}

bool
crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
crypto_hex(struct buf *out, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const uint8_t *b = p;

	if (buf_reserve(out, 2 * n) != 0)
		return;
	for (size_t i = 0; i < n; i++) {
		out->data[out->len++] = digit[b[i] >> 4];
		out->data[out->len++] = digit[b[i] & 15];
	}
}
