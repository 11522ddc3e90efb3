#include "sign/stream.h"

#include "buf/ascii.h"
#include "instant/instant.h"
#include "ndjson/ndjson.h"
#include "sign/attributes.h"

void
sign_stream_init(struct sign_stream *s, struct sign_keys *keys)
{
	memset(s, 0, sizeof(*s));
	s->keys = keys;
	s->at = SIGN_NOW;
	s->tolerance = SIGN_TOLERANCE;
	message_from_init(&s->from);
	message_reader_init(&s->reader);
	buf_init(&s->value);
	buf_init(&s->headers);
	buf_init(&s->unescaped);
}

void
sign_stream_release(struct sign_stream *s)
{
	message_reader_release(&s->reader);
	buf_release(&s->value);
	buf_release(&s->headers);
	buf_release(&s->unescaped);
}

static int64_t
time_of(const struct sign_stream *s)
{
	return s->at == SIGN_NOW ? instant_now() / 1000 : s->at;
}

/* ---- Headers of a message ---------------------------------------------- */

/* Copy the members of the message's "headers" to s->request. */
static int
read_headers(struct sign_stream *s, struct err *err)
{
	struct sign_request *r = &s->request;
	struct span headers = s->message.headers, value;
	struct json_scan scan;
	int rc = 0;

	r->count = 0;
	if (headers.n == 0)
		return 0;
	/* Reserve all, so that the values do not move. */
	buf_clear(&s->unescaped);
	if (buf_reserve(&s->unescaped, headers.n) != 0)
		return err_set(err, "out of memory");
	json_scan_init(&scan);
	json_scan_start(&scan, headers);
	json_scan_next(&scan);
	while (rc == 0 && json_scan_next(&scan) == JSON_KEY) {
		struct span name = scan.span;
		bool odd = scan.escaped;
		size_t before = s->unescaped.len;

		if (json_scan_skip(&scan, &value) != JSON_STRING || odd)
			continue;
		value = json_inside(value);
		if (scan.escaped) {
			json_unescape(value, &s->unescaped);
			value = (struct span){s->unescaped.data + before,
			    s->unescaped.len - before};
		}
		rc = sign_request_put(r, name, value);
	}
	if (rc != 0)
		err_set(err, "headers: more than %d", SIGN_HEADERS_MAX);
	else if (json_scan_no_memory(&scan))
		rc = err_set(err, "out of memory");
	json_scan_release(&scan);
	return rc;
}

static struct span
or_null(struct span s)
{
	return s.n == 0 ? (struct span){NULL, 0} : s;
}

static struct span
lookup(void *context, const char *name)
{
	struct sign_stream *s = context;
	const struct message *m = &s->message;

	if (strcmp(name, "webhook-id") == 0)
		return or_null(m->id);
	if (strcmp(name, "webhook-timestamp") == 0)
		return or_null(m->time);
	if (strcmp(name, "webhook-signature") == 0)
		return or_null(m->signature);
	if (strcmp(name, "content-type") == 0)
		return or_null(m->content_type);
	return sign_request_lookup(&s->request, name);
}

/* ---- Signing ----------------------------------------------------------- */

/* A sign_emit: append the header to those of the message.  ID and timestamp are
 * members of the message. */
static void
add_header(void *context, const char *name, struct span value)
{
	struct sign_stream *s = context;

	if (strcmp(name, "webhook-id") == 0 ||
	    strcmp(name, "webhook-timestamp") == 0)
		return;
	buf_add_text(&s->headers, s->headers.len > 1 ? ",\"" : "\"");
	buf_add_text(&s->headers, name);
	buf_add(&s->headers, "\":\"", 3);
	json_escape(&s->headers, value);
	buf_add_byte(&s->headers, '"');
}

/* Append to s->headers those of the signature over ${in}, and over the attributes
 * of an event in binary mode. */
static enum verdict
add_signature(struct sign_stream *s, struct sign_input in, struct err *err)
{
	struct sign_attributes attributes;
	enum verdict v = VERDICT_GOOD;

	sign_attributes_init(&attributes);
	if (!sign_scheme_simple(sign_keys_scheme(s->keys)) &&
	    sign_attributes_list(&attributes, &s->request, in.type, err) != 0)
		v = err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	in.header = attributes.header;
	in.headers = attributes.count;
	if (v == VERDICT_GOOD &&
	    sign_headers(s->keys, &in, add_header, s, err) != 0)
		v = VERDICT_SYSTEM;
	sign_attributes_release(&attributes);
	return v;
}

/* Sign into the headers that the scheme defines. */
static enum verdict
sign_headers_of(
    struct sign_stream *s, const struct sign_input *in, struct err *err)
{
	const struct sign_scheme *scheme = sign_keys_scheme(s->keys);
	struct message *m = &s->message;
	enum verdict v;

