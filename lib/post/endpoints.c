#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "mail/address.h"
#include "ndjson/ndjson.h"
#include "post/internal.h"
#include "json/json.h"

/* The most key files of one endpoint. */
#define KEYS_MAX 16

/* The endpoint that one line describes. */
struct entry {
	struct deliver_endpoint_options o;
	struct buf text;   /* strings, each with its 0 byte */
	struct buf secret; /* token and headers: wiped */
	/* Offsets in text plus one, 0: not given. */
	size_t name, url, ca, certificate, certificate_key, pin, proxy, token;
	size_t type[DELIVER_TYPES_MAX], types;
	size_t key[KEYS_MAX], keys;
	size_t header_at[HTTP_HEADERS_MAX], header_n[HTTP_HEADERS_MAX];
	size_t headers;
	bool tls; /* given */
};

/* Copy the string ${raw} of the member ${m}; *${at} is its offset plus one. */
static int
keep(struct entry *e, const struct json_member *m, struct span raw, size_t *at,
    struct err *err)
{
	struct buf *b = &e->text;
	size_t from = b->len;

	json_unescape(raw, b);
	/* It would cut the string short. */
	if (b->len > from &&
	    memchr(b->data + from, '\0', b->len - from) != NULL)
		return err_set(
		    err, "\"%.*s\" contains U+0000", (int)m->key.n, m->key.p);
	buf_add_byte(b, '\0');
	*at = from + 1;
	return 0;
}

static const char *
text(const struct entry *e, size_t at)
{
	return at == 0 ? NULL : e->text.data + at - 1;
}

static int
read_list(struct entry *e, struct json_scan *s, const struct json_member *m,
    size_t *list, size_t most, size_t *count, struct err *err)
{
	enum json_token t;

	if (m->type != JSON_ARRAY)
		return err_set(err, "\"%.*s\" is not an array of strings",
		    (int)m->key.n, m->key.p);
	json_scan_start(s, m->value);
	json_scan_next(s);
	while ((t = json_scan_next(s)) == JSON_STRING) {
		if (*count == most)
			return err_set(err, "\"%.*s\" has more than %zu items",
			    (int)m->key.n, m->key.p, most);
		if (keep(e, m, s->span, &list[*count], err) != 0)
			return -1;
		++*count;
	}
	if (t == JSON_ARRAY_END)
		return 0;
	return err_set(err, "\"%.*s\" is not an array of strings",
	    (int)m->key.n, m->key.p);
}

static int
read_headers(struct entry *e, struct json_scan *s, const struct json_member *m,
    struct err *err)
{
	if (m->type != JSON_OBJECT)
		return err_set(err, "\"headers\" is not an object");
	json_scan_start(s, m->value);
	json_scan_next(s);
	while (json_scan_next(s) == JSON_KEY) {
		size_t at = e->secret.len;

		if (e->headers == HTTP_HEADERS_MAX)
			return err_set(
			    err, "more than %d headers", HTTP_HEADERS_MAX);
		json_unescape(s->span, &e->secret);
		buf_add_text(&e->secret, ": ");
		if (json_scan_next(s) != JSON_STRING)
			return err_set(err,
			    "\"headers\" has a value that is not "
			    "a string");
		json_unescape(s->span, &e->secret);
		e->header_at[e->headers] = at;
		e->header_n[e->headers] = e->secret.len - at;
		if (buf_failed(&e->secret))
			return err_set(err, "out of memory");
		if (post_check_header(
			(struct span){e->secret.data + at, e->secret.len - at},
			err) != 0)
			return -1;
		e->headers++;
	}
	return json_scan_no_memory(s) ? err_set(err, "out of memory") : 0;
}

