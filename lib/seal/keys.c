#include <errno.h>

#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "diag/plural.h"
#include "seal/key.h"

/* More than the length of the JWK of a private key. */
#define KEY_TEXT_MAX 512

struct seal_keys *
seal_keys_new(void)
{
	return calloc(1, sizeof(struct seal_keys));
}

void
seal_keys_free(struct seal_keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->count; i++)
		seal_key_release(&k->key[i]);
	free(k);
}

/* The state of reading the keys of one text. */
struct reading {
	struct seal_keys *keys;
	struct crypto_key_file *file; /* NULL: not reported */
	size_t good, ignored;
	const char *at; /* the first ignored one, and why */
	struct err why;
};

static int
add_one(struct seal_keys *k, struct span text, struct err *err)
{
	struct seal_key *key = &k->key[k->count];
	int rc = seal_key_read(key, text, err);

	for (size_t i = 0; rc == 0 && i < k->count; i++) {
		if (strcmp(k->key[i].kid, key->kid) == 0)
			rc = err_set(err, "duplicate kid %s", key->kid);
	}
	if (rc != 0)
		seal_key_release(key);
	else
		k->count++;
	return rc;
}

/* Does the JWK ${text}, which was not accepted, contain a secret? */
static bool
is_secret(struct span text)
{
	struct json_index ix;
	bool secret = false;

	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) == 0)
		secret = json_index_find(&ix, "d") != NULL ||
		    json_index_find(&ix, "k") != NULL;
	json_index_release(&ix);
	return secret;
}

/* Remember why ${text} was ignored, if it is the first. */
static void
note_ignored(
    struct reading *t, struct span text, const char *where, const char *why)
{
	if (t->ignored++ > 0)
		return;
	err_set(&t->why, "%s%s", where, why);
	t->at = text.p;
}

/* Add one key of several.  An unreadable key is ignored.  Return 0; or -1 with
 * ${err} if no key can be added. */
static int
add_or_ignore(
    struct reading *t, struct span text, const char *where, struct err *err)
{
	struct err cause, why;
	int rc;

	if (t->keys->count == SEAL_KEYS_MAX)
		return err_set(err, "more than %d keys", SEAL_KEYS_MAX);
	rc = add_one(t->keys, text, &cause);
	if (rc == 0) {
		t->good++;
		return 0;
	}
	err_set(&why, "%s%s", where[0] != '\0' ? ": " : "", cause.text);
	if (err_is_memory(&why))
		return err_set(err, "%s%s", where, why.text);
	if (t->file != NULL)
		t->file->secret |= is_secret(text);
	/* A key for another purpose is ignored silently, unless there is no
	 * other key. */
	if (rc < 0)
		note_ignored(t, text, where, why.text);
	else if (t->why.text[0] == '\0')
		err_set(&t->why, "%s%s", where, why.text);
	return 0;
}

/* Add the elements of "keys". */
static int
add_set(struct reading *t, struct span array, struct err *err)
{
	struct json_scan scan;
	enum json_token token;
	size_t n = 0;
	int rc = 0;

	json_scan_init(&scan);
	json_scan_start(&scan, array);
	json_scan_next(&scan);
	while (rc == 0 && (token = json_scan_next(&scan)) != JSON_ARRAY_END) {
		char where[64];
		struct span jwk = {"", 0};

		snprintf(where, sizeof(where), "keys: number %zu", ++n);
		if (token == JSON_ERROR ||
		    ((token == JSON_OBJECT || token == JSON_ARRAY) &&
			json_scan_skip(&scan, &jwk) == JSON_ERROR))
			rc = err_set(err, "%s: out of memory", where);
		else if (token == JSON_OBJECT)
			rc = add_or_ignore(t, jwk, where, err);
		else
			note_ignored(t, jwk, where, " is not an object");
	}
	json_scan_release(&scan);
	return rc;
}

/* Add one JWK per line. */
static int
add_lines(struct reading *t, struct span text, struct err *err)
{
	struct span rest = text, line;

	while (crypto_secret_line(&rest, &line)) {
		if (add_or_ignore(t, line, "", err) != 0) {
			t->at = line.p;
			return -1;
		}
	}
	return 0;
}

