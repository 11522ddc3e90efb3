#include "sign/stream.h"

#include "buf/ascii.h"
#include "instant/instant.h"
#include "ndjson/ndjson.h"
#include "sign/scheme.h"

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
}

void
sign_stream_release(struct sign_stream *s)
{
	message_reader_release(&s->reader);
	buf_release(&s->value);
	buf_release(&s->headers);
}

static int64_t
time_of(const struct sign_stream *s)
{
	return s->at == SIGN_NOW ? instant_now() / 1000 : s->at;
}

/* ---- Headers of a message ---------------------------------------------- */

/* Look ${name} up in the message's "headers".  Values with escapes are not
 * found: no signature needs one. */
static struct span
find_in_headers(const struct message *m, const char *name)
{
	struct span found = {NULL, 0};
	struct json_scan scan;

	if (m->headers.n == 0)
		return found;
	json_scan_init(&scan);
	json_scan_start(&scan, m->headers);
	json_scan_next(&scan);
	while (found.p == NULL && json_scan_next(&scan) == JSON_KEY) {
		bool same = !scan.escaped && ascii_same(scan.span, name);
		struct span value;

		if (json_scan_skip(&scan, &value) == JSON_STRING && same &&
		    !scan.escaped)
			found = json_inside(value);
	}
	json_scan_release(&scan);
	return found;
}

static struct span
given(struct span s)
{
	return s.n == 0 ? (struct span){NULL, 0} : s;
}

static struct span
lookup(void *context, const char *name)
{
	const struct message *m = context;

	if (strcmp(name, "webhook-id") == 0)
		return given(m->id);
	if (strcmp(name, "webhook-timestamp") == 0)
		return given(m->time);
	if (strcmp(name, "webhook-signature") == 0)
		return given(m->signature);
	return find_in_headers(m, name);
}

/* ---- Signing ----------------------------------------------------------- */

/* Put the header ${name} with ${value} behind those of ${m}. */
static int
add_header(struct sign_stream *s, struct message *m, const char *name,
    struct span value, struct err *err)
{
	struct buf *b = &s->headers;

	if (find_in_headers(m, name).p != NULL)
		return err_set(err, "headers: has a %s already", name);
	buf_clear(b);
	if (m->headers.n > 2) {
		buf_add(b, m->headers.p, m->headers.n - 1);
		buf_add_byte(b, ',');
	} else {
		buf_add_byte(b, '{');
	}
	buf_addf(b, "\"%s\":\"", name);
	json_escape(b, value);
	buf_add(b, "\"}", 2);
	m->headers = buf_span(b);
	return buf_failed(b) ? err_set(err, "out of memory") : 0;
}

enum sign_verdict
sign_line(
    struct sign_stream *s, struct span line, struct buf *out, struct err *err)
{
	const char *header = sign_scheme_header(sign_keys_scheme(s->keys));
	bool standard = strcmp(header, "webhook-signature") == 0;
	struct message *m = &s->message;
	struct sign_input in;
	enum message_kind kind;
	size_t before;

	if (message_take(&s->reader, &s->from, line, m, &kind, err) != 0)
		return SIGN_MALFORMED;
	if (m->signature.n > 0 && m->timestamp == 0) {
		err_set(err, "timestamp: missing, but the message is signed");
		return SIGN_MALFORMED;
	}
	if (m->timestamp == 0)
		m->timestamp = time_of(s);
	buf_clear(&s->value);
	if (standard && m->signature.n > 0) {
		buf_add_span(&s->value, m->signature);
		buf_add_byte(&s->value, ' ');
	}
	in = (struct sign_input){m->id, m->timestamp, m->payload};
	if (sign_signature(s->keys, &in, &s->value, err) != 0)
		return SIGN_FAILED;
	if (standard && s->value.len > MESSAGE_SIGNATURE_MAX) {
		err_set(err, "signature: longer than %d bytes",
		    MESSAGE_SIGNATURE_MAX);
		return SIGN_MALFORMED;
	}
	if (standard)
		m->signature = buf_span(&s->value);
	else if (add_header(s, m, header, buf_span(&s->value), err) != 0)
		return SIGN_MALFORMED;
	before = out->len;
	message_write(
	    out, m, kind == MESSAGE_MESSAGE ? &s->reader.index : NULL);
	if (out->len - before > NDJSON_LINE_MAX) {
		err_set(err, "longer than 1 MiB once it is signed");
		return SIGN_MALFORMED;
	}
	return SIGN_GOOD;
}

/* ---- Verifying --------------------------------------------------------- */

enum sign_verdict
sign_check_line(struct sign_stream *s, struct span line, struct buf *out,
    struct sign_verified *v, struct err *err)
{
	struct message *m = &s->message;
	enum sign_verdict verdict;

	if (message_read(&s->reader, line, m, err) != 0)
		return SIGN_MALFORMED;
	verdict = sign_verify(
	    s->keys, lookup, m, m->payload, time_of(s), s->tolerance, v, err);
	if (verdict != SIGN_GOOD)
		return verdict;
	if (!s->whole && !message_is_line(m->payload)) {
		err_set(err,
		    "the payload holds a line break or a NUL byte: "
		    "it cannot be printed as a line");
		return SIGN_MALFORMED;
	}
	buf_add_span(out, s->whole ? line : m->payload);
	return SIGN_GOOD;
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

enum sign_verdict
sign_check_body(struct sign_stream *s, struct sign_request *r, struct span body,
    struct sign_verified *v, struct err *err)
{
	return sign_verify(s->keys, sign_request_lookup, r, body, time_of(s),
	    s->tolerance, v, err);
}
