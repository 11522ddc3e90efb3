#include "receive/payload.h"

#include <stdlib.h>
#include <string.h>

#include "buf/ascii.h"
#include "message/message.h"
#include "receive/receive.h"

enum receive_type
receive_type_of(struct span s)
{
	static const char json[] = "+json", application[] = "application/";
	const char *semicolon = s.n > 0 ? memchr(s.p, ';', s.n) : NULL;
	char type[128];

	if (semicolon != NULL)
		s.n = (size_t)(semicolon - s.p);
	s = ascii_trim(s);
	if (s.n >= sizeof(type))
		return RECEIVE_TYPE_NONE;
	for (size_t i = 0; i < s.n; i++)
		type[i] = ascii_lower(s.p[i]);
	s.p = type;
	if (span_is(s, "application/json"))
		return RECEIVE_TYPE_JSON;
	if (span_is(s, "application/jose"))
		return RECEIVE_TYPE_JOSE;
	if (span_is(s, "application/cloudevents-batch+json"))
		return RECEIVE_TYPE_BATCH;
	if (s.n > sizeof(json) + sizeof(application) - 2 &&
	    memcmp(type, application, sizeof(application) - 1) == 0 &&
	    memcmp(type + s.n - 5, json, 5) == 0)
		return RECEIVE_TYPE_JSON;
	return RECEIVE_TYPE_NONE;
}

void
receive_items_init(struct receive_items *t)
{
	memset(t, 0, sizeof(*t));
	json_index_init(&t->index);
	json_scan_init(&t->scan);
	buf_init(&t->ids);
}

void
receive_items_release(struct receive_items *t)
{
	json_index_release(&t->index);
	json_scan_release(&t->scan);
	buf_release(&t->ids);
	free(t->item);
}

static int
add(struct receive_items *t, struct span id, struct span text, bool *memory)
{
	if (t->count == t->cap) {
		size_t cap = t->cap == 0 ? 16 : 2 * t->cap;
		struct receive_item *item =
		    realloc(t->item, cap * sizeof(*item));

		if (item == NULL) {
			*memory = true;
			return -1;
		}
		t->item = item;
		t->cap = cap;
	}
	t->item[t->count++] = (struct receive_item){id, text};
	return 0;
}

static int
read_jose(
    struct receive_items *t, struct span body, bool *memory, struct err *err)
{
	if (!message_is_compact(body))
		return err_set(err, "not a compact JWE");
	return add(t, (struct span){NULL, 0}, body, memory);
}

/* Append the string member ${key} to the IDs.  Return false if there is no such
 * string. */
static bool
add_member(struct receive_items *t, const char *key)
{
	const struct json_member *m = json_index_find(&t->index, key);

	if (m == NULL || m->type != JSON_STRING || m->value.n <= 2)
		return false;
	json_unescape(json_inside(m->value), &t->ids);
	return true;
}

static int
read_event(
    struct receive_items *t, struct span text, bool *memory, struct err *err)
{
	struct err why;
	size_t start = t->ids.len;

	if (json_index_read(&t->index, text, &why) != 0)
		return err_set(
		    err, "event %zu of the batch: %s", t->count + 1, why.text);
	/* Together they are unique: a source is a URI, which has no blank. */
	if (!add_member(t, "source"))
		return err_set(
		    err, "event %zu of the batch: no source", t->count + 1);
	if (t->ids.len > start &&
	    memchr(t->ids.data + start, ' ', t->ids.len - start) != NULL)
		return err_set(err,
		    "event %zu of the batch: source contains a blank",
		    t->count + 1);
	buf_add_byte(&t->ids, ' ');
	if (!add_member(t, "id"))
		return err_set(
		    err, "event %zu of the batch: no id", t->count + 1);
	if (buf_failed(&t->ids)) {
		*memory = true;
		return -1;
	}
	/* Set the span when all are read: until then the storage may move. */
	return add(t, (struct span){NULL, t->ids.len - start}, text, memory);
}

static int
read_batch(
    struct receive_items *t, struct span body, bool *memory, struct err *err)
{
	enum json_token token;
	size_t at = 0;

	json_scan_start(&t->scan, body);
	if (json_scan_next(&t->scan) != JSON_ARRAY)
		return err_set(err, "a batch is a JSON array");
	for (;;) {
		struct span text;

		token = json_scan_next(&t->scan);
		if (token != JSON_OBJECT)
			break;
		text.p = t->scan.span.p;
		if (json_scan_skip(&t->scan, &text) == JSON_ERROR)
			break;
		if (t->count == RECEIVE_BATCH_MAX)
			return err_set(err, "more than %d events in a batch",
			    RECEIVE_BATCH_MAX);
		if (read_event(t, text, memory, err) != 0)
			return -1;
	}
	if (token != JSON_ARRAY_END || json_scan_next(&t->scan) != JSON_END) {
		err_set(err, "%s", t->scan.error != NULL ? t->scan.error : "");
		return err_is_memory(err)
		    ? -1
		    : err_set(err, "not a JSON array of objects");
	}
	for (size_t i = 0; i < t->count; i++) {
		t->item[i].id.p = t->ids.data + at;
		at += t->item[i].id.n;
	}
	return 0;
}

int
receive_items_one(struct receive_items *t, struct span text)
{
	bool memory;

	t->count = 0;
	buf_clear(&t->ids);
	return add(t, (struct span){NULL, 0}, text, &memory);
}

static int
read_items(struct receive_items *t, enum receive_type type, struct span body,
    bool *memory, struct err *err)
{
	switch (type) {
	case RECEIVE_TYPE_JSON:
		if (json_index_read(&t->index, body, err) != 0)
			return -1;
		return add(t, (struct span){NULL, 0}, body, memory);
	case RECEIVE_TYPE_JOSE:
		return read_jose(t, body, memory, err);
	case RECEIVE_TYPE_BATCH:
		return read_batch(t, body, memory, err);
	case RECEIVE_TYPE_NONE:
		break;
	}
	return err_set(err, "unsupported content type");
}

int
receive_items_read(struct receive_items *t, enum receive_type type,
    struct span body, bool *memory, struct err *err)
{
	int rc;

	t->count = 0;
	buf_clear(&t->ids);
	*memory = false;
	rc = read_items(t, type, body, memory, err);
	/* A parser that had no memory shows nothing about the body. */
	if (rc != 0 && !*memory)
		*memory = err_is_memory(err);
	return rc;
}

void
receive_add_line(struct buf *out, struct span json)
{
	size_t start = out->len;

	buf_add_span(out, json);
	for (size_t i = start; i < out->len; i++) {
		if (out->data[i] == '\n' || out->data[i] == '\r')
			out->data[i] = ' ';
	}
}
