#include "sign/scheme.h"

#include <inttypes.h>

/* Does key ${i} match one of the claim's signatures over ${part}?  Return 1
 * or 0; -1 when the library failed. */
static int
match_key(struct sign_keys *k, struct crypto_hmac *hmac,
    struct crypto_ed25519 *ed, const struct span *part, size_t parts)
{
	const struct sign_claim *c = &k->claim;
	uint8_t tag[CRYPTO_SHA256_SIZE];
	int found = 0;

	if (hmac != NULL) {
		if (c->tags == 0)
			return 0;
		if (crypto_hmac(hmac, part, parts, tag) != 0)
			return -1;
		for (size_t i = 0; i < c->tags; i++)
			found |= crypto_equal(tag, c->tag[i], sizeof(tag));
		return found;
	}
	for (size_t i = 0; i < c->signatures && !found; i++)
		found = crypto_ed25519_verify(
		    ed, buf_span(&k->scratch), c->signature[i]);
	return found;
}

/* The index of the key that signed ${body}, count for none, or -1. */
static int
match(struct sign_keys *k, struct span body)
{
	const struct sign_claim *c = &k->claim;
	struct span part[SIGN_PARTS];
	size_t parts = k->scheme->content(c->id, c->time, body, part);

	if (c->signatures > 0) {
		buf_clear(&k->scratch);
		for (size_t i = 0; i < parts; i++)
			buf_add_span(&k->scratch, part[i]);
		if (buf_failed(&k->scratch))
			return -1;
	}
	for (size_t i = 0; i < k->count; i++) {
		int rc =
		    match_key(k, k->key[i].hmac, k->key[i].ed, part, parts);

		if (rc != 0)
			return rc < 0 ? -1 : (int)i;
	}
	return (int)k->count;
}

static bool
misread(struct sign_keys *k, struct span body)
{
	const struct sign_claim *c = &k->claim;
	struct span part[SIGN_PARTS];
	size_t parts = k->scheme->content(c->id, c->time, body, part);

	for (size_t i = 0; i < k->count; i++) {
		if (k->key[i].misread != NULL &&
		    match_key(k, k->key[i].misread, NULL, part, parts) == 1)
			return true;
	}
	return false;
}

/* Was the body changed in a way that programs do by themselves? */
static const char *
known_change(struct sign_keys *k, struct span body)
{
	struct buf longer;
	struct span cut = body;
	const char *what = NULL;

	buf_init(&longer);
	buf_add_span(&longer, body);
	buf_add_byte(&longer, '\n');
	if (cut.n > 0 && cut.p[cut.n - 1] == '\n')
		cut.n--;
	if (buf_failed(&longer))
		what = NULL;
	else if (match(k, buf_span(&longer)) < (int)k->count)
		what = "the newline at the end of the body was lost";
	else if (cut.n < body.n && match(k, cut) < (int)k->count)
		what = "a newline was added to the end of the body";
	buf_release(&longer);
	return what;
}

/* Say, as far as it can be found out, why nothing matches. */
static void
explain(struct sign_keys *k, struct span body, struct err *err)
{
	const struct sign_claim *c = &k->claim;
	bool hmac = false, ed = false, before = false;
	const char *what;

	for (size_t i = 0; i < k->count; i++) {
		hmac |= k->key[i].hmac != NULL;
		ed |= k->key[i].ed != NULL;
		before |= k->key[i].matched > 0;
	}
	if (c->tags + c->signatures == 0) {
		err_set(err, "no signature of a version that is known");
		return;
	}
	if ((c->tags == 0 && !ed) || (c->signatures == 0 && !hmac)) {
		err_set(err, "wrong key: the signature is %s, the key %s",
		    c->tags == 0 ? "Ed25519 (v1a)" : "HMAC (v1)",
		    hmac ? "for HMAC (whsec_)" : "for Ed25519");
		return;
	}
	what = k->diagnose ? known_change(k, body) : NULL;
	if (what != NULL)
		err_set(err, "signature does not match: %s", what);
	else if (k->diagnose && misread(k, body))
		err_set(err, "signature does not match: the sender took %s",
		    k->scheme->text_keys
			? "the bytes behind whsec_ for the key, not its text"
			: "the key's text for the key, not its bytes");
	else if (before)
		err_set(err,
		    "signature does not match: the message was "
		    "changed (the key matches others), or another "
		    "key made it");
	else
		err_set(err,
		    "signature does not match: wrong key or changed message");
}

static enum sign_verdict
check_time(
    const struct sign_claim *c, int64_t now, int64_t tolerance, struct err *err)
{
	int64_t age = now - c->timestamp;

	if (c->timestamp == 0 || tolerance == SIGN_FOREVER)
		return SIGN_GOOD;
	if (c->expires > 0 && now > c->expires) {
		err_set(err,
		    "expired: %" PRId64 " s ago (the signature is genuine)",
		    now - c->expires);
		return SIGN_STALE;
	}
	if (age > tolerance) {
		err_set(err,
		    "stale: signed %" PRId64 " s ago, %" PRId64
		    " s are allowed (the signature is genuine)",
		    age, tolerance);
		return SIGN_STALE;
	}
	if (-age > tolerance) {
		err_set(err,
		    "from the future: signed %" PRId64 " s ahead, %" PRId64
		    " s are allowed (the signature is genuine)",
		    -age, tolerance);
		return SIGN_EARLY;
	}
	return SIGN_GOOD;
}

/* Find the key that signed ${body}. */
static enum sign_verdict
find_key(struct sign_keys *k, sign_lookup *lookup, void *context,
    struct span body, size_t *key, struct err *err)
{
	int found;

	if (k->scheme->check != NULL)
		return k->scheme->check(k, lookup, context, body, key, err);
	if (k->scheme->read(lookup, context, &k->claim, err) != 0)
		return SIGN_MALFORMED;
	found = match(k, body);
	if (found < 0) {
		err_set(err, "verifying failed: out of memory");
		return SIGN_FAILED;
	}
	if (found == (int)k->count) {
		explain(k, body, err);
		return SIGN_WRONG;
	}
	*key = (size_t)found;
	return SIGN_GOOD;
}

enum sign_verdict
sign_verify(struct sign_keys *k, sign_lookup *lookup, void *context,
    struct span body, int64_t now, int64_t tolerance, struct sign_verified *v,
    struct err *err)
{
	struct sign_claim *c = &k->claim;
	enum sign_verdict verdict;

	memset(v, 0, sizeof(*v));
	c->id = c->time = (struct span){NULL, 0};
	c->timestamp = c->expires = 0;
	c->tags = c->signatures = 0;
	c->others = false;
	verdict = find_key(k, lookup, context, body, &v->key, err);
	if (verdict != SIGN_GOOD)
		return verdict;
	k->key[v->key].matched++;
	v->id = c->id;
	v->timestamp = c->timestamp;
	return check_time(c, now, tolerance, err);
}
