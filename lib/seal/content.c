#include "seal/content.h"

#include <errno.h>

#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "crypto/kdf.h"

void
seal_content_release(struct seal_content *c)
{
	crypto_gcm_free(c->gcm);
	buf_release(&c->head);
	buf_release(&c->protected);
	memset(c, 0, sizeof(*c));
}

void
seal_put_base64url(struct buf *out, const void *p, size_t n)
{
	crypto_base64_encode(CRYPTO_BASE64URL, (struct span){p, n}, out);
}

/* Agree on a key with the owner of ${key}; ${epk} is our public key for
 * them. */
static int
agree(const struct seal_key *key, struct crypto_point *epk,
    uint8_t kek[CRYPTO_AES_KEY])
{
	struct crypto_ecdh *own = crypto_ecdh_generate(key->point.curve);
	uint8_t z[CRYPTO_ECDH_SIZE];
	struct span secret = {(const char *)z, sizeof(z)};
	struct span none = {"", 0};
	int rc = -1;

	if (own != NULL && crypto_ecdh_public(own, epk) == 0 &&
	    crypto_ecdh_agree(own, key->ecdh, z) == CRYPTO_GOOD &&
	    crypto_concat_kdf(secret, SPAN_LIT("ECDH-ES+A256KW"), none, none,
		kek, CRYPTO_AES_KEY) == 0)
		rc = 0;
	compat_wipe(z, sizeof(z));
	crypto_ecdh_free(own);
	return rc;
}

/* Wrap ${cek} for ${key}; append the parameters that its owner needs to
 * ${header}. */
static int
wrap_for(const struct seal_key *key, const uint8_t cek[CRYPTO_AES_KEY],
    uint8_t wrapped[CRYPTO_WRAPPED], struct buf *header)
{
	uint8_t kek[CRYPTO_AES_KEY];
	struct crypto_point epk;
	int rc;

	if (key->shared) {
		buf_addf(header, "\"alg\":\"A256KW\",\"kid\":\"%s\"", key->kid);
		return crypto_wrap(key->secret, cek, wrapped);
	}
	rc = agree(key, &epk, kek);
	if (rc == 0) {
		buf_addf(header,
		    "\"alg\":\"ECDH-ES+A256KW\",\"kid\":\"%s\",\"epk\":",
		    key->kid);
		seal_key_write(header, &epk, NULL, NULL);
		rc = crypto_wrap(kek, cek, wrapped);
	}
	compat_wipe(kek, sizeof(kek));
	return rc;
}

/* Derive ${cek} from the shared ${key} and a random salt. */
static int
derive(
    const struct seal_key *key, uint8_t cek[CRYPTO_AES_KEY], struct buf *header)
{
	uint8_t salt[SEAL_SALT];

	if (compat_random(salt, sizeof(salt)) != 0 ||
	    crypto_hkdf(
		(struct span){(const char *)key->secret, CRYPTO_AES_KEY},
		(struct span){(const char *)salt, sizeof(salt)},
		SPAN_LIT(SEAL_HKDF_INFO), cek, CRYPTO_AES_KEY) != 0)
		return -1;
	buf_addf(
	    header, "\"alg\":\"dir\",\"kid\":\"%s\",\"salt\":\"", key->kid);
	seal_put_base64url(header, salt, sizeof(salt));
	buf_add_byte(header, '"');
	return 0;
}

/* Append the end of every protected header; ${type} is that of the content. */
static void
put_common(struct buf *header, struct span type)
{
	const struct span before = SPAN_LIT("application/");

	/* RFC 7516, 4.1.12: "application/" is omitted. */
	if (type.n > before.n && memcmp(type.p, before.p, before.n) == 0 &&
	    memchr(type.p + before.n, '/', type.n - before.n) == NULL) {
		type.p += before.n;
		type.n -= before.n;
	}
	buf_add_text(header, "\"enc\":\"A256GCM\",\"cty\":\"");
	json_escape(header, type);
	buf_add(header, "\"}", 2);
}

