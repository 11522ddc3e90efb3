#include "outgoing/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"

void
outgoing_request_single(
    struct outgoing_request *r, const struct outgoing_event *event)
{
	r->is_batch = false;
	r->attributes = NULL;
	r->body = event->body;
	r->type = event->content_type;
	memcpy(r->id, event->id.p, event->id.n);
	r->id[event->id.n] = '\0';
}

int
outgoing_request_binary(struct outgoing_request *r,
    const struct outgoing_event *event, struct cloudevent_split *s)
{
	if (!event->cloudevent || event->signature.n > 0)
		return 0;
	switch (cloudevent_split(s, event->body)) {
	case CLOUDEVENT_WHOLE:
		return 0;
	case CLOUDEVENT_FAILED:
		return -1;
	case CLOUDEVENT_SPLIT:
		break;
	}
	r->attributes = s;
	r->type = s->type;
	r->body = s->body;
	if (s->decoded.len == 0)
		return 0;
	/* It is needed until the request ends. */
	buf_clear(&r->batch);
	buf_add_span(&r->batch, s->body);
	r->body = buf_span(&r->batch);
	return buf_failed(&r->batch) ? -1 : 0;
}

void
outgoing_batch_begin(struct outgoing_request *r, struct buf *ids)
{
	r->is_batch = true;
	r->attributes = NULL;
	r->type = SPAN_LIT("application/cloudevents-batch+json");
	buf_clear(&r->batch);
	buf_clear(ids);
}

void
outgoing_batch_add(struct outgoing_request *r, struct buf *ids,
    const struct outgoing_event *event)
{
	buf_add_byte(&r->batch, r->batch.len == 0 ? '[' : ',');
	buf_add_span(&r->batch, event->body);
	buf_add_span(ids, event->id);
	buf_add_byte(ids, '\n');
}

int
outgoing_batch_end(struct outgoing_request *r, struct buf *ids)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char id[ID_TEXT_MAX];

	buf_add_byte(&r->batch, ']');
	if (buf_failed(&r->batch) || buf_failed(ids) ||
	    crypto_sha256(ids->data, ids->len, digest) != 0)
		return -1;
	id_of_digest(digest, id);
	snprintf(r->id, sizeof(r->id), "%s", id);
	r->body = buf_span(&r->batch);
	return 0;
}

static void
add(struct outgoing_headers *h, struct span name, struct span value)
{
	if (h->own == OUTGOING_OWN_HEADERS - 1) { /* one is for the origin */
		h->text.failed = true;
		return;
	}
	h->at[h->own] = h->text.len;
	buf_add_span(&h->text, name);
	buf_add(&h->text, ": ", 2);
	buf_add_span(&h->text, value);
	h->n[h->own] = h->text.len - h->at[h->own];
	h->own++;
}

static void
emit(void *context, const char *name, struct span value)
{
	add(context, span_of(name), value);
}

/* List the attributes of a request in binary mode in ${header}.  Return their
 * number. */
static size_t
list_attributes(const struct outgoing_request *r,
    const struct outgoing_event *event,
    struct sign_header header[CLOUDEVENT_ATTRIBUTES_MAX])
{
	struct span rest = event->attributes;
	size_t n = 0;

	if (r->attributes != NULL) {
		for (; n < r->attributes->headers; n++) {
			header[n].name = r->attributes->header[n].name;
			header[n].value = r->attributes->header[n].value;
		}
		return n;
	}
	while (rest.n > 0) {
		const char *colon = memchr(rest.p, ':', rest.n);
		const char *end = memchr(rest.p, '\n', rest.n);

		header[n].name =
		    (struct span){rest.p, (size_t)(colon - rest.p)};
		header[n].value =
		    (struct span){colon + 2, (size_t)(end - colon) - 2};
		n++;
		rest.n -= (size_t)(end - rest.p) + 1;
		rest.p = end + 1;
	}
	return n;
}

/* Sign the request, or use the message's own signature. */
static int
sign(struct outgoing_headers *h, const struct outgoing_request *r,
    const struct outgoing_event *event, struct sign_keys *keys, int64_t time)
{
	struct sign_header header[CLOUDEVENT_ATTRIBUTES_MAX];
	struct sign_input in = {.id = span_of(r->id),
	    .timestamp = time,
	    .body = r->body,
	    .type = r->type,
	    .header = header};
	bool own = event->signature.n > 0 && !r->is_batch;
	struct err why;
	char text[24];

	in.headers = list_attributes(r, event, header);
	for (size_t i = 0; i < in.headers; i++)
		add(h, header[i].name, header[i].value);
	if (keys != NULL)
		return sign_headers(keys, &in, emit, h, &why);
	if (own && event->timestamp > 0)
		in.timestamp = event->timestamp;
	snprintf(text, sizeof(text), "%" PRId64, in.timestamp);
	add(h, SPAN_LIT("webhook-id"), in.id);
	add(h, SPAN_LIT("webhook-timestamp"), span_of(text));
	if (own)
		add(h, SPAN_LIT("webhook-signature"), event->signature);
	return 0;
}

/* Does the header ${line} have the name of one of ours? */
static bool
is_ours(const struct outgoing_headers *h, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	size_t n = colon == NULL ? line.n : (size_t)(colon - line.p) + 1;

	for (size_t i = 0; i < h->own; i++) {
		const char *ours = h->text.data + h->at[i];
		size_t k = 0;

		while (k < n && k < h->n[i] &&
		    (ours[k] | 0x20) == (line.p[k] | 0x20))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

int
outgoing_headers_make(struct outgoing_headers *h,
    const struct outgoing_request *r, const struct outgoing_event *event,
    struct sign_keys *keys, int64_t time, const char *origin)
{
	buf_clear(&h->text);
	h->own = h->count = 0;
	add(h, SPAN_LIT("Content-Type"), r->type);
	if (sign(h, r, event, keys, time) != 0 || buf_failed(&h->text))
		return -1;
	/* The text is complete, and no longer moves. */
	for (size_t i = 0; i < h->own; i++)
		h->header[h->count++] =
		    (struct span){h->text.data + h->at[i], h->n[i]};
	if (origin != NULL)
		h->header[h->count++] = span_of(origin);
	for (size_t i = 0; i < event->headers; i++) {
		if (!is_ours(h, event->header[i]))
			h->header[h->count++] = event->header[i];
	}
	h->own += origin != NULL;
	return 0;
}
