/* JSON Web Keys: RFC 7517, 7518 section 6, 8037 section 2, 7638. */
#include "compat/wipe.h"
#include "crypto/base64.h"
#include "crypto/digest.h"
#include "seal/key.h"

const char *
seal_curve_name(enum crypto_curve curve)
{
	return curve == CRYPTO_P256 ? "P-256" : "X25519";
}

int
seal_text(const struct json_index *ix, const char *name, struct buf *room,
    struct span *text, struct err *err)
{
	const struct json_member *m = json_index_find(ix, name);
	size_t before = room->len;

	*text = (struct span){NULL, 0};
	if (m == NULL)
		return 0;
	if (m->type != JSON_STRING)
		return err_set(err, "%s: not a string", name);
	*text = json_inside(m->value);
	if (!m->value_escaped)
		return 0;
	json_unescape(*text, room);
	if (buf_failed(room))
		return err_set(err, "out of memory");
	*text = (struct span){room->data + before, room->len - before};
	return 0;
}

int
seal_bytes(struct span text, uint8_t *p, size_t n)
{
	char room[128];
	struct buf b = {room, 0, sizeof(room), false};
	int rc = -1;

	if (n + 3 <= sizeof(room) &&
	    text.n == crypto_base64_length(CRYPTO_BASE64URL, n) &&
	    crypto_base64_decode(CRYPTO_BASE64URL, text, &b) == 0 &&
	    b.len == n) {
		memcpy(p, b.data, n);
		rc = 0;
	}
	compat_wipe(room, sizeof(room));
	return rc;
}

/* Read a member that is 32 bytes in base64url, which never needs escapes. */
static int
read_32(
    const struct json_index *ix, const char *name, uint8_t *p, struct err *err)
{
	const struct json_member *m = json_index_find(ix, name);

	if (m == NULL)
		return err_set(err, "%s: missing", name);
	if (m->type != JSON_STRING ||
	    seal_bytes(json_inside(m->value), p, 32) != 0)
		return err_set(err, "%s: not the base64url of 32 bytes", name);
	return 0;
}

/* Is there a string member ${name} that equals ${want}? */
static bool
is(const struct json_index *ix, const char *name, const char *want)
{
	const struct json_member *m = json_index_find(ix, name);

	return m != NULL && m->type == JSON_STRING &&
	    json_string_is(
		json_inside(m->value), m->value_escaped, span_of(want));
}

int
seal_point_read(
    const struct json_index *ix, struct crypto_point *p, struct err *err)
{
	memset(p, 0, sizeof(*p));
	if (is(ix, "kty", "EC") && is(ix, "crv", "P-256"))
		p->curve = CRYPTO_P256;
	else if (is(ix, "kty", "OKP") && is(ix, "crv", "X25519"))
		p->curve = CRYPTO_X25519;
	else
		return err_set(
		    err, "kty and crv: not EC on P-256, OKP on X25519 or oct");
	if (read_32(ix, "x", p->x, err) != 0)
		return -1;
	return p->curve == CRYPTO_P256 ? read_32(ix, "y", p->y, err) : 0;
}

static void
put_32(struct buf *out, const char *before, const uint8_t *p)
{
	buf_add_text(out, before);
	crypto_base64_encode(
	    CRYPTO_BASE64URL, (struct span){(const char *)p, 32}, out);
	buf_add_byte(out, '"');
}

/* Append the members of a public key, in the order of RFC 7638. */
static void
put_point(struct buf *out, const struct crypto_point *p)
{
	buf_addf(out, "\"crv\":\"%s\",\"kty\":\"%s\"",
	    seal_curve_name(p->curve), p->curve == CRYPTO_P256 ? "EC" : "OKP");
	put_32(out, ",\"x\":\"", p->x);
	if (p->curve == CRYPTO_P256)
		put_32(out, ",\"y\":\"", p->y);
}

void
seal_key_write(struct buf *out, const struct crypto_point *p, const uint8_t *d,
    const char *kid)
{
	buf_add_byte(out, '{');
	put_point(out, p);
	if (d != NULL)
		put_32(out, ",\"d\":\"", d);
	if (kid != NULL)
		buf_addf(out, ",\"use\":\"enc\",\"kid\":\"%s\"", kid);
	buf_add_byte(out, '}');
}

static int
thumbprint(struct seal_key *key, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct buf text, kid;
	int rc;

	buf_init(&text);
	buf_init(&kid);
	buf_reserve(&text, 256);
	buf_add_byte(&text, '{');
	if (key->shared) {
		put_32(&text, "\"k\":\"", key->secret);
		buf_add_text(&text, ",\"kty\":\"oct\"");
	} else {
		put_point(&text, &key->point);
	}
	buf_add_byte(&text, '}');
	rc = buf_failed(&text) ||
	    crypto_sha256(text.data, text.len, digest) != 0;
	if (rc == 0)
		crypto_base64_encode(CRYPTO_BASE64URL,
		    (struct span){(const char *)digest, sizeof(digest)}, &kid);
	if (rc == 0 && buf_string(&kid) != NULL)
		snprintf(key->kid, sizeof(key->kid), "%s", kid.data);
	else
		rc = err_set(err, "out of memory");
	buf_wipe(&text);
	buf_release(&kid);
	return rc == 0 ? 0 : -1;
}

