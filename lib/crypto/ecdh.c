#include "crypto/ecdh.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "compat/wipe.h"

#define UNCOMPRESSED 4
#define POINT_SIZE (1 + 2 * CRYPTO_ECDH_SIZE)

struct crypto_ecdh {
	enum crypto_curve curve;
	EVP_PKEY *key;
};

/* A key on P-256 and its parameters; the point is checked to be on the curve.
 */
static EVP_PKEY *
import_p256(const struct crypto_point *p, const uint8_t *d)
{
	unsigned char point[POINT_SIZE] = {UNCOMPRESSED};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *secret = d == NULL ? NULL : BN_secure_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	memcpy(point + 1, p->x, CRYPTO_ECDH_SIZE);
	memcpy(point + 1 + CRYPTO_ECDH_SIZE, p->y, CRYPTO_ECDH_SIZE);
	if (build == NULL || ctx == NULL ||
	    OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) != 1)
		goto out;
	if (d != NULL &&
	    (secret == NULL || BN_bin2bn(d, CRYPTO_ECDH_SIZE, secret) == NULL ||
		OSSL_PARAM_BLD_push_BN(
		    build, OSSL_PKEY_PARAM_PRIV_KEY, secret) != 1))
		goto out;
	params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
out:
	OSSL_PARAM_free(params);
	BN_clear_free(secret);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
import_x25519(const struct crypto_point *p, const uint8_t *d)
{
	uint8_t x[CRYPTO_ECDH_SIZE];
	size_t n = sizeof(x);
	EVP_PKEY *key;

	if (d == NULL)
		return EVP_PKEY_new_raw_public_key(
		    EVP_PKEY_X25519, NULL, p->x, sizeof(p->x));
	key = EVP_PKEY_new_raw_private_key(
	    EVP_PKEY_X25519, NULL, d, CRYPTO_ECDH_SIZE);
	if (key != NULL &&
	    (EVP_PKEY_get_raw_public_key(key, x, &n) != 1 ||
		memcmp(x, p->x, sizeof(x)) != 0)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* The full check: in range, on the curve, both halves of one key. */
static bool
is_sound(EVP_PKEY *key, bool private)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

	if (good && private)
		good = EVP_PKEY_private_check(ctx) == 1 &&
		    EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static struct crypto_ecdh *
own(enum crypto_curve curve, EVP_PKEY *key)
{
	struct crypto_ecdh *k = key == NULL ? NULL : calloc(1, sizeof(*k));

	if (k == NULL) {
		EVP_PKEY_free(key);
		return NULL;
	}
	k->curve = curve;
	k->key = key;
	return k;
}

struct crypto_ecdh *
crypto_ecdh_new(const struct crypto_point *p, const uint8_t d[CRYPTO_ECDH_SIZE])
{
	EVP_PKEY *key =
	    p->curve == CRYPTO_P256 ? import_p256(p, d) : import_x25519(p, d);

	if (key != NULL && p->curve == CRYPTO_P256 &&
	    !is_sound(key, d != NULL)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return own(p->curve, key);
}

struct crypto_ecdh *
crypto_ecdh_generate(enum crypto_curve curve)
{
	EVP_PKEY *key = curve == CRYPTO_P256
	    ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
	    : EVP_PKEY_Q_keygen(NULL, NULL, "X25519");

	return own(curve, key);
}

void
crypto_ecdh_free(struct crypto_ecdh *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}

int
crypto_ecdh_public(const struct crypto_ecdh *k, struct crypto_point *p)
{
	unsigned char point[POINT_SIZE];
	size_t n = sizeof(p->x);

	memset(p, 0, sizeof(*p));
	p->curve = k->curve;
	if (k->curve == CRYPTO_X25519)
		return EVP_PKEY_get_raw_public_key(k->key, p->x, &n) == 1 ? 0
									  : -1;
	if (EVP_PKEY_get_octet_string_param(k->key, OSSL_PKEY_PARAM_PUB_KEY,
		point, sizeof(point), &n) != 1 ||
	    n != sizeof(point) || point[0] != UNCOMPRESSED)
		return -1;
	memcpy(p->x, point + 1, CRYPTO_ECDH_SIZE);
	memcpy(p->y, point + 1 + CRYPTO_ECDH_SIZE, CRYPTO_ECDH_SIZE);
	return 0;
}

int
crypto_ecdh_private(const struct crypto_ecdh *k, uint8_t d[CRYPTO_ECDH_SIZE])
{
	size_t n = CRYPTO_ECDH_SIZE;
	BIGNUM *secret = NULL;
	int rc;

	if (k->curve == CRYPTO_X25519)
		return EVP_PKEY_get_raw_private_key(k->key, d, &n) == 1 ? 0
									: -1;
	if (EVP_PKEY_get_bn_param(k->key, OSSL_PKEY_PARAM_PRIV_KEY, &secret) !=
	    1)
		return -1;
	rc = BN_bn2binpad(secret, d, CRYPTO_ECDH_SIZE) == CRYPTO_ECDH_SIZE ? 0
									   : -1;
	BN_clear_free(secret);
	return rc;
}

int
crypto_ecdh_agree(const struct crypto_ecdh *mine,
    const struct crypto_ecdh *other, uint8_t z[CRYPTO_ECDH_SIZE])
{
	EVP_PKEY_CTX *ctx;
	size_t n = CRYPTO_ECDH_SIZE;
	int rc = -1;

	if (mine->curve != other->curve)
		return -1;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, mine->key, NULL);
	if (ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, other->key) == 1 &&
	    EVP_PKEY_derive(ctx, z, &n) == 1 && n == CRYPTO_ECDH_SIZE)
		rc = 0;
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
