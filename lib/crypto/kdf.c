#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "compat/wipe.h"
#include "crypto/digest.h"

static OSSL_PARAM
octets(const char *name, struct span s)
{
	/* OpenSSL's parameter is not const, but it does not write. */
	union {
		const char *in;
		void *out;
	} p = {s.n == 0 ? "" : s.p};

	return OSSL_PARAM_construct_octet_string(name, p.out, s.n);
}

int
crypto_hkdf(
    struct span key, struct span salt, struct span info, uint8_t *out, size_t n)
{
	char sha256[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, sha256, 0),
	    octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_SALT, salt),
	    octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	int rc = ctx != NULL && EVP_KDF_derive(ctx, out, n, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return rc ? 0 : -1;
}

static int
add_number(struct crypto_hash *h, size_t v)
{
	uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v};

	return crypto_hash_add(h, b, sizeof(b));
}

static int
add_sized(struct crypto_hash *h, struct span s)
{
	return add_number(h, s.n) != 0 || crypto_hash_add(h, s.p, s.n) != 0;
}

int
crypto_concat_kdf(struct span z, struct span algorithm, struct span apu,
    struct span apv, uint8_t *out, size_t n)
{
	struct crypto_hash *h = crypto_hash_new();
	uint8_t digest[CRYPTO_SHA256_SIZE];
	int rc = -1;

	/* One round: n is at most one digest. */
	if (h != NULL && n <= sizeof(digest) && add_number(h, 1) == 0 &&
	    crypto_hash_add(h, z.p, z.n) == 0 && add_sized(h, algorithm) == 0 &&
	    add_sized(h, apu) == 0 && add_sized(h, apv) == 0 &&
	    add_number(h, n * 8) == 0 && crypto_hash_end(h, digest) == 0) {
		memcpy(out, digest, n);
		rc = 0;
	}
	compat_wipe(digest, sizeof(digest));
	crypto_hash_free(h);
	return rc;
}