static int
read_kid(struct seal_key *key, const struct json_index *ix, struct err *err)
{
	struct span kid;
	struct buf room;
	int rc = -1;

	buf_init(&room);
	if (seal_text(ix, "kid", &room, &kid, err) != 0)
		goto out;
	if (kid.p == NULL) {
		rc = thumbprint(key, err);
		goto out;
	}
	if (!message_header_ok(kid, SEAL_KID_MAX) ||
	    memchr(kid.p, '"', kid.n) != NULL ||
	    memchr(kid.p, '\\', kid.n) != NULL) {
		err_set(err,
		    "kid: not 1 to %d printable ASCII characters without "
		    "quote and backslash",
		    SEAL_KID_MAX);
		goto out;
	}
	memcpy(key->kid, kid.p, kid.n);
	key->kid[kid.n] = '\0';
	rc = 0;
out:
	buf_release(&room);
	return rc;
}

static int
read_shared(struct seal_key *key, const struct json_index *ix, struct err *err)
{
	key->shared = key->private = true;
	if (json_index_find(ix, "alg") == NULL || is(ix, "alg", "dir"))
		key->use = SEAL_USE_ANY;
	else if (is(ix, "alg", "A256KW"))
		key->use = SEAL_USE_WRAP;
	else if (is(ix, "alg", "A256GCM"))
		key->use = SEAL_USE_DIRECT;
	else
		return err_set(err, "alg: not dir, A256KW or A256GCM");
	return read_32(ix, "k", key->secret, err);
}

static int
read_pair(struct seal_key *key, const struct json_index *ix, struct err *err)
{
	uint8_t d[CRYPTO_ECDH_SIZE];
	int rc = 0;

	if (json_index_find(ix, "alg") != NULL &&
	    !is(ix, "alg", "ECDH-ES+A256KW") && !is(ix, "alg", "ECDH-ES"))
		return err_set(err, "alg: not ECDH-ES+A256KW or ECDH-ES");
	if (seal_point_read(ix, &key->point, err) != 0)
		return -1;
	key->private = json_index_find(ix, "d") != NULL;
	if (key->private)
		rc = read_32(ix, "d", d, err);
	if (rc == 0) {
		switch (crypto_ecdh_read(
		    &key->ecdh, &key->point, key->private ? d : NULL)) {
		case CRYPTO_GOOD:
			break;
		case CRYPTO_WRONG:
			rc = err_set(err, "not a key on %s",
			    seal_curve_name(key->point.curve));
			break;
		case CRYPTO_FAILED:
			rc = err_set(err, "out of memory");
			break;
		}
	}
	compat_wipe(d, sizeof(d));
	return rc;
}

/* Does "key_ops", if present, allow encryption? */
static bool
allows(const struct json_index *ix)
{
	static const char *const operation[] = {"deriveKey", "deriveBits",
	    "wrapKey", "unwrapKey", "encrypt", "decrypt"};
	const struct json_member *m = json_index_find(ix, "key_ops");
	struct json_scan scan;
	bool found = false;

	if (m == NULL || m->type != JSON_ARRAY)
		return true;
	json_scan_init(&scan);
	json_scan_start(&scan, m->value);
	json_scan_next(&scan);
	while (!found && json_scan_next(&scan) == JSON_STRING) {
		for (size_t i = 0; i < sizeof(operation) / sizeof(*operation);
		     i++)
			found |= json_string_is(
			    scan.span, scan.escaped, span_of(operation[i]));
	}
	json_scan_release(&scan);
	return found;
}

/* Return why the key is not for encryption; NULL if it is. */
static const char *
other_purpose(const struct json_index *ix)
{
	if (json_index_find(ix, "use") != NULL && !is(ix, "use", "enc"))
		return "use: the key is not for encryption";
	return allows(ix) ? NULL : "key_ops: the key is not for encryption";
}

int
seal_key_read(struct seal_key *key, struct span text, struct err *err)
{
	struct json_index ix;
	const char *other = NULL;
	struct err wrong;
	int rc = -1;

	memset(key, 0, sizeof(*key));
	json_index_init(&ix);
	if (json_index_read(&ix, text, &wrong) != 0) {
		err_set(err, "%s%s",
		    err_is_memory(&wrong) ? "" : "not a JWK: ", wrong.text);
		goto out;
	}
	if (json_index_find(&ix, "kty") == NULL)
		err_set(err, "not a JWK: kty is missing");
	else if (other_purpose(&ix) != NULL)
		other = other_purpose(&ix);
	else if (is(&ix, "kty", "oct"))
		rc = read_shared(key, &ix, err);
	else
		rc = read_pair(key, &ix, err);
	if (other != NULL) {
		err_set(err, "%s", other);
		rc = 1;
	}
	if (rc == 0)
		rc = read_kid(key, &ix, err);
out:
	json_index_release(&ix);
	return rc;
}

void
seal_key_release(struct seal_key *key)
{
	crypto_ecdh_free(key->ecdh);
	compat_wipe(key, sizeof(*key));
}
