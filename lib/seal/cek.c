/* Finds the content key of a JWE with one of our keys. */
#include "compat/wipe.h"
#include "crypto/kdf.h"
#include "seal/jwe.h"
#include "seal/key.h"

enum verdict
seal_no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

/* Agree on a secret with ${key} and the sender's "epk", and derive a key of 32
 * bytes for ${use} from it. */
static enum verdict
agree(const struct seal_key *key, const struct seal_header *h, struct span use,
    uint8_t out[CRYPTO_AES_KEY], struct err *err)
{
	struct crypto_ecdh *epk;
	uint8_t z[CRYPTO_ECDH_SIZE];
	struct span secret = {(const char *)z, sizeof(z)};
	enum crypto_outcome outcome;

	if (!h->has_epk) {
		err_set(err, "epk: missing");
		return VERDICT_BAD;
	}
	outcome = crypto_ecdh_read(&epk, &h->epk, NULL);
	if (outcome == CRYPTO_WRONG) {
		err_set(err, "epk: not a point on %s",
		    seal_curve_name(h->epk.curve));
		return VERDICT_BAD;
	}
	if (outcome == CRYPTO_GOOD)
		outcome = crypto_ecdh_agree(key->ecdh, epk, z);
	if (outcome == CRYPTO_GOOD &&
	    crypto_concat_kdf(
		secret, use, h->apu, h->apv, out, CRYPTO_AES_KEY) != 0)
		outcome = CRYPTO_FAILED;
	compat_wipe(z, sizeof(z));
	crypto_ecdh_free(epk);
	if (outcome == CRYPTO_FAILED)
		return seal_no_memory(err);
	if (outcome == CRYPTO_GOOD)
		return VERDICT_GOOD;
	err_set(err, "epk: no key can be agreed upon with it");
	return VERDICT_BAD;
}

static enum verdict
unwrap(const uint8_t kek[CRYPTO_AES_KEY], struct span wrapped,
    uint8_t cek[CRYPTO_AES_KEY], struct err *err)
{
	uint8_t bytes[CRYPTO_WRAPPED];

	if (seal_bytes(wrapped, bytes, sizeof(bytes)) != 0) {
		err_set(err, "encrypted key: not the base64url of %d bytes",
		    CRYPTO_WRAPPED);
		return VERDICT_BAD;
	}
	switch (crypto_unwrap(kek, bytes, cek)) {
	case CRYPTO_GOOD:
		return VERDICT_GOOD;
	case CRYPTO_FAILED:
		return seal_no_memory(err);
	case CRYPTO_WRONG:
		break;
	}
	err_set(err, "encrypted key: not wrapped for this key, or changed");
	return VERDICT_BAD;
}

/* "dir": the shared key itself, or derived from it with our salt. */
static enum verdict
direct(const struct seal_key *key, const struct seal_header *h,
    uint8_t cek[CRYPTO_AES_KEY], struct err *err)
{
	struct span secret = {(const char *)key->secret, CRYPTO_AES_KEY};
	struct span salt = {(const char *)h->salt, SEAL_SALT};

	if (!h->has_salt)
		memcpy(cek, key->secret, CRYPTO_AES_KEY);
	else if (crypto_hkdf(secret, salt, SPAN_LIT(SEAL_HKDF_INFO), cek,
		     CRYPTO_AES_KEY) != 0)
		return seal_no_memory(err);
	return VERDICT_GOOD;
}

enum verdict
seal_find_cek(const struct seal_key *key, const struct seal_recipient *r,
    uint8_t cek[CRYPTO_AES_KEY], struct err *err)
{
	const struct seal_header *h = &r->header;
	uint8_t kek[CRYPTO_AES_KEY];
	enum verdict verdict = VERDICT_BAD;

	if ((h->alg == SEAL_ALG_DIR || h->alg == SEAL_ALG_ECDH_ES) &&
	    r->encrypted_key.n > 0) {
		err_set(err, "encrypted key: must be empty");
		return VERDICT_BAD;
	}
	switch (h->alg) {
	case SEAL_ALG_ECDH_ES_A256KW:
		verdict = agree(key, h, SPAN_LIT("ECDH-ES+A256KW"), kek, err);
		if (verdict == VERDICT_GOOD)
			verdict = unwrap(kek, r->encrypted_key, cek, err);
		break;
	case SEAL_ALG_ECDH_ES:
		verdict = agree(key, h, SPAN_LIT("A256GCM"), cek, err);
		break;
	case SEAL_ALG_A256KW:
		verdict = unwrap(key->secret, r->encrypted_key, cek, err);
		break;
	case SEAL_ALG_DIR:
		verdict = direct(key, h, cek, err);
		break;
	}
	compat_wipe(kek, sizeof(kek));
	return verdict;
}

bool
seal_key_fits(const struct seal_key *key, const struct seal_header *h)
{
	if (!key->private)
		return false;
	switch (h->alg) {
	case SEAL_ALG_ECDH_ES_A256KW:
	case SEAL_ALG_ECDH_ES:
		return !key->shared &&
		    (!h->has_epk || h->epk.curve == key->point.curve);
	case SEAL_ALG_A256KW:
		return key->shared && key->use != SEAL_USE_DIRECT;
	case SEAL_ALG_DIR:
		if (h->has_salt)
			return key->shared && key->use == SEAL_USE_ANY;
		return key->shared && key->use != SEAL_USE_WRAP;
	}
	return false;
}
