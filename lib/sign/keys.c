#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "sign/scheme.h"

#include <errno.h>

/* More than a line with a secret key takes. */
#define KEY_TEXT_MAX 128

/* The rows of what a line of a key file can start with. */
static const struct prefix {
	const char *text;
	enum sign_algorithm algorithm;
	bool public;
	size_t min, max; /* bytes */
} prefixes[] = {
    {"whsec_", SIGN_HMAC_SHA256, false, SIGN_KEY_MIN, SIGN_KEY_MAX},
    {"whsk_", SIGN_ED25519, false, 2 * CRYPTO_ED25519_KEY,
	2 * CRYPTO_ED25519_KEY},
    {"whpk_", SIGN_ED25519, true, CRYPTO_ED25519_KEY, CRYPTO_ED25519_KEY},
};

struct sign_keys *
sign_keys_new(const struct sign_scheme *scheme)
{
	struct sign_keys *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->scheme = scheme;
	buf_init(&k->scratch);
	buf_init(&k->value);
	return k;
}

static void
key_release(struct sign_key *key)
{
	crypto_hmac_free(key->hmac);
	crypto_hmac_free(key->misread);
	crypto_ed25519_free(key->ed);
	memset(key, 0, sizeof(*key));
}

void
sign_keys_free(struct sign_keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->count; i++)
		key_release(&k->key[i]);
	buf_release(&k->scratch);
	buf_release(&k->value);
	free(k);
}

/* Name ${key} by ${n} bytes that are public or hard to guess. */
static int
name_key(struct sign_key *key, const void *p, size_t n)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(p, n, digest) != 0)
		return -1;
	snprintf(key->id, sizeof(key->id), "%02x%02x%02x%02x", digest[0],
	    digest[1], digest[2], digest[3]);
	compat_wipe(digest, sizeof(digest));
	return 0;
}

static int
set_hmac(struct sign_key *key, struct span bytes, struct span misread)
{
	key->algorithm = SIGN_HMAC_SHA256;
	key->hmac = crypto_hmac_new(bytes);
	key->misread = crypto_hmac_new(misread);
	if (key->hmac == NULL || key->misread == NULL)
		return -1;
	return name_key(key, bytes.p, bytes.n);
}

/* From 32 bytes of a public key, or from a seed and its public key. */
static int
set_ed25519(struct sign_key *key, bool public, const uint8_t *p)
{
	uint8_t half[CRYPTO_ED25519_KEY];

	key->algorithm = SIGN_ED25519;
	key->public = public;
	key->ed =
	    public ? crypto_ed25519_new_public(p) : crypto_ed25519_new_seed(p);
	if (key->ed == NULL || crypto_ed25519_public(key->ed, half) != 0)
		return -1;
	if (!public && memcmp(half, p + sizeof(half), sizeof(half)) != 0)
		return -1;
	return name_key(key, half, sizeof(half));
}

static int
add_text(struct sign_key *key, struct span line, struct err *err)
{
	const size_t skip = sizeof("whsec_") - 1;
	struct span misread = {"", 0};
	struct buf b;
	int rc;

	if (line.n > SIGN_TEXT_KEY_MAX)
		return err_set(
		    err, "the key is longer than %d bytes", SIGN_TEXT_KEY_MAX);
	/* Stripe's look like those of Standard Webhooks, and are not. */
	buf_init(&b);
	if (line.n > skip && memcmp(line.p, "whsec_", skip) == 0 &&
	    crypto_base64_decode(CRYPTO_BASE64,
		(struct span){line.p + skip, line.n - skip}, &b) == 0)
		misread = buf_span(&b);
	rc = set_hmac(key, line, misread);
	buf_wipe(&b);
	return rc == 0 ? 0 : err_set(err, "out of memory");
}

static int
add_bytes(struct sign_key *key, const struct prefix *p, struct span line,
    struct span bytes, struct err *err)
{
	if (bytes.n < p->min || bytes.n > p->max) {
		if (p->min == p->max)
			return err_set(err, "%s holds %zu bytes, not %zu",
			    p->text, bytes.n, p->min);
		return err_set(err, "%s holds %zu bytes, not %zu to %zu",
		    p->text, bytes.n, p->min, p->max);
	}
	if (p->algorithm == SIGN_HMAC_SHA256) {
		if (set_hmac(key, bytes, line) != 0)
			return err_set(err, "out of memory");
	} else if (set_ed25519(key, p->public, (const uint8_t *)bytes.p) != 0) {
		return err_set(err, "%s is not an Ed25519 key", p->text);
	}
	return 0;
}

