#include "crypto/base64.h"
#include "jwt/internal.h"

const char *
jwt_algorithm(const struct sign_keys *keys, size_t i)
{
	return sign_key_kind(keys, i) == SIGN_NEW_ED25519 ? "EdDSA" : "HS256";
}

int
jwt_key_check(const struct sign_keys *keys, size_t i, struct err *err)
{
	if (sign_key_kind(keys, i) == SIGN_NEW_HMAC &&
	    sign_key_size(keys, i) < JWT_HMAC_KEY_MIN)
		return err_set(err,
		    "key %s has %zu bytes: tokens need %zu or more",
		    sign_key_id(keys, i), sign_key_size(keys, i),
		    JWT_HMAC_KEY_MIN);
	return 0;
}

int
jwt_keys_check(const struct sign_keys *keys, struct err *err)
{
	for (size_t i = 0; i < sign_keys_count(keys); i++) {
		if (jwt_key_check(keys, i, err) != 0)
			return -1;
	}
	return 0;
}

static int
check_name(struct span name, const char *what, struct err *err)
{
	if (name.n > JWT_NAME_MAX)
		return err_set(
		    err, "the %s is longer than %zu bytes", what, JWT_NAME_MAX);
	if (!json_utf8_valid(name, NULL))
		return err_set(err, "the %s is not UTF-8", what);
	return 0;
}

int
jwt_claims_check(const struct jwt_claims *c, struct err *err)
{
	if (c->expires <= 0)
		return err_set(err, "a token must expire");
	if (!c->all_sessions && c->sessions == 0)
		return err_set(err, "a token needs a session");
	if (c->sessions > JWT_SESSIONS_MAX)
		return err_set(err, "more than %zu sessions", JWT_SESSIONS_MAX);
	for (size_t i = 0; i < c->sessions; i++) {
		if (c->session[i].n == 0 || span_is(c->session[i], "*"))
			return err_set(err, "'%.*s' is not a session ID",
			    (int)c->session[i].n, c->session[i].p);
		if (check_name(c->session[i], "session", err) != 0)
			return -1;
	}
	if (check_name(c->subject, "subject", err) != 0 ||
	    check_name(c->audience, "audience", err) != 0)
		return -1;
	return check_name(c->id, "ID", err);
}

static void
put_name(struct json_writer *w, const char *key, struct span name)
{
	if (name.n == 0)
		return;
	json_key(w, key);
	json_put_string(w, name);
}

static void
put_time(struct json_writer *w, const char *key, int64_t time)
{
	if (time == 0)
		return;
	json_key(w, key);
	json_put_integer(w, time);
}

static void
put_claims(const struct jwt_claims *c, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	put_name(&w, "sub", c->subject);
	put_name(&w, "aud", c->audience);
	put_time(&w, "iat", c->issued);
	put_time(&w, "nbf", c->not_before);
	put_time(&w, "exp", c->expires);
	put_name(&w, "jti", c->id);
	jwt_put_sessions(&w, c);
	json_object_end(&w);
}

/* Add ${part} to the token ${text}, and clear it. */
static void
add_part(struct buf *text, struct buf *part)
{
	crypto_base64_encode(CRYPTO_BASE64URL, buf_span(part), text);
	if (buf_failed(part))
		text->failed = true;
	buf_clear(part);
}

int
jwt_make(struct sign_keys *keys, size_t i, const struct jwt_claims *claims,
    struct buf *token, struct err *err)
{
	struct buf part, text;
	int rc = -1;

	if (jwt_key_check(keys, i, err) != 0 ||
	    jwt_claims_check(claims, err) != 0)
		return -1;
	buf_init(&part);
	buf_init(&text);
	buf_addf(&part, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
	    jwt_algorithm(keys, i), sign_key_id(keys, i));
	add_part(&text, &part);
	buf_add_byte(&text, '.');
	put_claims(claims, &part);
	add_part(&text, &part);
	if (buf_failed(&text)) {
		err_set(err, "out of memory");
	} else if (sign_bytes(keys, i, buf_span(&text), &part) != 0) {
		err_set(err, "key %s cannot sign", sign_key_id(keys, i));
	} else {
		buf_add_byte(&text, '.');
		add_part(&text, &part);
		if (text.len > JWT_MAX)
			err_set(
			    err, "the token is longer than %zu bytes", JWT_MAX);
		else
			rc = 0;
	}
	if (rc == 0)
		buf_add_span(token, buf_span(&text));
	if (rc == 0 && (buf_failed(&text) || buf_failed(token)))
		rc = err_set(err, "out of memory");
	buf_wipe(&part);
	buf_wipe(&text);
	return rc;
}
