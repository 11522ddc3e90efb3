/*
 * seal/jwe: a strict parser of JWE; private to lib/seal.
 */
#ifndef SEAL_JWE_H
#define SEAL_JWE_H

#include "crypto/aes.h"
#include "seal/key.h"

enum seal_alg {
	SEAL_ALG_ECDH_ES_A256KW,
	SEAL_ALG_ECDH_ES,
	SEAL_ALG_A256KW,
	SEAL_ALG_DIR
};

/* The JOSE header of one recipient: the union of the protected, the shared and
 * its own part. */
struct seal_header {
	bool has_alg, has_enc, has_epk, has_salt;
	enum seal_alg alg;
	struct span kid, cty;
	struct span apu, apv; /* decoded */
	struct crypto_point epk;
	uint8_t salt[SEAL_SALT];
};

struct seal_recipient {
	struct span own;           /* its "header", verbatim; n 0: none */
	struct span encrypted_key; /* in base64url */
	struct seal_header header;
};

struct seal_jwe {
	struct span protected;   /* in base64url */
	struct span unprotected; /* a JSON object, verbatim; n 0: none */
	struct span aad;         /* in base64url; p NULL: none */
	struct span ciphertext;  /* in base64url */
	uint8_t nonce[CRYPTO_GCM_NONCE];
	uint8_t tag[CRYPTO_GCM_TAG];
	struct seal_recipient recipient[SEAL_KEYS_MAX];
	size_t recipients;   /* usable ones, at least 1 */
	struct err unusable; /* why the first of the others is not */

	struct json_index index; /* of the whole; of a part */
	struct json_index part;
	struct json_index inner;
	struct buf decoded; /* the protected header */
	struct buf text;    /* strings unescaped, apu and apv decoded */
};

void seal_jwe_init(struct seal_jwe *j);
void seal_jwe_release(struct seal_jwe *j);

/* Read ${jwe} in compact, flattened or general serialization.  The spans of
 * ${j} point into it or into ${j} and are valid until the next call.  Return 0;
 * or -1 with ${err} if it is not a JWE or not of a kind that seal.h lists. */
int seal_jwe_read(struct seal_jwe *j, struct span jwe, struct err *err);

/* ---- The content key (cek.c) ------------------------------------------- */

/* Is ${key} of the kind that ${h} asks for? */
bool seal_key_fits(const struct seal_key *key, const struct seal_header *h);

/* Find the content key for ${r} with ${key}.  Return VERDICT_BAD if it is for
 * another key or was changed. */
enum verdict seal_find_cek(const struct seal_key *key,
    const struct seal_recipient *r, uint8_t cek[CRYPTO_AES_KEY],
    struct err *err);

/* Set ${err}; return VERDICT_SYSTEM. */
enum verdict seal_no_memory(struct err *err);

#endif
