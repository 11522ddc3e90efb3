#include "receive/receive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf/ascii.h"
#include "crypto/digest.h"
#include "diag/plural.h"
#include "id/id.h"
#include "instant/instant.h"
#include "message/message.h"
#include "ndjson/ndjson.h"
#include "receive/private.h"

struct receive *
receive_new(const struct receive_options *options, struct err *err)
{
	struct receive *r = calloc(1, sizeof(*r));

	if (r == NULL)
		goto err0;
	r->options = *options;
	r->decided_to = INT64_MAX;
	if (options->audit != NULL)
		audit_nowait(options->audit);
	receive_counts_init(r);
	receive_items_init(&r->items);
	cloudevent_binary_init(&r->binary);
	buf_init(&r->event);
	buf_init(&r->line);
	buf_init(&r->scoped);
	if (options->inbox == NULL && options->shared == NULL) {
		r->dedup = receive_dedup_new(options->remember);
		if (r->dedup == NULL)
			goto err0;
	}
	return r;
err0:
	receive_free(r);
	err_set(err, "out of memory");
	return NULL;
}

void
receive_free(struct receive *r)
{
	if (r == NULL)
		return;
	serve_output_free(r->output);
	receive_claims_free(r);
	for (size_t i = 0; i < r->writing.count; i++)
		receive_claim_free(r->writing.item[r->writing.first + i].claim);
	for (size_t i = 0; i < r->uncommitted.count; i++)
		receive_claim_free(
		    r->uncommitted.item[r->uncommitted.first + i].claim);
	receive_dedup_free(r->dedup);
	receive_items_release(&r->items);
	cloudevent_binary_release(&r->binary);
	buf_release(&r->event);
	buf_release(&r->line);
	buf_release(&r->scoped);
	free(r->writing.item);
	free(r->uncommitted.item);
	free(r);
}

void
receive_use_paths(struct receive *r, const struct receive_paths *paths)
{
	r->options.paths = paths;
}

const struct receive_counters *
receive_counters(const struct receive *r)
{
	return &r->counters;
}

void
receive_summary(const struct receive *r, char *text, size_t size)
{
	const struct receive_counters *n = &r->counters;

	snprintf(text, size,
	    "%" PRIu64 " accepted, %" PRIu64 " known already, %" PRIu64
	    " refused, %" PRIu64 " asked to try again, %" PRIu64
	    " line%s printed",
	    n->accepted, n->duplicates, n->refused, n->unsafe, n->printed,
	    diag_plural(n->printed));
}

/* ---- Headers for the verifier ------------------------------------------ */

struct lookup {
	const struct serve_head *head;
	const char *twice; /* a header that is repeated */
	char name[64];
};

/* A sign_lookup.  The names of Svix are aliases of the standard ones. */
static struct span
find_header(void *context, const char *name)
{
	static const char standard[] = "webhook-";
	struct lookup *l = context;
	struct span value;
	size_t count;

	if (strcmp(name, "@method") == 0)
		return l->head->method;
	if (strcmp(name, "@authority") == 0)
		name = "host";
	if (name[0] == '@')
		return sign_target_part(l->head->target, name);
	value = serve_head_find(l->head, name, &count);
	if (count == 0 && strncmp(name, standard, sizeof(standard) - 1) == 0) {
		snprintf(l->name, sizeof(l->name), "svix-%s",
		    name + sizeof(standard) - 1);
		value = serve_head_find(l->head, l->name, &count);
	}
	if (count <= 1)
		return value;
	l->twice = name;
	return (struct span){NULL, 0};
}

static const char challenge[] = "WWW-Authenticate: Webhook-Signature\r\n";

