#include "jwt/internal.h"
#include "json/json.h"

/* The last second of the year 9999. */
#define TIME_MAX INT64_C(253402300799)

/* Append the unescaped string ${value} to the text of ${t}.  The text has room
 * for the whole payload, so it is not reallocated. */
static struct span
keep(struct jwt *t, struct span value)
{
	size_t at = t->text.len;

	json_unescape(json_inside(value), &t->text);
	return (struct span){t->text.data + at, t->text.len - at};
}

/* Can ${name} be printed in a log, and is it not too long? */
static int
check_name(struct span name, const char *claim, struct err *err)
{
	if (name.n > JWT_NAME_MAX)
		return err_set(
		    err, "%s is longer than %zu bytes", claim, JWT_NAME_MAX);
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return err_set(err, "%s has control bytes", claim);
	}
	return 0;
}

static int
read_name(struct jwt *t, const struct json_index *ix, const char *claim,
    struct span *name, struct err *err)
{
	const struct json_member *m = json_index_find(ix, claim);

	if (m == NULL)
		return 0;
	if (m->type != JSON_STRING)
		return err_set(err, "%s is not a string", claim);
	*name = keep(t, m->value);
	return check_name(*name, claim, err);
}

/* Read a NumericDate (RFC 7519, 2): seconds, of which the fraction is
 * dropped. */
static int
read_time(const struct json_index *ix, const char *claim, int64_t *time,
    struct err *err)
{
	const struct json_member *m = json_index_find(ix, claim);
	double value;

	if (m == NULL)
		return 0;
	if (m->type != JSON_NUMBER || json_number(m->value, &value) != 0 ||
	    value < 1 || value > (double)TIME_MAX)
		return err_set(err, "%s is not a time", claim);
	*time = (int64_t)value;
	return 0;
}

/* Set *${name} to the next string of the JSON array in ${scan}.  Return 1; 0 at
 * its end; or -1 if the element is not a string. */
static int
next_string(struct jwt *t, struct json_scan *scan, struct span *name)
{
	switch (json_scan_next(scan)) {
	case JSON_STRING:
		/* Include the quotes around the string. */
		*name =
		    keep(t, (struct span){scan->span.p - 1, scan->span.n + 2});
		return 1;
	case JSON_ARRAY_END:
		return 0;
	case JSON_ERROR:
	case JSON_END:
	case JSON_OBJECT:
	case JSON_OBJECT_END:
	case JSON_ARRAY:
	case JSON_KEY:
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return -1;
}

static int
add_session(struct jwt_claims *c, struct span name, struct err *err)
{
	if (span_is(name, "*")) {
		c->all_sessions = true;
		return 0;
	}
	if (name.n == 0)
		return err_set(err, "sessions has an empty name");
	if (c->sessions == JWT_SESSIONS_MAX)
		return err_set(err, "more than %zu sessions", JWT_SESSIONS_MAX);
	c->session[c->sessions++] = name;
	return check_name(name, "sessions", err);
}

static int
read_sessions(struct jwt *t, const struct json_member *m,
    struct json_scan *scan, struct err *err)
{
	struct span name;
	int rc;

	if (m == NULL)
		return err_set(err, "sessions is missing");
	json_scan_start(scan, m->value);
	if (json_scan_next(scan) != JSON_ARRAY)
		return err_set(err, "sessions is not an array");
	while ((rc = next_string(t, scan, &name)) == 1) {
		if (add_session(&t->claims, name, err) != 0)
			return -1;
	}
	if (rc != 0)
		return err_set(err, "sessions is not a list of strings");
	if (!t->claims.all_sessions && t->claims.sessions == 0)
		return err_set(err, "sessions is empty");
	return 0;
}

static int
read_audience(struct jwt *t, const struct json_member *m,
    struct json_scan *scan, struct span audience, bool *ours, struct err *err)
{
	struct span name;
	size_t count = 0;
	int rc = 0;

	*ours = false;
	if (m == NULL)
		return 0;
	json_scan_start(scan, m->value);
	switch (json_scan_next(scan)) {
	case JSON_STRING:
		name = keep(t, m->value);
		*ours = name.n == audience.n &&
		    memcmp(name.p, audience.p, name.n) == 0;
		t->claims.audience = name;
		return check_name(name, "aud", err);
	case JSON_ARRAY:
		break;
	default:
		return err_set(err, "aud is neither string nor array");
	}
	while ((rc = next_string(t, scan, &name)) == 1) {
		if (++count > JWT_AUDIENCES_MAX)
			return err_set(
			    err, "more than %zu audiences", JWT_AUDIENCES_MAX);
		if (check_name(name, "aud", err) != 0)
			return -1;
		if (*ours)
			continue;
		*ours = name.n == audience.n &&
		    memcmp(name.p, audience.p, name.n) == 0;
		t->claims.audience = name;
	}
	return rc == 0 ? 0 : err_set(err, "aud is not a list of strings");
}

static int
read_all(struct jwt *t, const struct json_index *ix, struct json_scan *scan,
    struct span audience, bool *ours, struct err *err)
{
	struct jwt_claims *c = &t->claims;

	if (read_time(ix, "exp", &c->expires, err) != 0 ||
	    read_time(ix, "nbf", &c->not_before, err) != 0 ||
	    read_time(ix, "iat", &c->issued, err) != 0 ||
	    read_name(t, ix, "sub", &c->subject, err) != 0 ||
	    read_name(t, ix, "jti", &c->id, err) != 0)
		return -1;
	if (c->expires == 0)
		return err_set(err, "exp is missing");
	if (read_audience(
		t, json_index_find(ix, "aud"), scan, audience, ours, err) != 0)
		return -1;
	return read_sessions(t, json_index_find(ix, "sessions"), scan, err);
}

enum jwt_verdict
jwt_claims_read(
    struct jwt *t, struct span audience, bool *ours, struct err *err)
{
	struct json_index ix;
	struct json_scan scan;
	struct err why = {""};
	int rc;

	memset(&t->claims, 0, sizeof(t->claims));
	buf_clear(&t->text);
	if (buf_reserve(&t->text, t->part.len + 1) != 0) {
		err_set(err, "out of memory");
		return JWT_FAILED;
	}
	json_index_init(&ix);
	json_scan_init(&scan);
	rc = json_index_read(&ix, buf_span(&t->part), &why);
	if (rc == 0)
		rc = read_all(t, &ix, &scan, audience, ours, &why);
	json_scan_release(&scan);
	json_index_release(&ix);
	if (rc == 0)
		return JWT_GOOD;
	err_set(err, "claims: %s", why.text);
	return err_is_memory(&why) ? JWT_FAILED : JWT_MALFORMED;
}
