/*
 * RFC 9421 with RFC 9530: the signature is over headers, and Content-Digest
 * brings the body among them.  We cover the digest, the media type and the ID:
 * what a proxy on the way leaves alone, and a line of ours knows.
 */
#include "sign/rfc9421.h"

#include "crypto/base64.h"
#include "message/message.h"

static const char *const algorithms[] = {
    [SIGN_HMAC_SHA256] = "hmac-sha256", [SIGN_ED25519] = "ed25519"};

/* ---- Signing ----------------------------------------------------------- */

static void
put_bytes(struct buf *out, const void *p, size_t n)
{
	buf_add_byte(out, ':');
	crypto_base64_encode(CRYPTO_BASE64, (struct span){p, n}, out);
	buf_add_byte(out, ':');
}

struct draft {
	const struct sign_input *in;
	struct buf digest, inputs, signatures, base;
};

static void
put_line(struct buf *base, const char *name, struct span value)
{
	buf_addf(base, "\"%s\": ", name);
	buf_add_span(base, value);
	buf_add_byte(base, '\n');
}

/* Sign with key number ${i}; labels count from 1. */
static int
add_signature(
    struct draft *d, const struct sign_key *key, size_t i, struct err *err)
{
	const struct sign_input *in = d->in;
	uint8_t bytes[CRYPTO_ED25519_SIGNATURE];
	size_t n = sizeof(bytes), start;
	struct span base;
	int rc;

	if (key->public)
		return err_set(
		    err, "key %s is public: it cannot sign", key->id);
	buf_addf(&d->inputs, "%ssig%zu=", i > 0 ? ", " : "", i + 1);
	start = d->inputs.len;
	buf_addf(&d->inputs,
	    "(\"content-digest\"%s \"webhook-id\")"
	    ";created=%lld;keyid=\"%s\";alg=\"%s\"",
	    in->type.n > 0 ? " \"content-type\"" : "", (long long)in->timestamp,
	    key->id, algorithms[key->algorithm]);
	buf_clear(&d->base);
	put_line(&d->base, "content-digest", buf_span(&d->digest));
	if (in->type.n > 0)
		put_line(&d->base, "content-type", in->type);
	put_line(&d->base, "webhook-id", in->id);
	buf_add_text(&d->base, "\"@signature-params\": ");
	if (buf_failed(&d->inputs))
		return err_set(err, "out of memory");
	buf_add(&d->base, d->inputs.data + start, d->inputs.len - start);
	if (buf_failed(&d->base))
		return err_set(err, "out of memory");
	base = buf_span(&d->base);
	if (key->algorithm == SIGN_HMAC_SHA256) {
		n = CRYPTO_SHA256_SIZE;
		rc = crypto_hmac(key->hmac, &base, 1, bytes);
	} else {
		rc = crypto_ed25519_sign(key->ed, base, bytes);
	}
	if (rc != 0)
		return err_set(err, "key %s: signing failed", key->id);
	buf_addf(&d->signatures, "%ssig%zu=", i > 0 ? ", " : "", i + 1);
	put_bytes(&d->signatures, bytes, n);
	return 0;
}

static int
emit_headers(struct sign_keys *k, const struct sign_input *in, sign_emit *emit,
    void *context, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct draft d = {.in = in};
	int rc = -1;

	if (crypto_sha256(in->body.p, in->body.n, digest) != 0) {
		err_set(err, "hashing failed");
		goto out;
	}
	buf_add_text(&d.digest, "sha-256=");
	put_bytes(&d.digest, digest, sizeof(digest));
	for (size_t i = 0; i < k->count; i++) {
		if (add_signature(&d, &k->key[i], i, err) != 0)
			goto out;
	}
	if (buf_string(&d.digest) == NULL || buf_string(&d.inputs) == NULL ||
	    buf_string(&d.signatures) == NULL) {
		err_set(err, "out of memory");
		goto out;
	}
	emit(context, "content-digest", buf_span(&d.digest));
	emit(context, "signature-input", buf_span(&d.inputs));
	emit(context, "signature", buf_span(&d.signatures));
	rc = 0;
out:
	buf_release(&d.digest);
	buf_release(&d.inputs);
	buf_release(&d.signatures);
	buf_release(&d.base);
	return rc;
}