/* Verify the request, or refuse it.  Return true if it verifies. */
static bool
verified(struct receive *r, struct serve_request *request,
    const struct receive_path *path, struct lookup *l, struct sign_verified *v)
{
	struct err err = {""};

	switch (
	    sign_verify(path->keys, find_header, l, serve_request_body(request),
		instant_now() / 1000, path->tolerance, v, &err)) {
	case SIGN_GOOD:
		return true;
	case SIGN_MALFORMED:
		if (l->twice != NULL)
			err_set(&err, "duplicate header %s", l->twice);
		receive_refuse(r, request, 400, NULL, err.text);
		return false;
	case SIGN_WRONG:
	case SIGN_STALE:
	case SIGN_EARLY:
		receive_refuse(r, request, 401, challenge, err.text);
		return false;
	case SIGN_FAILED:
		break;
	}
	receive_refuse(r, request, 503, receive_retry_later, err.text);
	return false;
}

/* Can this path accept a CloudEvent in binary mode?  If its scheme signs only
 * the body, anyone between sender and receiver could change the attributes. */
static bool
accepts_binary(const struct receive_path *path)
{
	return path->unsigned_attributes ||
	    !sign_scheme_simple(sign_keys_scheme(path->keys));
}

/* Are the attributes of the verified request signed, or need they not be?
 * Otherwise refuse it. */
static bool
attributes_verified(struct receive *r, struct serve_request *request,
    const struct receive_path *path)
{
	struct span name;
	struct err err;

	if (path->unsigned_attributes ||
	    receive_binary_covered(
		serve_request_head(request), path->keys, &name))
		return true;
	err_set(&err, "the signature does not cover %.*s",
	    name.n > 64 ? 64 : (int)name.n, name.p);
	receive_refuse(r, request, 401, challenge, err.text);
	return false;
}

/* ---- Payloads ---------------------------------------------------------- */

/* Can ${value} be that of a header of a signature in a message? */
static int
check_signature(
    bool is_member, const char *name, struct span value, struct err *err)
{
	if (is_member)
		return message_check_header(
		    name, value, MESSAGE_SIGNATURE_MAX, err);
	if (strlen(name) + 2 + value.n > MESSAGE_HEADER_MAX)
		return err_set(
		    err, "%s: longer than %d bytes", name, MESSAGE_HEADER_MAX);
	return json_utf8_valid(value, NULL)
	    ? 0
	    : err_set(err, "%s: not UTF-8", name);
}

/* Can a message have the headers of the request?  Return 0; or the status of
 * the answer, with ${err}. */
static int
check_message(
    const struct receive_payload *p, struct lookup *l, struct err *err)
{
	const struct sign_scheme *scheme = sign_keys_scheme(p->path->keys);
	struct span type = serve_head_find(l->head, "content-type", NULL);
	bool is_member = sign_scheme_has_member(scheme);
	const char *name;
	struct err why;

	if (type.n > 0 &&
	    message_check_header(
		"content-type", type, MESSAGE_CONTENT_TYPE_MAX, &why) != 0) {
		err_set(err, "in a message: %s", why.text);
		return 415;
	}
	for (size_t i = 0; (name = sign_scheme_header(scheme, i)) != NULL;
	     i++) {
		struct span value = find_header(l, name);

		if (check_signature(is_member, name, value, &why) != 0) {
			err_set(err, "in a message: %s", why.text);
			return 400;
		}
	}
	return 0;
}

/* Build the message line of the request of ${p}. */
static void
write_message(const struct receive_payload *p, struct lookup *l,
    const struct sign_verified *v, struct span body, struct buf *out)
{
	const struct sign_scheme *scheme = sign_keys_scheme(p->path->keys);
	const char *header = sign_scheme_header(scheme, 0);
	bool has_member = sign_scheme_has_member(scheme);
	struct message m = {.id = p->id,
	    .timestamp = v->timestamp,
	    .content_type = serve_head_find(l->head, "content-type", NULL),
	    .payload = body};
	struct json_writer w;
	struct buf headers;

	/* An event in binary mode without data need not have one, but readers
	 * recognize a message by it. */
	if (m.content_type.n == 0)
		m.content_type = span_of(message_content_type(MESSAGE_MESSAGE));
	buf_init(&headers);
	json_writer_init(&w, &headers);
	json_object_begin(&w);
	if (has_member)
		m.signature = find_header(l, header);
	for (size_t i = 0; !has_member && header != NULL; i++) {
		json_key(&w, header);
		json_put_string(&w, find_header(l, header));
		header = sign_scheme_header(scheme, i + 1);
	}
	if (p->binary)
		receive_binary_put_headers(l->head, &w);
	json_object_end(&w);
	if (!has_member || p->binary)
		m.headers = buf_span(&headers);
	message_write(out, &m, NULL);
	if (buf_failed(&headers))
		out->failed = true;
	buf_release(&headers);
}