static int
add_text(struct reading *t, struct span text, struct err *err)
{
	const struct json_member *set;
	struct json_index ix;
	bool lines = false;
	int rc;

	/* Add the keys of one JSON text over any number of lines, or of one JWK
	 * per line. */
	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) != 0) {
		lines = true;
		rc = add_lines(t, text, err);
	} else {
		set = json_index_find(&ix, "keys");
		if (set == NULL)
			rc = add_or_ignore(t, text, "", err);
		else if (set->type == JSON_ARRAY)
			rc = add_set(t, set->value, err);
		else
			rc = err_set(err, "keys: not an array");
	}
	json_index_release(&ix);
	if (rc == 0 && t->good == 0)
		rc = err_set(err, "%s",
		    t->why.text[0] != '\0' ? t->why.text : "contains no key");
	if (!lines)
		t->at = NULL;
	return rc;
}

int
seal_keys_add(struct seal_keys *k, struct span text, struct err *err)
{
	struct reading t = {.keys = k};

	return add_text(&t, text, err);
}

static int
read_keys(void *keys, struct crypto_key_file *file, struct err *err)
{
	struct seal_keys *k = keys;
	struct reading t = {.keys = k, .file = file};
	size_t i = k->count;

	if (add_text(&t, file->text, err) != 0) {
		file->at = t.at;
		return -1;
	}
	for (; i < k->count; i++)
		file->secret |= k->key[i].private;
	if (t.ignored > 1)
		crypto_key_note(file, t.at, "%s: ignored, and %zu more key%s",
		    t.why.text, t.ignored - 1, diag_plural(t.ignored - 1));
	else if (t.ignored > 0)
		crypto_key_note(file, t.at, "%s: ignored", t.why.text);
	return 0;
}

int
seal_keys_gather(struct seal_keys *k, const struct crypto_secret_sources *from,
    struct err *err)
{
	return crypto_secret_keys(from, read_keys, k, err);
}

size_t
seal_keys_count(const struct seal_keys *k)
{
	return k->count;
}

const char *
seal_key_id(const struct seal_keys *k, size_t i)
{
	return k->key[i].kid;
}

bool
seal_key_opens(const struct seal_keys *k, size_t i)
{
	return k->key[i].private;
}

static int
make_shared(struct buf *secret, struct err *err)
{
	uint8_t bytes[CRYPTO_AES_KEY];

	if (compat_random(bytes, sizeof(bytes)) != 0)
		return err_sys(err, errno, "no random bytes");
	buf_add_text(secret, "{\"kty\":\"oct\",\"k\":\"");
	crypto_base64_encode(CRYPTO_BASE64URL,
	    (struct span){(const char *)bytes, sizeof(bytes)}, secret);
	buf_add_text(secret, "\",\"use\":\"enc\"}\n");
	compat_wipe(bytes, sizeof(bytes));
	return buf_failed(secret) ? err_set(err, "out of memory") : 0;
}

int
seal_key_make(enum seal_key_kind kind, struct buf *secret, struct buf *public,
    struct err *err)
{
	struct crypto_ecdh *pair;
	struct crypto_point p;
	uint8_t d[CRYPTO_ECDH_SIZE];
	struct seal_key key = {0};
	int rc = -1;

	/* Reserve all: growing would leave copies of the secret behind. */
	buf_reserve(secret, KEY_TEXT_MAX);
	if (kind == SEAL_SHARED)
		return make_shared(secret, err);
	pair = crypto_ecdh_generate(
	    kind == SEAL_P256 ? CRYPTO_P256 : CRYPTO_X25519);
	if (pair == NULL || crypto_ecdh_public(pair, &p) != 0 ||
	    crypto_ecdh_private(pair, d) != 0) {
		err_set(err, "cannot make a key");
		goto out;
	}
	/* Parsing the public half without "kid" computes its thumbprint. */
	seal_key_write(public, &p, NULL, NULL);
	if (seal_key_read(&key, buf_span(public), err) != 0)
		goto out;
	buf_clear(public);
	seal_key_write(public, &p, NULL, key.kid);
	seal_key_write(secret, &p, d, key.kid);
	buf_add_byte(public, '\n');
	buf_add_byte(secret, '\n');
	rc = buf_failed(secret) || buf_failed(public)
	    ? err_set(err, "out of memory")
	    : 0;
out:
	compat_wipe(d, sizeof(d));
	seal_key_release(&key);
	crypto_ecdh_free(pair);
	return rc;
}