static int
read_number(struct entry *e, const struct json_member *m, struct err *err)
{
	double rate;

	if (json_string_is(m->key, m->key_escaped, SPAN_LIT("concurrency"))) {
		if (m->type == JSON_NUMBER &&
		    json_integer(m->value, 1, HTTP_IN_FLIGHT_MAX,
			&e->o.concurrency) == 0)
			return 0;
		return err_set(err,
		    "\"concurrency\" is not a whole number "
		    "from 1 to %d",
		    HTTP_IN_FLIGHT_MAX);
	}
	if (m->type != JSON_NUMBER || json_number(m->value, &rate) != 0 ||
	    rate < DELIVER_RATE_MIN || rate > DELIVER_RATE_MAX)
		return err_set(err, "\"rate\" is not a number from %g to %g",
		    DELIVER_RATE_MIN, DELIVER_RATE_MAX);
	e->o.rate = rate;
	return 0;
}

static int
read_tls(struct entry *e, const struct json_member *m, struct err *err)
{
	struct span v = json_inside(m->value);

	if (m->type == JSON_STRING && span_is(v, "1.2"))
		e->o.http.tls_min = HTTP_TLS_1_2;
	else if (m->type == JSON_STRING && span_is(v, "1.3"))
		e->o.http.tls_min = HTTP_TLS_1_3;
	else
		return err_set(err,
		    "\"tlsMin\" is neither \"1.2\" nor "
		    "\"1.3\"");
	e->tls = true;
	return 0;
}

static int
read_member(struct entry *e, struct json_scan *s, const struct json_member *m,
    struct err *err)
{
	const struct {
		const char *name;
		size_t *at;
	} strings[] = {{"name", &e->name}, {"url", &e->url}, {"caFile", &e->ca},
	    {"certificate", &e->certificate},
	    {"certificateKey", &e->certificate_key}, {"pinnedKey", &e->pin},
	    {"proxy", &e->proxy}, {"tokenFile", &e->token}};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (!json_string_is(
			m->key, m->key_escaped, span_of(strings[i].name)))
			continue;
		if (m->type != JSON_STRING)
			return err_set(
			    err, "\"%s\" is not a string", strings[i].name);
		return keep(e, m, json_inside(m->value), strings[i].at, err);
	}
	if (span_is(m->key, "types"))
		return read_list(
		    e, s, m, e->type, DELIVER_TYPES_MAX, &e->types, err);
	if (span_is(m->key, "keyFiles"))
		return read_list(e, s, m, e->key, KEYS_MAX, &e->keys, err);
	if (span_is(m->key, "headers"))
		return read_headers(e, s, m, err);
	if (span_is(m->key, "tlsMin"))
		return read_tls(e, m, err);
	if (span_is(m->key, "concurrency") || span_is(m->key, "rate"))
		return read_number(e, m, err);
	/* A misspelt "tokenFile" must not be ignored. */
	return err_set(err, "unknown member \"%.*s\"",
	    m->key.n < 80 ? (int)m->key.n : 80, m->key.p);
}

/* An e-mail has none of what HTTP has, and its server is that of --smtp. */
static int
check_mail(const struct entry *e, struct err *err)
{
	const struct {
		const char *name;
		bool given;
	} member[] = {{"caFile", e->ca > 0},
	    {"certificate", e->certificate > 0},
	    {"certificateKey", e->certificate_key > 0},
	    {"pinnedKey", e->pin > 0}, {"proxy", e->proxy > 0},
	    {"tokenFile", e->token > 0}, {"headers", e->headers > 0},
	    {"keyFiles", e->keys > 0}, {"tlsMin", e->tls}};

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++) {
		if (member[i].given)
			return err_set(err, "\"%s\" is not for a mailto: URL",
			    member[i].name);
	}
	return 0;
}

