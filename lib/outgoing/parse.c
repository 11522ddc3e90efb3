#include "outgoing/parse.h"

#include <errno.h>
#include <strings.h>

#include "crypto/digest.h"
#include "fhir/fhir.h"
#include "http/header.h"
#include "id/id.h"
#include "instant/instant.h"
#include "mail/address.h"
#include "outgoing/attributes.h"

static struct outgoing_piece
in_line(struct span s)
{
	return (struct outgoing_piece){.at = s, .n = s.n};
}

static struct outgoing_piece
in_text(const struct outgoing_reader *r, size_t from)
{
	return (struct outgoing_piece){
	    .offset = from, .n = r->text.len - from, .in_text = true};
}

/* The string ${value} without its quotes and escapes. */
static struct outgoing_piece
string_piece(struct outgoing_reader *r, struct span value, bool escaped)
{
	size_t from = r->text.len;

	if (!escaped)
		return in_line(json_inside(value));
	json_unescape(json_inside(value), &r->text);
	return in_text(r, from);
}

static struct outgoing_piece
member_piece(struct outgoing_reader *r, const struct json_member *m)
{
	if (m == NULL || m->type != JSON_STRING)
		return (struct outgoing_piece){.n = 0};
	return string_piece(r, m->value, m->value_escaped);
}

struct span
outgoing_piece_span(
    const struct outgoing_reader *r, const struct outgoing_piece *p)
{
	if (p->in_text)
		return (struct span){r->text.data + p->offset, p->n};
	return p->at;
}

/* Append the object without its members ${cut} and ${cut2}, which may be NULL.
 * The other members are copied literally. */
static void
copy_without(struct buf *out, const struct json_index *ix,
    const struct json_member *cut, const struct json_member *cut2)
{
	bool comma = false;

	buf_add_byte(out, '{');
	for (size_t i = 0; i < ix->count; i++) {
		const struct json_member *m = &ix->member[i];
		const char *from = m->key.p - 1;

		if (m == cut || m == cut2)
			continue;
		if (comma)
			buf_add_byte(out, ',');
		buf_add(out, from, (size_t)(m->value.p + m->value.n - from));
		comma = true;
	}
	buf_add_byte(out, '}');
}

/* If r->scan ended for lack of memory, then so does the event; build() sees it. */
static void
note_memory(struct outgoing_reader *r)
{
	if (json_scan_no_memory(&r->scan))
		r->text.failed = true;
}

/* Find the string member ${name} of ${object}.  Return false if there is
 * none. */
static bool
inner_string(struct outgoing_reader *r, struct span object, const char *name,
    struct outgoing_piece *p)
{
	struct json_scan *s = &r->scan;
	enum json_token t;
	struct span value;

	json_scan_start(s, object);
	t = json_scan_next(s);
	while (t != JSON_ERROR && json_scan_next(s) == JSON_KEY) {
		bool found = json_string_is(s->span, s->escaped, span_of(name));

		t = json_scan_skip(s, &value);
		if (!found)
			continue;
		if (t != JSON_STRING)
			break;
		*p = string_piece(r, value, s->escaped);
		return true;
	}
	note_memory(r);
	return false;
}

/* Remove "deadLetter", if there is one, and index the line again. */
static int
take_letter_off(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	struct json_index *ix = &r->message.index;
	const struct json_member *m = json_index_find(ix, "deadLetter");
	const char *from;

	if (m == NULL)
		return 0;
	if (m->type != JSON_OBJECT || m != &ix->member[ix->count - 1])
		return err_set(err,
		    "\"deadLetter\" is not an object or not the last member");
	inner_string(r, m->value, "endpoint", &d->dead_letter_endpoint);
	if (!d->dead_letter_endpoint.in_text && d->dead_letter_endpoint.n > 0) {
		size_t at = r->text.len;

		buf_add_span(&r->text, d->dead_letter_endpoint.at);
		d->dead_letter_endpoint = in_text(r, at);
	}
	/* Cut from the comma, which outgoing_dead_letter_write put directly
	 * before the key, so that spaces of the original line are kept. */
	from = m->key.p - 1;
	if (ix->count > 1) {
		while (*from != ',')
			from--;
	}
	buf_clear(&r->line);
	buf_add(&r->line, d->line.p, (size_t)(from - d->line.p));
	from = m->value.p + m->value.n;
	buf_add(&r->line, from, (size_t)(d->line.p + d->line.n - from));
	if (buf_failed(&r->line)) {
		errno = ENOMEM;
		return err_set(err, "out of memory");
	}
	d->line = buf_span(&r->line);
	d->replayed = true;
	return json_index_read(ix, d->line, err);
}

