/* CloudEvents in binary content mode, whose attributes are headers. */
#include <string.h>

#include "receive/private.h"

#define PREFIX (sizeof(CLOUDEVENT_PREFIX) - 1)

static bool
is_attribute(const struct serve_header *h)
{
	return h->name.n > PREFIX &&
	    memcmp(h->name.p, CLOUDEVENT_PREFIX, PREFIX) == 0;
}

bool
receive_is_binary(const struct serve_head *h)
{
	if (cloudevent_type_is_own(serve_head_find(h, "content-type", NULL)))
		return false;
	for (size_t i = 0; i < h->headers; i++) {
		if (is_attribute(&h->header[i]))
			return true;
	}
	return false;
}

bool
receive_binary_covered(
    const struct serve_head *h, const struct sign_keys *keys, struct span *name)
{
	for (size_t i = 0; i < h->headers; i++) {
		*name = h->header[i].name;
		if ((is_attribute(&h->header[i]) ||
			span_is(*name, "content-type")) &&
		    !sign_covers(keys, *name))
			return false;
	}
	return true;
}

int
receive_binary_read(struct receive *r, const struct serve_head *h,
    struct receive_payload *p, bool *memory, struct err *err)
{
	struct span type = serve_head_find(h, "content-type", NULL);
	size_t n;
	int rc = 0;

	if (p->type == RECEIVE_TYPE_JOSE)
		rc = receive_items_read(
		    &r->items, p->type, p->body, memory, err);
	cloudevent_binary_clear(&r->binary);
	buf_clear(&r->event);
	for (size_t i = 0; rc == 0 && i < h->headers; i++) {
		struct span name = h->header[i].name;

		if (!is_attribute(&h->header[i]))
			continue;
		name.p += PREFIX;
		name.n -= PREFIX;
		rc = cloudevent_binary_add(
		    &r->binary, name, h->header[i].value, err);
	}
	if (rc == 0)
		rc = cloudevent_binary_write(
		    &r->binary, type, p->body, &r->event, err);
	n = r->event.len;
	if (rc == 0)
		cloudevent_binary_key(&r->binary, &r->event);
	if (cloudevent_binary_failed(&r->binary) || buf_failed(&r->event)) {
		*memory = true;
		return -1;
	}
	if (rc != 0) {
		/* A parser that had no memory shows nothing about the body. */
		*memory = *memory || err_is_memory(err);
		return -1;
	}
	p->body = (struct span){r->event.data, n};
	p->key = (struct span){r->event.data + n, r->event.len - n};
	*memory = receive_items_one(&r->items, p->body) != 0;
	return *memory ? -1 : 0;
}

void
receive_binary_put_headers(const struct serve_head *h, struct json_writer *w)
{
	/* With room for a 0 byte; longer names are refused before. */
	char name[PREFIX + CLOUDEVENT_NAME_MAX + 1];

	for (size_t i = 0; i < h->headers; i++) {
		const struct serve_header *one = &h->header[i];

		if (!is_attribute(one) || one->name.n >= sizeof(name))
			continue;
		memcpy(name, one->name.p, one->name.n);
		name[one->name.n] = '\0';
		json_key(w, name);
		json_put_string(w, one->value);
	}
}
