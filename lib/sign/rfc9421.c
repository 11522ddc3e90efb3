/*
 * RFC 9421 with RFC 9530: the signature covers headers, and Content-Digest is
 * the one that covers the body.  We sign the digest, the media type and the ID:
 * proxies do not change them, and a message line has them.
 */
#include "sign/rfc9421.h"
#include "sign/change.h"

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

struct headers {
	const struct sign_input *in;
	struct buf digest, inputs, signatures, base;
};

static void
put_line(struct buf *base, struct span name, struct span value)
{
	buf_addf(base, "\"%.*s\": ", (int)name.n, name.p);
	buf_add_span(base, value);
	buf_add_byte(base, '\n');
}

/* Sign with key ${i}; labels count from 1. */
static int
add_signature(
    struct headers *d, const struct sign_key *key, size_t i, struct err *err)
{
	const struct sign_input *in = d->in;
	uint8_t bytes[CRYPTO_ED25519_SIGNATURE];
	size_t n = sizeof(bytes), start;
	struct span base;
	int rc;

	if (key->no_signer != NULL)
		return err_set(
		    err, "key %s %s: it cannot sign", key->id, key->no_signer);
	buf_addf(&d->inputs, "%ssig%zu=", i > 0 ? ", " : "", i + 1);
	start = d->inputs.len;
	buf_addf(&d->inputs, "(\"content-digest\"%s \"webhook-id\"",
	    in->type.n > 0 ? " \"content-type\"" : "");
	for (size_t j = 0; j < in->headers; j++)
		buf_addf(&d->inputs, " \"%.*s\"", (int)in->header[j].name.n,
		    in->header[j].name.p);
	buf_addf(&d->inputs, ");created=%lld;keyid=\"%s\";alg=\"%s\"",
	    (long long)in->timestamp, key->id, algorithms[key->algorithm]);
	buf_clear(&d->base);
	put_line(&d->base, SPAN_LIT("content-digest"), buf_span(&d->digest));
	if (in->type.n > 0)
		put_line(&d->base, SPAN_LIT("content-type"), in->type);
	put_line(&d->base, SPAN_LIT("webhook-id"), in->id);
	for (size_t j = 0; j < in->headers; j++)
		put_line(&d->base, in->header[j].name, in->header[j].value);
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
	struct headers d = {.in = in};
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

/* Decode the next byte sequence.  Return as find_bytes does. */
static int
take_bytes(struct sign_fields *f, uint8_t *room, size_t size)
{
	struct buf b = {(char *)room, 0, size, false};
	struct sign_field item;

	if (!sign_fields_item(f, &item) || item.type != SIGN_FIELD_BYTES)
		return -1;
	if (item.text.n > crypto_base64_length(CRYPTO_BASE64, size - 3))
		return (int)size; /* longer than any known kind */
	if (crypto_base64_decode(CRYPTO_BASE64, item.text, &b) != 0)
		return -1;
	return (int)b.len;
}

/* Decode the byte sequence with ${key} in the dictionary ${value} to ${room};
 * members with other keys may have any type.  Return the number of bytes;
 * ${size} if there are more; 0 if there is no such key; -1 if it is malformed.
 * Decoding needs room for three more bytes. */
static int
find_bytes(struct span value, struct span key, uint8_t *room, size_t size)
{
	struct sign_fields f;
	struct span name;
	int found = 0;

	sign_fields_start(&f, value);
	do {
		while (sign_fields_key(&f, &name)) {
			struct sign_fields at = f;

			sign_fields_skip(&f);
			if (name.n == key.n &&
			    memcmp(name.p, key.p, key.n) == 0)
				found = take_bytes(&at, room, size);
		}
	} while (f.bad && sign_fields_resume(&f));
	return found;
}

/* The digests that RFC 9530 lists as active. */
static const struct digest {
	const char *name;
	size_t size;
	int (*make)(const void *p, size_t n, uint8_t *digest);
} digests[] = {
    {"sha-256", CRYPTO_SHA256_SIZE, crypto_sha256},
    {"sha-512", CRYPTO_SHA512_SIZE, crypto_sha512},
};

#define DIGESTS (sizeof(digests) / sizeof(*digests))

/* The known digests in Content-Digest. */
struct digests {
	size_t known;
	bool there[DIGESTS];
	uint8_t digest[DIGESTS][CRYPTO_SHA512_SIZE + 3];
};

/* Read them.  An unreadable one does not invalidate the other. */
static int
read_digests(struct span value, struct digests *t, struct err *err)
{
	const struct digest *bad = NULL;

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < DIGESTS; i++) {
		const struct digest *d = &digests[i];
		int n = find_bytes(value, span_of(d->name), t->digest[i],
		    sizeof(t->digest[i]));

		t->there[i] = n == (int)d->size;
		t->known += t->there[i];
		if (n != 0 && !t->there[i] && bad == NULL)
			bad = d;
	}
	if (t->known > 0)
		return 0;
	if (bad != NULL)
		return err_set(err,
		    "content-digest: %s is not the base64 of %zu bytes "
		    "between colons",
		    bad->name, bad->size);
	return err_set(err, "content-digest: neither sha-256 nor sha-512");
}

/* Does ${body} match all these digests?  Return 1, 0, or -1 if the crypto
 * library fails. */
