#include "crypto/ecdh.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
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

/* The parameters of a key on P-256; NULL if out of memory. */
static OSSL_PARAM *
p256_parameters(const struct crypto_point *p, const uint8_t *d)
{
	unsigned char point[POINT_SIZE] = {UNCOMPRESSED};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *secret = d == NULL ? NULL : BN_secure_new();
	OSSL_PARAM *params = NULL;

	memcpy(point + 1, p->x, CRYPTO_ECDH_SIZE);
	memcpy(point + 1 + CRYPTO_ECDH_SIZE, p->y, CRYPTO_ECDH_SIZE);
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1 &&
	    (d == NULL ||
		(secret != NULL &&
		    BN_bin2bn(d, CRYPTO_ECDH_SIZE, secret) != NULL &&
		    OSSL_PARAM_BLD_push_BN(
			build, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1)))
		params = OSSL_PARAM_BLD_to_param(build);
	BN_clear_free(secret);
	OSSL_PARAM_BLD_free(build);
	return params;
}

/* A key on P-256, checked: the point is on the curve. */
static enum crypto_outcome
import_p256(EVP_PKEY **key, const struct crypto_point *p, const uint8_t *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = p256_parameters(p, d);
	enum crypto_outcome outcome = CRYPTO_FAILED;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1)
		goto out;
	outcome = EVP_PKEY_fromdata(ctx, key, EVP_PKEY_KEYPAIR, params) == 1
	    ? CRYPTO_GOOD
	    : crypto_outcome_of_failure();
out:
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return outcome;
}

static enum crypto_outcome
import_x25519(EVP_PKEY **key, const struct crypto_point *p, const uint8_t *d)
{
	uint8_t x[CRYPTO_ECDH_SIZE];
	size_t n = sizeof(x);

	/* Any 32 bytes are a key of either kind. */
	*key = d == NULL ? EVP_PKEY_new_raw_public_key(
			       EVP_PKEY_X25519, NULL, p->x, sizeof(p->x))
			 : EVP_PKEY_new_raw_private_key(
			       EVP_PKEY_X25519, NULL, d, CRYPTO_ECDH_SIZE);
	if (*key == NULL)
		return CRYPTO_FAILED;
	if (d == NULL)
		return CRYPTO_GOOD;
	if (EVP_PKEY_get_raw_public_key(*key, x, &n) != 1)
		return CRYPTO_FAILED;
	return memcmp(x, p->x, sizeof(x)) == 0 ? CRYPTO_GOOD : CRYPTO_WRONG;
}

/* The full check: in range, on the curve, both halves of one key. */
static enum crypto_outcome
check(EVP_PKEY *key, bool private)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	enum crypto_outcome outcome = CRYPTO_GOOD;

	if (ctx == NULL)
		return CRYPTO_FAILED;
	if (EVP_PKEY_public_check(ctx) != 1 ||
	    (private &&
		(EVP_PKEY_private_check(ctx) != 1 ||
		    EVP_PKEY_pairwise_check(ctx) != 1)))
		outcome = crypto_outcome_of_failure();
	EVP_PKEY_CTX_free(ctx);
	return outcome;
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

enum crypto_outcome
crypto_ecdh_read(struct crypto_ecdh **k, const struct crypto_point *p,
    const uint8_t d[CRYPTO_ECDH_SIZE])
{
	EVP_PKEY *key = NULL;
	enum crypto_outcome outcome;

	*k = NULL;
	ERR_clear_error();
	if (p->curve == CRYPTO_P256) {
		outcome = import_p256(&key, p, d);
		if (outcome == CRYPTO_GOOD)
			outcome = check(key, d != NULL);
	} else {
		outcome = import_x25519(&key, p, d);
	}
	if (outcome != CRYPTO_GOOD) {
		EVP_PKEY_free(key);
		return outcome;
	}
	*k = own(p->curve, key);
	return *k != NULL ? CRYPTO_GOOD : CRYPTO_FAILED;
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

enum crypto_outcome
crypto_ecdh_agree(const struct crypto_ecdh *mine,
    const struct crypto_ecdh *other, uint8_t z[CRYPTO_ECDH_SIZE])
{
	enum crypto_outcome outcome = CRYPTO_FAILED;
	EVP_PKEY_CTX *ctx;
	size_t n = CRYPTO_ECDH_SIZE;

	if (mine->curve != other->curve)
		return CRYPTO_WRONG;
	ERR_clear_error();
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, mine->key, NULL);
	if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1)
		goto out;
	if (EVP_PKEY_derive_set_peer(ctx, other->key) == 1 &&
	    EVP_PKEY_derive(ctx, z, &n) == 1 && n == CRYPTO_ECDH_SIZE)
		outcome = CRYPTO_GOOD;
	else
		outcome = crypto_outcome_of_failure();
out:
	EVP_PKEY_CTX_free(ctx);
	return outcome;
}
