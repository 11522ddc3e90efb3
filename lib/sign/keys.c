#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "diag/plural.h"
#include "sign/change.h"
#include "sign/scheme.h"

#include <errno.h>

/* More than the length of a line with a secret key. */
#define KEY_TEXT_MAX 128

/* What a line of a key file can start with. */
static const struct prefix {
	const char *text;
	enum sign_algorithm algorithm;
	bool public;
	size_t min, max; /* bytes */
} prefixes[] = {
    {"whsec_", SIGN_HMAC_SHA256, false, SIGN_KEY_MIN, SIGN_KEY_LONG_MAX},
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

/* Set the ID of ${key} from ${n} bytes that are public or hard to guess. */
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
	key->size = bytes.n;
	key->misread = crypto_hmac_new(misread);
	if (key->hmac == NULL || key->misread == NULL)
		return -1;
	return name_key(key, bytes.p, bytes.n);
}

/* Make a key from the 32 bytes of a public key, or from a seed and its public
 * key. */
static int
set_ed25519(struct sign_key *key, bool public, const uint8_t *p)
{
	uint8_t half[CRYPTO_ED25519_KEY];

	key->algorithm = SIGN_ED25519;
	key->public = public;
	key->no_signer = public ? "is public" : NULL;
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
	/* Stripe's secrets look like those of Standard Webhooks, but are
	 * text. */
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
			return err_set(err, "%s has %zu byte%s, not %zu",
			    p->text, bytes.n, diag_plural(bytes.n), p->min);
		return err_set(err, "%s has %zu byte%s, not %d to %d", p->text,
		    bytes.n, diag_plural(bytes.n), SIGN_KEY_MIN, SIGN_KEY_MAX);
	}
	if (p->algorithm == SIGN_HMAC_SHA256) {
		if (set_hmac(key, bytes, line) != 0)
			return err_set(err, "out of memory");
		if (bytes.n > SIGN_KEY_MAX)
			key->no_signer = "has more than 64 bytes";
	} else if (set_ed25519(key, p->public, (const uint8_t *)bytes.p) != 0) {
		return err_set(err, "%s is not an Ed25519 key", p->text);
	}
	return 0;
}

/* Decode base64 leniently: in either alphabet, with or without the '=' at its
 * end. */
static int
decode(struct span text, struct buf *out)
{
	struct buf padded;
	int rc;

	if (crypto_base64_decode(CRYPTO_BASE64, text, out) == 0)
		return 0;
	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	if (crypto_base64_decode(CRYPTO_BASE64URL, text, out) == 0)
		return 0;
	if (text.n % 4 < 2)
		return -1;
	/* This decoder requires the '=' at the end. */
	buf_init(&padded);
	buf_reserve(&padded, text.n + 2);
	buf_add_span(&padded, text);
	buf_add(&padded, "==", 4 - text.n % 4);
	rc = buf_failed(&padded)
	    ? -1
	    : crypto_base64_decode(CRYPTO_BASE64, buf_span(&padded), out);
	buf_wipe(&padded);
	return rc;
}

/* Find the prefix of ${line}; NULL if it has no known one. */
static const struct prefix *
prefix_of(struct span line)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i].text);

		if (line.n >= n && memcmp(line.p, prefixes[i].text, n) == 0)
			return &prefixes[i];
	}
	return NULL;
}

/* Some senders prefix the key with the version of their signatures. */
static struct span
without_version(struct span line)
{
	static const char *const version[] = {"v1,", "v1a,"};

	for (size_t i = 0; i < sizeof(version) / sizeof(*version); i++) {
		size_t n = strlen(version[i]);

		if (line.n > n && memcmp(line.p, version[i], n) == 0)
			return (struct span){line.p + n, line.n - n};
	}
	return line;
}

/* Read a key in base64.  It has a prefix; an HMAC key may have none. */
static int
add_encoded(struct sign_key *key, struct span line, struct err *err)
{
	const struct prefix *p;
	struct span text;
	struct buf b;
	int rc;

	line = without_version(line);
	p = prefix_of(line);
	text = line;
	if (p != NULL) {
		text.p += strlen(p->text);
		text.n -= strlen(p->text);
	}
	buf_init(&b);
	/* Reserve all: growing would leave copies of the secret behind. */
	buf_reserve(&b, text.n + 3);
	if (buf_failed(&b))
		rc = err_set(err, "out of memory");
	else if (decode(text, &b) != 0)
		rc = p != NULL
		    ? err_set(err, "%s is not followed by base64", p->text)
		    : err_set(err,
			  "not a key: whsec_, whsk_, whpk_ or base64 "
			  "expected");
	else if (p == NULL &&
	    (b.len < SIGN_KEY_MIN || b.len > SIGN_KEY_LONG_MAX))
		rc = err_set(err,
		    "not a key: the base64 of %zu byte%s, not of %d to %d",
		    b.len, diag_plural(b.len), SIGN_KEY_MIN, SIGN_KEY_MAX);
	else
		rc = add_bytes(
		    key, p != NULL ? p : &prefixes[0], line, buf_span(&b), err);
	buf_wipe(&b);
	return rc;
}

int
sign_keys_add(struct sign_keys *k, struct span line, struct err *err)
{
	struct sign_key *key = &k->key[k->count];
	int rc;

	if (k->count == SIGN_KEYS_MAX)
		return err_set(err, "more than %d keys", SIGN_KEYS_MAX);
	rc = k->scheme->text_keys ? add_text(key, line, err)
				  : add_encoded(key, line, err);
	if (rc != 0) {
		key_release(key);
		return -1;
	}
	k->count++;
	return 0;
}

/* Does ${line}, which cannot be parsed, look like a secret? */
static bool
looks_secret(struct span line)
{
	const struct prefix *p = prefix_of(without_version(line));

	return p != NULL && !p->public;
}

static int
read_keys(void *keys, struct crypto_key_file *file, struct err *err)
{
	struct sign_keys *k = keys;
	struct span rest = file->text, line;
	size_t before = k->count, passed = 0;
	const char *first = NULL;
	struct err why;

	while (crypto_secret_line(&rest, &line)) {
		bool full = k->count == SIGN_KEYS_MAX;

		if (sign_keys_add(k, line, &why) == 0) {
			const struct sign_key *key = &k->key[k->count - 1];

			file->secret |= !key->public;
			if (!key->public && key->no_signer != NULL)
				crypto_key_note(file, line.p,
				    "key %s %s: it verifies, but cannot sign",
				    key->id, key->no_signer);
			continue;
		}
		file->secret |= looks_secret(line);
		if (full || err_is_memory(&why)) {
			file->at = line.p;
			return err_set(err, "%s", why.text);
		}
		if (passed++ == 0) {
			first = line.p;
			*err = why;
		}
	}
	if (k->count == before) {
		file->at = first;
		return passed > 0 ? -1 : err_set(err, "contains no key");
	}
	if (passed > 1)
		crypto_key_note(file, first, "%s: ignored, and %zu more line%s",
		    err->text, passed - 1, diag_plural(passed - 1));
	else if (passed > 0)
		crypto_key_note(file, first, "%s: ignored", err->text);
	return 0;
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
	k->budget = SIGN_TRIALS_BUDGET;
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

int
sign_keys_check_signing(const struct sign_keys *k, struct err *err)
{
	for (size_t i = 0; i < k->count; i++) {
		if (k->key[i].no_signer != NULL)
			return err_set(err, "key %s %s: it cannot sign",
			    k->key[i].id, k->key[i].no_signer);
	}
	return 0;
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

	/* Reserve all: growing would leave copies of the secret behind. */
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