/* The strings no longer move: point to them and add the endpoint. */
static int
add(struct post_run *r, struct entry *e, struct err *err)
{
	struct http_target_options *h = &e->o.http;
	const char *type[DELIVER_TYPES_MAX], *key[KEYS_MAX];
	struct span header[HTTP_HEADERS_MAX];
	struct buf bearer;
	int rc = -1;

	if (e->url == 0)
		return err_set(err, "no \"url\"");
	if (mail_is_mailto(span_of(text(e, e->url))) && check_mail(e, err) != 0)
		return -1;
	buf_init(&bearer);
	e->o.name = text(e, e->name);
	h->url = text(e, e->url);
	if (e->ca > 0)
		h->ca_file = text(e, e->ca);
	if (e->certificate > 0) {
		h->certificate = text(e, e->certificate);
		h->certificate_key = text(e, e->certificate_key);
	}
	if (e->pin > 0)
		h->pinned_key = text(e, e->pin);
	if (e->proxy > 0)
		h->proxy = text(e, e->proxy);
	for (size_t i = 0; i < e->types; i++)
		type[i] = text(e, e->type[i]);
	for (size_t i = 0; i < e->headers; i++)
		header[i] = (struct span){
		    e->secret.data + e->header_at[i], e->header_n[i]};
	h->header = header;
	h->headers = e->headers;
	e->o.type = type;
	e->o.types = e->types;
	if (e->token > 0) {
		struct crypto_secret_from from = {
		    .file = text(e, e->token), .fd = -1};

		if (crypto_secret_load_line(&from, &bearer, err) != 0)
			goto err0;
		h->bearer = buf_span(&bearer);
	}
	if (e->keys > 0) {
		for (size_t i = 0; i < e->keys; i++)
			key[i] = text(e, e->key[i]);
		e->o.keys = post_load_keys(r, key, e->keys, -1, err);
		if (e->o.keys == NULL)
			goto err0;
	}
	rc = deliver_add(r->d, &e->o, err);
err0:
	buf_wipe(&bearer);
	return rc;
}

static int
one_entry(struct post_run *r, const struct deliver_endpoint_options *common,
    struct json_index *ix, struct span line, struct err *err)
{
	struct entry *e = calloc(1, sizeof(*e));
	struct json_scan s;
	int rc;

	if (e == NULL)
		return err_set(err, "out of memory");
	e->o = *common;
	buf_init(&e->text);
	buf_init(&e->secret);
	json_scan_init(&s);
	rc = json_index_read(ix, line, err);
	for (size_t i = 0; rc == 0 && i < ix->count; i++)
		rc = read_member(e, &s, &ix->member[i], err);
	if (rc == 0 && buf_failed(&e->text))
		rc = err_set(err, "out of memory");
	if (rc == 0)
		rc = add(r, e, err);
	json_scan_release(&s);
	buf_release(&e->text);
	buf_wipe(&e->secret);
	free(e);
	return rc;
}

int
post_read_endpoints(struct post_run *r,
    const struct deliver_endpoint_options *common, struct err *err)
{
	const char *path = r->o->endpoints;
	struct ndjson_reader *in;
	struct ndjson_line line;
	struct json_index ix;
	struct err why;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	enum ndjson_status status = NDJSON_END;
	size_t count = 0;

	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	in = ndjson_reader_new(fd, 0);
	json_index_init(&ix);
	while (in != NULL && rc == 0 &&
	    (status = ndjson_next(in, &line)) == NDJSON_LINE) {
		if (line.text.n == 0)
			continue;
		count++;
		if (one_entry(r, common, &ix, line.text, &why) != 0)
			rc = err_set(err, "%s:%" PRIu64 ": %s", path,
			    line.number, why.text);
	}
	if (in == NULL || status == NDJSON_FAILED)
		rc = err_sys(err, errno, "%s", path);
	else if (rc == 0 && status == NDJSON_TOO_LONG)
		rc = err_set(err, "%s:%" PRIu64 ": longer than 1 MiB", path,
		    line.number);
	else if (rc == 0 && count == 0)
		rc = err_set(err, "%s: no endpoints", path);
	json_index_release(&ix);
	ndjson_reader_free(in);
	close(fd);
	return rc;
}