static int
has_digests(void *context, struct span body)
{
	const struct digests *t = context;
	uint8_t digest[CRYPTO_SHA512_SIZE];

	for (size_t i = 0; i < DIGESTS; i++) {
		if (!t->there[i])
			continue;
		if (digests[i].make(body.p, body.n, digest) != 0)
			return -1;
		if (!crypto_equal(t->digest[i], digest, digests[i].size))
			return 0;
	}
	return 1;
}

/* Does ${body} match each known digest in Content-Digest? */
static enum sign_result
check_digest(struct sign_keys *k, sign_lookup *lookup, void *context,
    struct span body, struct err *err)
{
	static const char wrong[] = "content-digest does not match";
	struct digests t;
	struct sign_trial trial = {has_digests, &t, 256, &k->budget};
	enum sign_result result = SIGN_GOOD;
	struct span value;
	int rc;

	if (sign_find_header(lookup, context, "content-digest", &value, err) !=
		0 ||
	    read_digests(value, &t, err) != 0)
		return SIGN_MALFORMED;
	rc = has_digests(&t, body);
	if (rc == 1)
		return SIGN_GOOD;
	if (rc < 0) {
		err_set(err, "hashing failed");
		return SIGN_FAILED;
	}
	if (k->diagnose)
		result = sign_explain_change(&trial, body, wrong, err);
	if (result != SIGN_GOOD)
		return result;
	err_set(err, "%s: the body was changed, or its digest is of another",
	    wrong);
	return SIGN_WRONG;
}

/* The index of the key that made signature ${bytes} of ${n} over ${base}; the
 * number of keys if there is none; -1 if the crypto library fails. */
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
			int rc = 0;

			if (n == CRYPTO_ED25519_SIGNATURE)
				rc =
				    crypto_ed25519_verify(key->ed, base, bytes);
			if (rc != 0)
				return rc < 0 ? -1 : (int)i;
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

/* Check one signature.  Return SIGN_GOOD with its *${key}. */
static enum sign_result
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

/* Fill in the claim that the valid signature ${b} proves. */
static enum sign_result
accept(struct sign_keys *k, const struct sign_base *b, sign_lookup *lookup,
    void *context, struct span body, struct err *err)
{
	struct sign_claim *c = &k->claim;

	c->timestamp = b->created;
	c->expires = b->expires;
	memcpy(c->covered, b->covered, b->count * sizeof(b->covered[0]));
	c->covers = b->count;
	if (sign_base_covers(b, "webhook-id")) {
		c->id = lookup(context, "webhook-id");
		if (message_check_id(c->id, err) != 0)
			return SIGN_MALFORMED;
	}
	return check_digest(k, lookup, context, body, err);
}

/* The result on all signatures so far, and its reason. */
struct outcome {
	enum sign_result result;
	struct err why;
	size_t seen;
};

/* Check the signature ${label}, whose input is next in ${f}. */
static enum sign_result
try_signature(struct sign_keys *k, struct sign_base *b, struct sign_fields f,
    struct span label, sign_lookup *lookup, void *context,
    struct span signatures, size_t *key, struct outcome *o)
{
	enum sign_result one = SIGN_MALFORMED;
	struct err why;

	o->seen++;
	if (sign_base_read(b, &f, label, &why) == 0)
		one = check_one(k, b, lookup, context, signatures, key, &why);
	/* An unreadable signature is reported only if none is readable, and
	 * then the first. */
	if (one != SIGN_GOOD &&
	    (o->seen == 1 || one == SIGN_FAILED ||
		(one == SIGN_WRONG && o->result == SIGN_MALFORMED))) {
		o->result = one;
		o->why = why;
	}
	return one;
}

/* One valid signature is enough. */
static enum sign_result
check(struct sign_keys *k, sign_lookup *lookup, void *context, struct span body,
    size_t *key, struct err *err)
{
	struct span inputs, signatures, label;
	struct outcome o = {SIGN_MALFORMED, {""}, 0};
	struct sign_fields f;
	struct sign_base b;

	if (sign_find_header(
		lookup, context, "signature-input", &inputs, err) != 0 ||
	    sign_find_header(lookup, context, "signature", &signatures, err) !=
		0)
		return SIGN_MALFORMED;
	sign_fields_start(&f, inputs);
	do {
		while (sign_fields_key(&f, &label)) {
			struct sign_fields at = f;

			if (o.seen == SIGN_SIGNATURES_MAX) {
				err_set(err,
				    "signature-input: more than %d of them",
				    SIGN_SIGNATURES_MAX);
				return SIGN_MALFORMED;
			}
			sign_fields_skip(&f);
			switch (try_signature(k, &b, at, label, lookup, context,
			    signatures, key, &o)) {
			case SIGN_GOOD:
				return accept(
				    k, &b, lookup, context, body, err);
			case SIGN_FAILED:
				*err = o.why;
				return SIGN_FAILED;
			case SIGN_MALFORMED:
			case SIGN_WRONG:
			case SIGN_STALE:
			case SIGN_EARLY:
				break;
			}
		}
	} while (f.bad && sign_fields_resume(&f));
	if (o.seen == 0)
		err_set(err, "signature-input: malformed");
	else
		*err = o.why;
	return o.result;
}

const struct sign_scheme sign_scheme_rfc9421 = {
    .header = {"signature", "signature-input", "content-digest"},
    .other = {"webhook-id", "content-type", "host"},
    .has_id = true,
    .emit = emit_headers,
    .check = check,
};