static bool
is_url(struct span s)
{
	return (s.n > 8 && strncasecmp(s.p, "https://", 8) == 0) ||
	    (s.n > 7 && strncasecmp(s.p, "http://", 7) == 0) ||
	    mail_is_mailto(s);
}

static int
add_header(struct outgoing_reader *r, struct outgoing_fields *d,
    struct span name, struct span value, struct err *err)
{
	size_t from = r->text.len;

	if (d->headers == OUTGOING_HEADERS_MAX)
		return err_set(
		    err, "more than %d headers", OUTGOING_HEADERS_MAX);
	if (http_header_check(name, value, err) != 0)
		return -1;
	buf_add_span(&r->text, name);
	buf_add_text(&r->text, ": ");
	buf_add_span(&r->text, value);
	d->header[d->headers++] = in_text(r, from);
	return 0;
}

/* "headers": an object of strings. */
static int
read_headers(struct outgoing_reader *r, struct outgoing_fields *d,
    struct span object, struct err *err)
{
	struct json_scan *s = &r->scan;
	struct buf name, value;
	int rc = 0;

	buf_init(&name);
	buf_init(&value);
	json_scan_start(s, object);
	json_scan_next(s);
	while (rc == 0 && json_scan_next(s) == JSON_KEY) {
		buf_clear(&name);
		buf_clear(&value);
		json_unescape(s->span, &name);
		if (json_scan_next(s) != JSON_STRING) {
			rc = err_set(err,
			    "\"headers\" has a value that is "
			    "not a string");
			break;
		}
		json_unescape(s->span, &value);
		if (buf_failed(&name) || buf_failed(&value)) {
			errno = ENOMEM;
			rc = err_set(err, "out of memory");
		} else if (d->kind == MESSAGE_MESSAGE &&
		    outgoing_is_attribute(buf_span(&name)))
			rc = outgoing_attribute_add(
			    r, buf_span(&name), buf_span(&value), err);
		else
			rc = add_header(
			    r, d, buf_span(&name), buf_span(&value), err);
	}
	note_memory(r);
	buf_release(&name);
	buf_release(&value);
	return rc;
}

/* Read "endpoint" and "headers", and remove them from the body, except in a
 * message. */
static int
read_route(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	struct json_index *ix = &r->message.index;
	const struct json_member *to = json_index_find(ix, "endpoint");
	const struct json_member *with = json_index_find(ix, "headers");
	size_t from;

	if (d->kind == MESSAGE_FHIR)
		return 0;
	d->endpoint = member_piece(r, to);
	if (!is_url(outgoing_piece_span(r, &d->endpoint))) {
		d->endpoint = (struct outgoing_piece){.n = 0};
		to = NULL;
	}
	/* Except in a message, "headers" without "endpoint" is ordinary
	 * data. */
	if (with != NULL &&
	    (with->type != JSON_OBJECT ||
		(to == NULL && d->kind != MESSAGE_MESSAGE)))
		with = NULL;
	if (with != NULL && read_headers(r, d, with->value, err) != 0)
		return -1;
	if ((to == NULL && with == NULL) || d->kind == MESSAGE_MESSAGE)
		return 0;
	from = r->text.len;
	copy_without(&r->text, ix, to, with);
	d->body = in_text(r, from);
	return 0;
}

/* Top-level members that filters, ordering and latency need. */
struct top {
	struct span session, subject; /* objects; p NULL: none */
	struct outgoing_piece time;
};

static void
note_member(struct outgoing_reader *r, struct outgoing_fields *d,
    struct top *top, const struct json_member *m)
{
	if (m->type == JSON_OBJECT && span_is(m->key, "session"))
		top->session = m->value;
	else if (m->type == JSON_OBJECT && span_is(m->key, "subject"))
		top->subject = m->value;
	if (m->type != JSON_STRING)
		return;
	if (span_is(m->key, "type") || span_is(m->key, "resourceType"))
		d->type = string_piece(r, m->value, m->value_escaped);
	else if (span_is(m->key, "time"))
		top->time = string_piece(r, m->value, m->value_escaped);
	else if (span_is(m->key, "partitionkey"))
		d->session = string_piece(r, m->value, m->value_escaped);
}

static void
conclude(
    struct outgoing_reader *r, struct outgoing_fields *d, const struct top *t)
{
	if (t->session.p != NULL)
		inner_string(r, t->session, "id", &d->session);
	else if (d->session.n == 0 && t->subject.p != NULL)
		inner_string(r, t->subject, "reference", &d->session);
	if (t->time.n > 0)
		d->timed = instant_parse(
			       outgoing_piece_span(r, &t->time), &d->time) == 0;
}