static int
add_prefixed(struct sign_key *key, struct span line, struct err *err)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		const struct prefix *p = &prefixes[i];
		size_t n = strlen(p->text);
		struct buf b;
		int rc;

		if (line.n < n || memcmp(line.p, p->text, n) != 0)
			continue;
		buf_init(&b);
		if (crypto_base64_decode(CRYPTO_BASE64,
			(struct span){line.p + n, line.n - n}, &b) != 0)
			rc = err_set(
			    err, "%s is not followed by base64", p->text);
		else
			rc = add_bytes(key, p, line, buf_span(&b), err);
		buf_wipe(&b);
		return rc;
	}
	return err_set(err, "not a key: whsec_, whsk_ or whpk_ expected");
}

int
sign_keys_add(struct sign_keys *k, struct span line, struct err *err)
{
	struct sign_key *key = &k->key[k->count];
	int rc;

	if (k->count == SIGN_KEYS_MAX)
		return err_set(err, "more than %d keys", SIGN_KEYS_MAX);
	rc = k->scheme->text_keys ? add_text(key, line, err)
				  : add_prefixed(key, line, err);
	if (rc != 0) {
		key_release(key);
		return -1;
	}
	k->count++;
	return 0;
}

static int
read_keys(void *keys, struct crypto_key_file *file, struct err *err)
{
	struct sign_keys *k = keys;
	struct span rest = file->text, line;
	size_t before = k->count;

	while (crypto_secret_line(&rest, &line)) {
		if (sign_keys_add(k, line, err) != 0) {
			file->at = line.p;
			return -1;
		}
		file->secret |= !k->key[k->count - 1].public;
	}
	return k->count == before ? err_set(err, "holds no key") : 0;
}

int
sign_keys_gather(struct sign_keys *k, const struct crypto_secret_sources *from,
    struct err *err)
{
	return crypto_secret_keys(from, read_keys, k, err);
}

void
sign_keys_diagnose(struct sign_keys *k)
{
	k->diagnose = true;
}

size_t
sign_keys_count(const struct sign_keys *k)
{
	return k->count;
}

const struct sign_scheme *
sign_keys_scheme(const struct sign_keys *k)
{
	return k->scheme;
}

size_t
sign_keys_first_public(const struct sign_keys *k)
{
	size_t i = 0;

	while (i < k->count && !k->key[i].public)
		i++;
	return i;
}

const char *
sign_key_id(const struct sign_keys *k, size_t i)
{
	return k->key[i].id;
}

static void
put_key(struct buf *out, const char *prefix, const uint8_t *p, size_t n)
{
	buf_add_text(out, prefix);
	crypto_base64_encode(
	    CRYPTO_BASE64, (struct span){(const char *)p, n}, out);
	buf_add_byte(out, '\n');
}

int
sign_key_make(enum sign_key_kind kind, struct buf *secret, struct buf *public,
    struct err *err)
{
	uint8_t bytes[2 * CRYPTO_ED25519_KEY];
	struct crypto_ed25519 *ed = NULL;
	int rc = -1;

	/* At once: growing would leave copies of the secret behind. */
	buf_reserve(secret, KEY_TEXT_MAX);
	if (compat_random(bytes, CRYPTO_ED25519_KEY) != 0) {
		err_sys(err, errno, "no random bytes");
		goto out;
	}
	if (kind == SIGN_NEW_HMAC) {
		put_key(secret, "whsec_", bytes, CRYPTO_ED25519_KEY);
	} else {
		ed = crypto_ed25519_new_seed(bytes);
		if (ed == NULL ||
		    crypto_ed25519_public(ed, bytes + CRYPTO_ED25519_KEY) !=
			0) {
			err_set(err, "cannot make an Ed25519 key");
			goto out;
		}
		put_key(secret, "whsk_", bytes, sizeof(bytes));
		put_key(public, "whpk_", bytes + CRYPTO_ED25519_KEY,
		    CRYPTO_ED25519_KEY);
	}
	if (buf_failed(secret) || buf_failed(public))
		err_set(err, "out of memory");
	else
		rc = 0;
out:
	crypto_ed25519_free(ed);
	compat_wipe(bytes, sizeof(bytes));
	return rc;
}