/* ---- Verifying --------------------------------------------------------- */

/* The byte sequence that the dictionary ${value} has under ${key}, decoded to
 * ${room}.  Return how many, ${size} where
 * they are more, 0 where there is none, or -1: malformed.  Decoding needs room
 * for three more. */
static int
find_bytes(struct span value, struct span key, uint8_t *room, size_t size)
{
	struct sign_fields f;
	struct sign_field item;
	struct span name, unused;
	int found = 0;

	sign_fields_start(&f, value);
	while (sign_fields_key(&f, &name)) {
		struct buf b = {(char *)room, 0, size, false};

		if (!sign_fields_item(&f, &item))
			return -1;
		if (name.n == key.n && memcmp(name.p, key.p, key.n) == 0) {
			if (item.type != SIGN_FIELD_BYTES)
				return -1;
			if (item.text.n >
			    crypto_base64_length(CRYPTO_BASE64, size - 3))
				return (int)size; /* of no kind known here */
			if (crypto_base64_decode(
				CRYPTO_BASE64, item.text, &b) != 0)
				return -1;
			found = (int)b.len;
		}
		while (sign_fields_parameter(&f, &unused, &item))
			;
	}
	return f.bad ? -1 : found;
}

/* Digests of RFC 9530 that are still good. */
static const struct digest {
	const char *name;
	size_t size;
	int (*make)(const void *p, size_t n, uint8_t *digest);
} digests[] = {
    {"sha-256", CRYPTO_SHA256_SIZE, crypto_sha256},
    {"sha-512", CRYPTO_SHA512_SIZE, crypto_sha512},
};

/* Is ${body} the one that Content-Digest tells, by each digest known here? */
static enum sign_verdict
check_digest(
    sign_lookup *lookup, void *context, struct span body, struct err *err)
{
	uint8_t told[CRYPTO_SHA512_SIZE + 3], digest[CRYPTO_SHA512_SIZE];
	struct span value;
	size_t known = 0;

	if (sign_find_header(lookup, context, "content-digest", &value, err) !=
	    0)
		return SIGN_MALFORMED;
	for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++) {
		const struct digest *d = &digests[i];
		int n = find_bytes(value, span_of(d->name), told, sizeof(told));

		if (n == 0)
			continue;
		known++;
		if (n != (int)d->size) {
			err_set(err,
			    "content-digest: %s is not the base64 of %zu "
			    "bytes between colons",
			    d->name, d->size);
			return SIGN_MALFORMED;
		}
		if (d->make(body.p, body.n, digest) != 0) {
			err_set(err, "hashing failed");
			return SIGN_FAILED;
		}
		if (!crypto_equal(told, digest, d->size)) {
			err_set(err,
			    "content-digest does not match: the body was "
			    "changed, or its digest is of another");
			return SIGN_WRONG;
		}
	}
	if (known > 0)
		return SIGN_GOOD;
	err_set(err, "content-digest: neither sha-256 nor sha-512");
	return SIGN_MALFORMED;
}

/* The index of the key that made signature ${bytes} of ${n} over ${base};
 * count for none, -1 when the library failed. */
static int
match(const struct sign_keys *k, const struct sign_base *b, struct span base,
    const uint8_t *bytes, size_t n)
{
	uint8_t tag[CRYPTO_SHA256_SIZE];

	for (size_t i = 0; i < k->count; i++) {
		const struct sign_key *key = &k->key[i];

		if (b->algorithm.p != NULL &&
		    !span_is(b->algorithm, algorithms[key->algorithm]))
			continue;
		if (key->algorithm == SIGN_ED25519) {
			if (n == CRYPTO_ED25519_SIGNATURE &&
			    crypto_ed25519_verify(key->ed, base, bytes))
				return (int)i;
			continue;
		}
		if (n != sizeof(tag))
			continue;
		if (crypto_hmac(key->hmac, &base, 1, tag) != 0)
			return -1;
		if (crypto_equal(tag, bytes, n))
			return (int)i;
	}
	return (int)k->count;
}

