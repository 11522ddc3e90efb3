#include "sign/scheme.h"

#include <inttypes.h>

static enum sign_result
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
static enum sign_result
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

enum sign_result
sign_verify(struct sign_keys *k, sign_lookup *lookup, void *context,
    struct span body, int64_t now, int64_t tolerance, struct sign_verified *v,
    struct err *err)
{
	struct sign_claim *c = &k->claim;
	enum sign_result result;

	memset(v, 0, sizeof(*v));
	c->id = c->time = (struct span){NULL, 0};
	c->timestamp = c->expires = 0;
	c->tags = c->signatures = c->covers = 0;
	result = find_key(k, lookup, context, body, &v->key, err);
	if (result != SIGN_GOOD)
		return result;
	k->key[v->key].matched++;
	v->id = c->id;
	v->timestamp = c->timestamp;
	return check_time(c, now, tolerance, err);
}

bool
sign_covers(const struct sign_keys *k, struct span name)
{
	for (size_t i = 0; i < k->claim.covers; i++) {
		struct span s = k->claim.covered[i];

		if (s.n == name.n && memcmp(s.p, name.p, s.n) == 0)
			return true;
	}
	return false;
}
