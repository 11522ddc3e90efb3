#include "buf/ascii.h"
#include "crypto/base64.h"
#include "diag/plural.h"
#include "jwt/internal.h"
#include "json/json.h"

/* A token's three parts, and the text that was signed. */
struct parts {
	struct span header, payload, signature, signed_text;
};

void
jwt_init(struct jwt *t)
{
	memset(t, 0, sizeof(*t));
	buf_init(&t->text);
	buf_init(&t->part);
}

void
jwt_release(struct jwt *t)
{
	buf_wipe(&t->text);
	buf_wipe(&t->part);
}

/* Split ${token} at its two dots. */
static int
split(struct span token, struct parts *p)
{
	const char *end = token.p + token.n;
	const char *first, *second;

	if (token.n == 0 || token.n > JWT_MAX)
		return -1;
	first = memchr(token.p, '.', token.n);
	if (first == NULL)
		return -1;
	second = memchr(first + 1, '.', (size_t)(end - first - 1));
	if (second == NULL)
		return -1;
	p->header = (struct span){token.p, (size_t)(first - token.p)};
	p->payload = (struct span){first + 1, (size_t)(second - first - 1)};
	p->signature = (struct span){second + 1, (size_t)(end - second - 1)};
	p->signed_text = (struct span){token.p, (size_t)(second - token.p)};
	return p->header.n > 0 && p->payload.n > 0 && p->signature.n > 0 ? 0
									 : -1;
}

/* Decode ${text} into t->part. */
static enum jwt_verdict
decode(struct jwt *t, struct span text, const char *what, struct err *err)
{
	buf_clear(&t->part);
	if (crypto_base64_decode(CRYPTO_BASE64URL, text, &t->part) == 0)
		return JWT_GOOD;
	if (buf_failed(&t->part)) {
		err_set(err, "out of memory");
		return JWT_FAILED;
	}
	err_set(err, "the %s is not base64url", what);
	return JWT_MALFORMED;
}

/* Check the header, and set *${alg} to its algorithm, a string. */
static int
read_header(const struct json_index *ix, const struct json_member **alg,
    struct err *err)
{
	const struct json_member *typ = json_index_find(ix, "typ");

	*alg = json_index_find(ix, "alg");
	if (json_index_find(ix, "crit") != NULL)
		return err_set(err, "crit: extensions are not supported");
	if (json_index_find(ix, "b64") != NULL)
		return err_set(err, "b64 is not allowed in tokens");
	if (*alg == NULL || (*alg)->type != JSON_STRING)
		return err_set(err, "alg is missing or not a string");
	if (typ != NULL &&
	    (typ->type != JSON_STRING ||
		!ascii_same(json_inside(typ->value), "jwt")))
		return err_set(err, "typ is not JWT");
	return 0;
}

/* Return the keys whose algorithm is ${alg}, as a bit mask. */
static uint32_t
fitting(const struct sign_keys *keys, const struct json_member *alg)
{
	uint32_t fit = 0;

	for (size_t i = 0; i < sign_keys_count(keys); i++) {
		if (jwt_key_check(keys, i, NULL) == 0 &&
		    json_string_is(json_inside(alg->value), alg->value_escaped,
			span_of(jwt_algorithm(keys, i))))
			fit |= 1u << i;
	}
	return fit;
}

/* Find the keys with the algorithm of the header in t->part. */
static enum jwt_verdict
choose_keys(
    const struct sign_keys *keys, struct jwt *t, uint32_t *fit, struct err *err)
{
	const struct json_member *alg = NULL;
	struct json_index ix;
	struct err why = {""};
	int rc;

	json_index_init(&ix);
	rc = json_index_read(&ix, buf_span(&t->part), &why);
	if (rc == 0)
		rc = read_header(&ix, &alg, &why);
	*fit = rc == 0 ? fitting(keys, alg) : 0;
	if (rc == 0 && *fit == 0)
		rc = err_set(&why, "alg %.*s is not that of a key",
		    alg->value.n > 40 ? 40 : (int)alg->value.n, alg->value.p);
	json_index_release(&ix);
	if (rc == 0)
		return JWT_GOOD;
	err_set(err, "header: %s", why.text);
	return err_is_memory(&why) ? JWT_FAILED : JWT_MALFORMED;
}

/* Find the key in the mask ${fit} that signed the token. */
static enum jwt_verdict
match(struct sign_keys *keys, uint32_t fit, const struct parts *p,
    struct jwt *t, struct err *err)
{
	for (size_t i = 0; i < sign_keys_count(keys); i++) {
		int same;

		if ((fit & 1u << i) == 0)
			continue;
		same = sign_bytes_check(
		    keys, i, p->signed_text, buf_span(&t->part));
		if (same < 0) {
			err_set(err, "out of memory");
			return JWT_FAILED;
		}
		if (same > 0) {
			t->key = i;
			return JWT_GOOD;
		}
	}
	err_set(err, "no key signed it");
	return JWT_WRONG;
}

/* Is the token valid at ${now}? */
static enum jwt_verdict
check_times(const struct jwt_claims *c, int64_t now, struct err *err)
{
	if (now >= c->expires) {
		err_set(err, "it expired %lld second%s ago",
		    (long long)(now - c->expires),
		    diag_plural((uint64_t)(now - c->expires)));
		return JWT_EXPIRED;
	}
	if (c->not_before > now + JWT_LEEWAY || c->issued > now + JWT_LEEWAY) {
		err_set(err, "it is not valid yet");
		return JWT_EARLY;
	}
	return JWT_GOOD;
}

enum jwt_verdict
jwt_check(struct sign_keys *keys, struct span token, struct span audience,
    int64_t now, struct jwt *t, struct err *err)
{
	enum jwt_verdict verdict;
	struct parts p;
	uint32_t fit = 0;
	bool ours = false;

	if (split(token, &p) != 0) {
		err_set(err, "not a token of three parts");
		return JWT_MALFORMED;
	}
	verdict = decode(t, p.header, "header", err);
	if (verdict == JWT_GOOD)
		verdict = choose_keys(keys, t, &fit, err);
	if (verdict == JWT_GOOD)
		verdict = decode(t, p.signature, "signature", err);
	if (verdict == JWT_GOOD)
		verdict = match(keys, fit, &p, t, err);
	/* Claims are read only once their signature is verified. */
	if (verdict == JWT_GOOD)
		verdict = decode(t, p.payload, "payload", err);
	if (verdict == JWT_GOOD)
		verdict = jwt_claims_read(t, audience, &ours, err);
	if (verdict == JWT_GOOD)
		verdict = check_times(&t->claims, now, err);
	if (verdict == JWT_GOOD && !ours) {
		err_set(err, "it is for another audience");
		return JWT_OTHER;
	}
	return verdict;
}
