#include "sign/change.h"
#include "sign/scheme.h"

/* The cost of checking an Ed25519 signature, in bytes hashed; and of a tag, in
 * addition to its bytes. */
#define ED25519_COST 65536
#define HMAC_COST 256

/* Does the claim match ${body}?  Return 1, 0, or -1 if out of memory. */
static int
holds(void *keys, struct span body)
{
	struct sign_keys *k = keys;
	int rc = sign_match(k, body);

	return rc < 0 ? -1 : rc < (int)k->count;
}

static uint64_t
cost_of(const struct sign_keys *k)
{
	uint64_t cost = 0;

	for (size_t i = 0; i < k->count; i++)
		cost += k->key[i].hmac != NULL
		    ? HMAC_COST
		    : k->claim.signatures * ED25519_COST;
	return cost;
}

enum sign_result
sign_explain_change(const struct sign_trial *t, struct span body,
    const char *before, struct err *err)
{
	enum sign_result result = SIGN_GOOD;
	struct buf what;
	int rc;

	buf_init(&what);
	rc = sign_find_change(t, body, &what);
	if (rc == 1) {
		err_set(err, "%s: %.*s", before, (int)what.len, what.data);
		result = SIGN_WRONG;
	} else if (rc < 0) {
		err_set(err, "verifying failed: out of memory");
		result = SIGN_FAILED;
	}
	buf_release(&what);
	return result;
}

/* Try the usual mistakes.  Return SIGN_GOOD if none of them explains it. */
static enum sign_result
diagnose(struct sign_keys *k, struct span body, struct err *err)
{
	struct sign_trial t = {holds, k, cost_of(k), &k->budget};
	enum sign_result result;
	int rc;

	result = sign_explain_change(&t, body, "signature does not match", err);
	if (result != SIGN_GOOD)
		return result;
	rc = sign_match_misread(k, body);
	if (rc == 0)
		return SIGN_GOOD;
	if (rc < 0) {
		err_set(err, "verifying failed: out of memory");
		return SIGN_FAILED;
	}
	err_set(err, "signature does not match: the sender used %s",
	    k->scheme->text_keys
		? "the bytes after whsec_ as the key instead of its text"
		: "the text of the key instead of its bytes");
	return SIGN_WRONG;
}

enum sign_result
sign_explain(struct sign_keys *k, struct span body, struct err *err)
{
	const struct sign_claim *c = &k->claim;
	bool hmac = false, ed = false, before = false;
	enum sign_result result;

	for (size_t i = 0; i < k->count; i++) {
		hmac |= k->key[i].hmac != NULL;
		ed |= k->key[i].ed != NULL;
		before |= k->key[i].matched > 0;
	}
	if (c->tags + c->signatures == 0) {
		err_set(err, "no signature of a version that is known");
		return SIGN_WRONG;
	}
	if ((c->tags == 0 && !ed) || (c->signatures == 0 && !hmac)) {
		err_set(err, "wrong key: the signature is %s, the key %s",
		    c->tags == 0 ? "Ed25519 (v1a)" : "HMAC (v1)",
		    hmac ? "for HMAC (whsec_)" : "for Ed25519");
		return SIGN_WRONG;
	}
	result = k->diagnose ? diagnose(k, body, err) : SIGN_GOOD;
	if (result != SIGN_GOOD)
		return result;
	if (before)
		err_set(err,
		    "signature does not match: the message was "
		    "changed (the key matches others), or another "
		    "key made it");
	else
		err_set(err,
		    "signature does not match: wrong key or changed message");
	return SIGN_WRONG;
}