	if (read_headers(s, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	for (size_t i = 0; sign_scheme_header(scheme, i) != NULL; i++) {
		const char *name = sign_scheme_header(scheme, i);

		if (sign_request_lookup(&s->request, name).p == NULL)
			continue;
		err_set(err, "headers: has a %s already", name);
		return VERDICT_BAD;
	}
	buf_clear(&s->headers);
	if (m->headers.n > 2)
		buf_add(&s->headers, m->headers.p, m->headers.n - 1);
	else
		buf_add_byte(&s->headers, '{');
	v = add_signature(s, *in, err);
	if (v != VERDICT_GOOD)
		return v;
	buf_add_byte(&s->headers, '}');
	m->headers = buf_span(&s->headers);
	if (!buf_failed(&s->headers))
		return VERDICT_GOOD;
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

/* Add a signature to the message's "signature". */
static enum verdict
sign_message(
    struct sign_stream *s, const struct sign_input *in, struct err *err)
{
	struct message *m = &s->message;

	buf_clear(&s->value);
	if (m->signature.n > 0) {
		buf_add_span(&s->value, m->signature);
		buf_add_byte(&s->value, ' ');
	}
	if (sign_signature(s->keys, in, &s->value, err) != 0)
		return VERDICT_SYSTEM;
	if (s->value.len > MESSAGE_SIGNATURE_MAX) {
		err_set(err, "signature: longer than %d bytes",
		    MESSAGE_SIGNATURE_MAX);
		return VERDICT_BAD;
	}
	m->signature = buf_span(&s->value);
	return VERDICT_GOOD;
}

enum verdict
sign_line(
    struct sign_stream *s, struct span line, struct buf *out, struct err *err)
{
	bool member = sign_scheme_has_member(sign_keys_scheme(s->keys));
	struct message *m = &s->message;
	struct sign_input in;
	enum message_kind kind;
	enum verdict verdict;
	size_t before;

	if (message_take(&s->reader, &s->from, line, m, &kind, err) != 0)
		return VERDICT_BAD;
	if (m->signature.n > 0 && m->timestamp == 0) {
		err_set(err, "timestamp: missing, but the message is signed");
		return VERDICT_BAD;
	}
	if (m->timestamp == 0)
		m->timestamp = time_of(s);
	in = (struct sign_input){.id = m->id,
	    .timestamp = m->timestamp,
	    .body = m->payload,
	    .type = m->content_type};
	verdict =
	    member ? sign_message(s, &in, err) : sign_headers_of(s, &in, err);
	if (verdict != VERDICT_GOOD)
		return verdict;
	before = out->len;
	message_write(
	    out, m, kind == MESSAGE_MESSAGE ? &s->reader.index : NULL);
	if (out->len - before > NDJSON_LINE_MAX) {
		err_set(err, "longer than 1 MiB once it is signed");
		return VERDICT_BAD;
	}
	return VERDICT_GOOD;
}

/* ---- Verifying --------------------------------------------------------- */

/* ${line} cannot be read as a message: if it is something else, say what. */
static enum verdict
no_message(struct sign_stream *s, struct span line, struct err *err)
{
	const struct json_index *ix = &s->reader.index;
	const char *what = NULL;
	struct err why;

	if (err_is_memory(err))
		return VERDICT_SYSTEM;
	if (message_is_compact(line))
		what = "a sealed line (JWE)";
	else if (json_index_read(&s->reader.index, line, &why) == 0 &&
	    message_kind_of(ix) != MESSAGE_MESSAGE)
		what = message_seems(ix);
	if (what != NULL)
		err_set(err, "not a signed message: it is %s", what);
	return VERDICT_BAD;
}

static enum verdict
verify(struct sign_stream *s, const struct sign_request *r, sign_lookup *find,
    void *context, struct span body, struct sign_verified *v, struct err *err)
{
	switch (sign_verify(
	    s->keys, find, context, body, time_of(s), s->tolerance, v, err)) {
	case SIGN_GOOD:
		return s->unsigned_attributes ||
			sign_attributes_check(
			    s->keys, r, find(context, "content-type"), err) == 0
		    ? VERDICT_GOOD
		    : VERDICT_BAD;
	case SIGN_FAILED:
		return VERDICT_SYSTEM;
	case SIGN_MALFORMED:
	case SIGN_WRONG:
	case SIGN_STALE:
	case SIGN_EARLY:
		break;
	}
	return VERDICT_BAD;
}

enum verdict
sign_check_line(struct sign_stream *s, struct span line, struct buf *out,
    struct sign_verified *v, struct err *err)
{
	struct message *m = &s->message;
	enum verdict verdict;

	if (message_read(&s->reader, line, m, err) != 0)
		return no_message(s, line, err);
	if (read_headers(s, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	verdict = verify(s, &s->request, lookup, s, m->payload, v, err);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (!s->whole && !message_is_line(m->payload)) {
		err_set(err,
		    "the payload contains a line break or a NUL byte: "
		    "it cannot be printed as a line");
		return VERDICT_BAD;
	}
	buf_add_span(out, s->whole ? line : m->payload);
	return VERDICT_GOOD;
}

int
sign_read_time(const char *text, int64_t *seconds)
{
	int64_t ms;

	if (message_read_timestamp(span_of(text), seconds) == 0)
		return 0;
	if (instant_parse(span_of(text), &ms) != 0 || ms < 1000)
		return -1;
	*seconds = ms / 1000;
	return 0;
}

enum verdict
sign_check_body(struct sign_stream *s, struct sign_request *r, struct span body,
    struct sign_verified *v, struct err *err)
{
	return verify(s, r, sign_request_lookup, r, body, v, err);
}