/* Schemes without an ID: the ID is the hash of ${content}. */
static bool
content_id(struct span content, char text[ID_TEXT_MAX])
{
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(content.p, content.n, digest) != 0)
		return false;
	id_of_digest(digest, text);
	return true;
}

/* List the items of ${p}.  Return 0; or -1 with ${err}, and *${memory} is set if
 * memory ran out. */
static int
read_items(struct receive *r, struct serve_request *request,
    struct receive_payload *p, bool *memory, struct err *err)
{
	if (!p->binary)
		return receive_items_read(
		    &r->items, p->type, p->body, memory, err);
	return receive_binary_read(
	    r, serve_request_head(request), p, memory, err);
}

static void
take_payload(struct receive *r, struct serve_request *request,
    const struct receive_path *path, enum receive_type type, bool binary)
{
	struct lookup l = {.head = serve_request_head(request)};
	struct span body = serve_request_body(request);
	struct receive_payload p = {.path = path,
	    .type = type,
	    .binary = binary,
	    .body = body,
	    .is_message =
		path->output == RECEIVE_MESSAGE || type == RECEIVE_TYPE_JOSE};
	struct sign_verified v = {.timestamp = 0};
	char id[ID_TEXT_MAX] = "";
	bool memory = false;
	struct buf message;
	struct err err;
	int status;

	if (!verified(r, request, path, &l, &v) ||
	    (binary && !attributes_verified(r, request, path)))
		return;
	if (read_items(r, request, &p, &memory, &err) != 0 && !memory) {
		receive_refuse(r, request, 400, NULL, err.text);
		return;
	}
	/* A body that is not JSON cannot be a line. */
	status = p.is_message ? check_message(&p, &l, &err) : 0;
	if (status != 0) {
		receive_refuse(r, request, status, NULL, err.text);
		return;
	}
	buf_init(&message);
	p.id = p.header_id = v.id;
	if (p.id.n == 0) {
		memory = memory || !content_id(binary ? p.key : p.body, id);
		p.id = span_of(id);
	}
	if (p.is_message) {
		write_message(&p, &l, &v, body, &message);
		p.message = buf_span(&message);
		memory = memory || buf_failed(&message);
	}
	if (!memory &&
	    (p.message.n > NDJSON_LINE_MAX || p.body.n > NDJSON_LINE_MAX))
		receive_refuse(r, request, 413, NULL,
		    "its line would be longer than 1 MiB");
	else if (binary && p.message.p != NULL && !json_utf8_valid(body, NULL))
		receive_refuse(r, request, 415, NULL,
		    "a message cannot have a payload that is not UTF-8");
	else if (memory)
		receive_refuse(
		    r, request, 503, receive_retry_later, "out of memory");
	else
		receive_accept(r, request, &p);
	buf_release(&message);
}

/* ---- Other requests ---------------------------------------------------- */

