#include "message/message.h"

void
message_reader_init(struct message_reader *r)
{
	json_index_init(&r->index);
	buf_init(&r->text);
}

void
message_reader_release(struct message_reader *r)
{
	json_index_release(&r->index);
	buf_release(&r->text);
}

static const char *
name_of(enum json_token type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_NUMBER:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	case JSON_NULL:
		return "null";
	case JSON_STRING:
		return "a string";
	case JSON_ERROR:
	case JSON_END:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
		break;
	}
	return "no value";
}

/* Find the member ${key} of the given type; NULL if it is missing. */
static int
find(const struct message_reader *r, const char *key, enum json_token type,
    const struct json_member **m, struct err *err)
{
	*m = json_index_find(&r->index, key);
	if (*m == NULL || (*m)->type == type)
		return 0;
	return err_set(
	    err, "%s: is %s, not %s", key, name_of((*m)->type), name_of(type));
}

/* Unescape a string member; r->text has room for it. */
static struct span
text_of(struct message_reader *r, const struct json_member *m)
{
	struct span raw = json_inside(m->value);
	size_t before = r->text.len;

	if (!m->value_escaped)
		return raw;
	json_unescape(raw, &r->text);
	return (struct span){r->text.data + before, r->text.len - before};
}

/* Read an optional string that becomes the value of a header. */
static int
read_header(struct message_reader *r, const char *key, size_t max,
    struct span *text, struct err *err)
{
	const struct json_member *m;

	if (find(r, key, JSON_STRING, &m, err) != 0)
		return -1;
	if (m == NULL)
		return 0;
	*text = text_of(r, m);
	if (text->n == 0)
		return err_set(err, "%s: empty", key);
	return message_check_header(key, *text, max, err);
}

static int
read_id(struct message_reader *r, struct message *msg, struct err *err)
{
	const struct json_member *m;

	if (find(r, "id", JSON_STRING, &m, err) != 0)
		return -1;
	if (m == NULL)
		return err_set(err, "id: missing");
	msg->id = text_of(r, m);
	return message_check_id(msg->id, err);
}

static int
read_timestamp(struct message_reader *r, struct message *msg, struct err *err)
{
	const struct json_member *m;

	if (find(r, "timestamp", JSON_NUMBER, &m, err) != 0)
		return -1;
	if (m == NULL)
		return 0;
	msg->time = m->value;
	if (message_read_timestamp(m->value, &msg->timestamp) != 0)
		return err_set(err,
		    "timestamp: not a whole number of "
		    "seconds since 1970");
	return 0;
}

int
message_read_indexed(
    struct message_reader *r, struct message *msg, struct err *err)
{
	const struct json_member *m;
	size_t room = 0;

	memset(msg, 0, sizeof(*msg));
	/* Reserve all, so that the spans stay valid.  Unescaping never makes a
	 * string longer. */
	for (size_t i = 0; i < r->index.count; i++) {
		if (r->index.member[i].value_escaped)
			room += r->index.member[i].value.n;
	}
	buf_clear(&r->text);
	if (buf_reserve(&r->text, room) != 0)
		return err_set(err, "out of memory");
	if (read_id(r, msg, err) != 0 || read_timestamp(r, msg, err) != 0 ||
	    read_header(r, "contentType", MESSAGE_CONTENT_TYPE_MAX,
		&msg->content_type, err) != 0 ||
	    read_header(r, "signature", MESSAGE_SIGNATURE_MAX, &msg->signature,
		err) != 0 ||
	    find(r, "headers", JSON_OBJECT, &m, err) != 0)
		return -1;
	if (m != NULL)
		msg->headers = m->value;
	if (find(r, "payload", JSON_STRING, &m, err) != 0)
		return -1;
	if (m == NULL)
		return err_set(err, "payload: missing");
	msg->payload = text_of(r, m);
	return 0;
}

int
message_read(struct message_reader *r, struct span line, struct message *msg,
    struct err *err)
{
	if (json_index_read(&r->index, line, err) != 0)
		return -1;
	return message_read_indexed(r, msg, err);
}