static void
describe_line(struct outgoing_reader *r, struct outgoing_fields *d)
{
	const struct json_index *ix = &r->message.index;
	struct top top = {{NULL, 0}, {NULL, 0}, {.n = 0}};

	for (size_t i = 0; i < ix->count; i++)
		note_member(r, d, &top, &ix->member[i]);
	conclude(r, d, &top);
}

/* Describe a payload, which need not be JSON. */
static void
describe_payload(
    struct outgoing_reader *r, struct outgoing_fields *d, struct span payload)
{
	struct json_scan *s = &r->scan;
	struct top top = {{NULL, 0}, {NULL, 0}, {.n = 0}};
	struct json_member m;

	if (payload.n == 0 || payload.p[0] != '{')
		return;
	json_scan_start(s, payload);
	m.type = json_scan_next(s);
	while (m.type != JSON_ERROR && json_scan_next(s) == JSON_KEY) {
		m.key = s->span;
		m.type = json_scan_skip(s, &m.value);
		m.value_escaped = s->escaped;
		if (m.type != JSON_ERROR)
			note_member(r, d, &top, &m);
	}
	note_memory(r);
	if (m.type != JSON_ERROR)
		conclude(r, d, &top);
}

/* Describe a message by its own members if its payload, which may be sealed,
 * says nothing. */
static void
describe_message(struct outgoing_reader *r, struct outgoing_fields *d)
{
	const struct json_index *ix = &r->message.index;
	const struct json_member *session = json_index_find(ix, "session");
	const struct json_member *time = json_index_find(ix, "time");

	if (d->session.n == 0 && session != NULL &&
	    session->type == JSON_OBJECT)
		inner_string(r, session->value, "id", &d->session);
	if (!d->timed && time != NULL && time->type == JSON_STRING)
		d->timed =
		    instant_parse(json_inside(time->value), &d->time) == 0;
}

static int
read_message(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	struct message *m = &d->message;

	if (message_read_indexed(&r->message, m, err) != 0)
		return -1;
	d->id = in_line(m->id);
	d->body = in_line(m->payload);
	d->signature = in_line(m->signature);
	d->content_type = m->content_type.n > 0
	    ? in_line(m->content_type)
	    : in_line(span_of("application/json"));
	if (r->attributes.count == 0)
		describe_payload(r, d, m->payload);
	else if (outgoing_attributes_describe(r, d, err) != 0)
		return -1;
	describe_message(r, d);
	return 0;
}

/* Derive the ID from the body, so that the same body has the same ID. */
static int
content_id(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char id[ID_TEXT_MAX];
	struct span body = outgoing_piece_span(r, &d->body);
	size_t from = r->text.len;

	if (crypto_sha256(body.p, body.n, digest) != 0) {
		errno = ENOMEM;
		return err_set(err, "out of memory");
	}
	id_of_digest(digest, id);
	buf_add_text(&r->text, id);
	d->id = in_text(r, from);
	return 0;
}

/* A resource of vitals-fhir has a version, and a search with which a server
 * creates it only once. */
static int
read_fhir(struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	const struct json_member *m =
	    json_index_find(&r->message.index, "identifier");
	struct buf search;
	int rc = 0;

	if (m == NULL)
		return 0;
	buf_init(&search);
	if (fhir_is_own(&r->scan, m->value, &search)) {
		d->content_type = in_line(SPAN_LIT(FHIR_MEDIA_TYPE));
		rc = add_header(
		    r, d, SPAN_LIT("Prefer"), SPAN_LIT("return=minimal"), err);
		if (rc == 0 && search.len > 0)
			rc = add_header(r, d, SPAN_LIT("If-None-Exist"),
			    buf_span(&search), err);
	}
	if (buf_failed(&search)) {
		errno = ENOMEM;
		rc = err_set(err, "out of memory");
	}
	buf_release(&search);
	return rc;
}

static int
read_object(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	struct json_index *ix = &r->message.index;

	if (d->body.n == 0)
		d->body = in_line(d->line);
	d->content_type = in_line(span_of(message_content_type(d->kind)));
	describe_line(r, d);
	if (d->kind == MESSAGE_FHIR && read_fhir(r, d, err) != 0)
		return -1;
	d->id = member_piece(r, json_index_find(ix, "id"));
	if (!id_usable(outgoing_piece_span(r, &d->id)))
		return content_id(r, d, err);
	return 0;
}

int
outgoing_parse(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err)
{
	if (json_index_read(&r->message.index, d->line, err) != 0 ||
	    take_letter_off(r, d, err) != 0)
		return -1;
	d->kind = message_kind_of(&r->message.index);
	if (read_route(r, d, err) != 0)
		return -1;
	return d->kind == MESSAGE_MESSAGE ? read_message(r, d, err)
					  : read_object(r, d, err);
}