/* The handshake of CloudEvents web hooks: may this origin send events? */
static void
answer_handshake(struct receive *r, struct serve_request *request)
{
	size_t origins;
	struct span origin = serve_head_find(
	    serve_request_head(request), "webhook-request-origin", &origins);
	const struct receive_outcome o = {.status = 200};
	char headers[512], rate[24] = "*";

	if (r->options.origin == NULL || origin.p == NULL) {
		receive_refuse(r, request, 405,
		    r->options.origin != NULL ? "Allow: POST, OPTIONS\r\n"
					      : "Allow: POST\r\n",
		    "only POST is answered here");
		return;
	}
	if (origin.n > 255 || origins > 1 ||
	    (strcmp(r->options.origin, "*") != 0 &&
		!ascii_equal(origin, span_of(r->options.origin)))) {
		receive_refuse(
		    r, request, 403, NULL, "this origin may not send here");
		return;
	}
	if (r->options.rate > 0)
		snprintf(rate, sizeof(rate), "%" PRId64, r->options.rate);
	snprintf(headers, sizeof(headers),
	    "Allow: POST, OPTIONS\r\nWebHook-Allowed-Origin: %.*s\r\n"
	    "WebHook-Allowed-Rate: %s\r\n",
	    (int)origin.n, origin.p, rate);
	receive_count(r, &o);
	receive_audit(r, request, &o);
	serve_answer(request, 200, headers, (struct span){NULL, 0});
}

/* Is it a GET or HEAD request for ${path}?  NULL: no. */
static bool
is_get(const struct serve_head *h, const char *path)
{
	return path != NULL && span_is(h->path, path) &&
	    (span_is(h->method, "GET") || span_is(h->method, "HEAD"));
}

/* The status that a payload would get. */
static void
answer_health(struct receive *r, struct serve_request *request)
{
	const char *why;
	char text[128];

	if (!receive_has_room(r))
		serve_answer(
		    request, 503, receive_retry_later, SPAN_LIT("busy\n"));
	else if (!receive_works(r))
		serve_answer(request, 503, receive_retry_later,
		    SPAN_LIT("the state file cannot be written\n"));
	else if (!receive_audit_works(r, &why) || !receive_claims_work(r, &why))
		serve_answer(request, 503, receive_retry_later,
		    (struct span){text,
			(size_t)snprintf(text, sizeof(text), "%s\n", why)});
	else
		serve_answer(request, 200, NULL, SPAN_LIT("ok\n"));
}

void
receive_handle(void *context, struct serve_request *request)
{
	struct receive *r = context;
	const struct serve_head *h = serve_request_head(request);
	const struct receive_path *path;
	const char *why;
	size_t codings, types;
	struct span coding = serve_head_find(h, "content-encoding", &codings);
	enum receive_type type =
	    receive_type_of(serve_head_find(h, "content-type", &types));
	bool binary = receive_is_binary(h);

	if (is_get(h, r->options.health)) {
		answer_health(r, request);
		return;
	}
	if (is_get(h, r->options.metrics)) {
		receive_answer_metrics(r, request);
		return;
	}
	path = receive_paths_find(r->options.paths, h->path);
	if (path == NULL) {
		receive_refuse(r, request, 404, NULL, "nothing is here");
	} else if (span_is(h->method, "OPTIONS")) {
		answer_handshake(r, request);
	} else if (!span_is(h->method, "POST")) {
		receive_refuse(r, request, 405, "Allow: POST\r\n",
		    "only POST is answered here");
	} else if (!receive_has_room(r)) {
		receive_refuse(
		    r, request, 503, receive_retry_later, "busy: try again");
	} else if (!receive_audit_works(r, &why) ||
	    !receive_claims_work(r, &why)) {
		receive_refuse(r, request, 503, receive_retry_later, why);
	} else if (codings > 1 || types > 1) {
		receive_refuse(r, request, 400, NULL,
		    codings > 1 ? "duplicate header content-encoding"
				: "duplicate header content-type");
	} else if (coding.n > 0 && !ascii_same(coding, "identity")) {
		receive_refuse(r, request, 415, NULL,
		    "content encodings are not supported");
	} else if (binary && !accepts_binary(path)) {
		receive_refuse(r, request, 415, NULL,
		    "a CloudEvent in binary mode is refused, because its "
		    "signature does not cover its ce- headers: sign with "
		    "rfc9421, or send it in structured mode, as "
		    "application/cloudevents+json");
	} else if (!binary && type == RECEIVE_TYPE_NONE) {
		receive_refuse(r, request, 415, NULL,
		    "unsupported content type: send application/json");
	} else {
		take_payload(r, request, path, type, binary);
	}
}