/* Judge one signature; SIGN_GOOD with *${key}. */
static enum sign_verdict
check_one(struct sign_keys *k, const struct sign_base *b, sign_lookup *lookup,
    void *context, struct span signatures, size_t *key, struct err *err)
{
	uint8_t bytes[CRYPTO_ED25519_SIGNATURE + 3];
	int n = find_bytes(signatures, b->label, bytes, sizeof(bytes)), found;

	if (n <= 0) {
		err_set(err,
		    n < 0 ? "signature: not LABEL=:BASE64: separated by commas"
			  : "signature: none for %.*s",
		    b->label.n > 64 ? 64 : (int)b->label.n, b->label.p);
		return SIGN_MALFORMED;
	}
	if (!sign_base_covers(b, "content-digest") || b->created == 0) {
		err_set(err, "signature-input: %.*s: %s",
		    b->label.n > 64 ? 64 : (int)b->label.n, b->label.p,
		    b->created == 0 ? "created is missing"
				    : "content-digest is not covered");
		return SIGN_MALFORMED;
	}
	buf_clear(&k->scratch);
	if (sign_base_write(b, lookup, context, &k->scratch, err) != 0)
		return buf_failed(&k->scratch) ? SIGN_FAILED : SIGN_MALFORMED;
	found = match(k, b, buf_span(&k->scratch), bytes, (size_t)n);
	if (found < 0) {
		err_set(err, "verifying failed: out of memory");
		return SIGN_FAILED;
	}
	if (found == (int)k->count) {
		err_set(err,
		    "signature does not match: wrong key or changed message");
		return SIGN_WRONG;
	}
	*key = (size_t)found;
	return SIGN_GOOD;
}

/* One good signature is enough; else the first one's fault is told. */
static enum sign_verdict
check(struct sign_keys *k, sign_lookup *lookup, void *context, struct span body,
    size_t *key, struct err *err)
{
	enum sign_verdict verdict = SIGN_MALFORMED, one;
	struct span inputs, signatures, label;
	struct sign_claim *c = &k->claim;
	struct sign_fields f;
	size_t seen = 0;

	if (sign_find_header(
		lookup, context, "signature-input", &inputs, err) != 0 ||
	    sign_find_header(lookup, context, "signature", &signatures, err) !=
		0)
		return SIGN_MALFORMED;
	sign_fields_start(&f, inputs);
	while (sign_fields_key(&f, &label)) {
		struct sign_base b;
		struct err why;

		if (++seen > SIGN_SIGNATURES_MAX) {
			err_set(err, "signature-input: more than %d of them",
			    SIGN_SIGNATURES_MAX);
			return SIGN_MALFORMED;
		}
		if (sign_base_read(&b, &f, label, err) != 0)
			return SIGN_MALFORMED;
		one = check_one(k, &b, lookup, context, signatures, key, &why);
		if (one == SIGN_GOOD) {
			c->timestamp = b.created;
			c->expires = b.expires;
			if (sign_base_covers(&b, "webhook-id")) {
				c->id = lookup(context, "webhook-id");
				if (message_check_id(c->id, err) != 0)
					return SIGN_MALFORMED;
			}
			return check_digest(lookup, context, body, err);
		}
		if (seen == 1 || one == SIGN_FAILED) {
			verdict = one;
			*err = why;
		}
	}
	if (f.bad || seen == 0) {
		err_set(err, "signature-input: malformed");
		return SIGN_MALFORMED;
	}
	return verdict;
}

const struct sign_scheme sign_scheme_rfc9421 = {
    .name = "rfc9421",
    .header = {"signature", "signature-input", "content-digest"},
    .has_id = true,
    .emit = emit_headers,
    .check = check,
};