/* Compact: "HEADER.KEY." */
static int
start_compact(struct seal_content *c, const struct seal_key *key,
    struct span type, uint8_t cek[CRYPTO_AES_KEY])
{
	bool direct = key->shared && key->use == SEAL_USE_ANY;
	uint8_t wrapped[CRYPTO_WRAPPED];
	struct buf header;
	int rc;

	buf_init(&header);
	buf_add_byte(&header, '{');
	rc = direct ? derive(key, cek, &header)
		    : wrap_for(key, cek, wrapped, &header);
	buf_add_byte(&header, ',');
	put_common(&header, type);
	seal_put_base64url(&c->protected, header.data, header.len);
	buf_add_span(&c->head, buf_span(&c->protected));
	buf_add_byte(&c->head, '.');
	if (!direct)
		seal_put_base64url(&c->head, wrapped, sizeof(wrapped));
	buf_add_byte(&c->head, '.');
	if (buf_failed(&header) || buf_failed(&c->head))
		rc = -1;
	buf_release(&header);
	return rc;
}

/* JSON: the shared header is protected, those of the recipients are not. */
static int
start_json(struct seal_content *c, const struct seal_keys *keys,
    struct span type, const uint8_t cek[CRYPTO_AES_KEY])
{
	uint8_t wrapped[CRYPTO_WRAPPED];
	struct buf header;
	int rc = 0;

	buf_init(&header);
	buf_add_byte(&header, '{');
	put_common(&header, type);
	seal_put_base64url(&c->protected, header.data, header.len);
	buf_add_text(&c->head, "{\"protected\":\"");
	buf_add_span(&c->head, buf_span(&c->protected));
	buf_add_text(&c->head, "\",\"recipients\":[");
	for (size_t i = 0; rc == 0 && i < keys->count; i++) {
		buf_add_text(
		    &c->head, i > 0 ? ",{\"header\":{" : "{\"header\":{");
		rc = wrap_for(&keys->key[i], cek, wrapped, &c->head);
		buf_add_text(&c->head, "},\"encrypted_key\":\"");
		seal_put_base64url(&c->head, wrapped, sizeof(wrapped));
		buf_add_text(&c->head, "\"}");
	}
	buf_add_text(&c->head, "],\"iv\":\"");
	if (buf_failed(&header) || buf_failed(&c->protected) ||
	    buf_failed(&c->head))
		rc = -1;
	buf_release(&header);
	return rc;
}

int
seal_content_start(struct seal_content *c, const struct seal_keys *keys,
    struct span type, struct err *err)
{
	uint8_t cek[CRYPTO_AES_KEY];
	int rc;

	crypto_gcm_free(c->gcm);
	c->gcm = NULL;
	memset(c->counter, 0, sizeof(c->counter));
	buf_clear(&c->head);
	buf_clear(&c->protected);
	if (compat_random(cek, sizeof(cek)) != 0)
		return err_sys(err, errno, "no random bytes");
	rc = keys->count == 1 ? start_compact(c, &keys->key[0], type, cek)
			      : start_json(c, keys, type, cek);
	if (rc == 0)
		c->gcm = crypto_gcm_new(cek);
	compat_wipe(cek, sizeof(cek));
	return c->gcm == NULL ? err_set(err, "cannot make a content key") : 0;
}

void
seal_content_nonce(struct seal_content *c, uint8_t nonce[CRYPTO_GCM_NONCE])
{
	for (size_t i = 0; i < 3; i++) {
		uint32_t v = c->counter[2 - i];

		nonce[4 * i] = (uint8_t)(v >> 24);
		nonce[4 * i + 1] = (uint8_t)(v >> 16);
		nonce[4 * i + 2] = (uint8_t)(v >> 8);
		nonce[4 * i + 3] = (uint8_t)v;
	}
	for (size_t i = 0; i < 3 && ++c->counter[i] == 0; i++)
		;
}
