#include <errno.h>

#include "compat/random.h"
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "seal/key.h"

/* More than the JWK of a private key takes. */
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

static int
add_one(struct seal_keys *k, struct span text, struct err *err)
{
	struct seal_key *key = &k->key[k->count];

	if (k->count == SEAL_KEYS_MAX)
		return err_set(err, "more than %d keys", SEAL_KEYS_MAX);
	if (seal_key_read(key, text, err) != 0) {
		seal_key_release(key);
		return -1;
	}
	for (size_t i = 0; i < k->count; i++) {
		if (strcmp(k->key[i].kid, key->kid) == 0) {
			err_set(err, "kid %s: stands twice", key->kid);
			seal_key_release(key);
			return -1;
		}
	}
	k->count++;
	return 0;
}

/* Add the elements of "keys". */
static int
add_set(struct seal_keys *k, struct span array, struct err *err)
{
	struct json_scan scan;
	enum json_token t;
	struct err why;
	size_t n = 0;
	int rc = 0;

	json_scan_init(&scan);
	json_scan_start(&scan, array);
	json_scan_next(&scan);
	while (rc == 0 && (t = json_scan_next(&scan)) != JSON_ARRAY_END) {
		struct span jwk;

		n++;
		if (t != JSON_OBJECT) {
			rc = err_set(err, "keys: number %zu is no object", n);
		} else {
			json_scan_skip(&scan, &jwk);
			if (add_one(k, jwk, &why) != 0)
				rc = err_set(
				    err, "keys: number %zu: %s", n, why.text);
		}
	}
	json_scan_release(&scan);
	return rc;
}

/* Add a JWK a line. */
static int
add_lines(
    struct seal_keys *k, struct span text, const char **at, struct err *err)
{
	struct span rest = text, line;

	while (crypto_secret_line(&rest, &line)) {
		if (add_one(k, line, err) != 0) {
			*at = line.p;
			return -1;
		}
	}
	return 0;
}

static int
add_text(
    struct seal_keys *k, struct span text, const char **at, struct err *err)
{
	const struct json_member *set;
	struct json_index ix;
	size_t before = k->count;
	int rc;

	/* One JSON text over any number of lines, or one on each line. */
	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) != 0) {
		rc = add_lines(k, text, at, err);
	} else {
		set = json_index_find(&ix, "keys");
		if (set == NULL)
			rc = add_one(k, text, err);
		else if (set->type == JSON_ARRAY)
			rc = add_set(k, set->value, err);
		else
			rc = err_set(err, "keys: not an array");
	}
	json_index_release(&ix);
	if (rc == 0 && k->count == before)
		rc = err_set(err, "holds no key");
	return rc;
}

int
seal_keys_add(struct seal_keys *k, struct span text, struct err *err)
{
	const char *at = NULL;

	return add_text(k, text, &at, err);
}

static int
read_keys(void *keys, struct crypto_key_file *file, struct err *err)
{
	struct seal_keys *k = keys;
	size_t i = k->count;

	if (add_text(k, file->text, &file->at, err) != 0)
		return -1;
	for (; i < k->count; i++)
		file->secret |= k->key[i].private;
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

	/* At once: growing would leave copies of the secret behind. */
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
	/* Reading the bare public half back gives its thumbprint. */
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
