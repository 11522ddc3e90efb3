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
	for (size_t i = 0; i < c->signatures && found == 0; i++)
		found = crypto_ed25519_verify(
		    ed, buf_span(&k->scratch), c->signature[i]);
	return found;
}

int
sign_match(struct sign_keys *k, struct span body)
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

int
sign_match_misread(struct sign_keys *k, struct span body)
{
	const struct sign_claim *c = &k->claim;
	struct span part[SIGN_PARTS];
	size_t parts = k->scheme->content(c->id, c->time, body, part);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < k->count; i++) {
		if (k->key[i].misread != NULL)
			rc = match_key(k, k->key[i].misread, NULL, part, parts);
	}
	return rc;
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
	found = sign_match(k, body);
	if (found < 0) {
		err_set(err, "verifying failed: out of memory");
		return SIGN_FAILED;
	}
	if (found == (int)k->count)
		return sign_explain(k, body, err);
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
	verdict = find_key(k, lookup, context, body, &v->key, err);
	if (verdict != SIGN_GOOD)
		return verdict;
	k->key[v->key].matched++;
	v->id = c->id;
	v->timestamp = c->timestamp;
	return check_time(c, now, tolerance, err);
}
