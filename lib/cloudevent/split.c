#include "cloudevent/split.h"

#include <stdint.h>
#include <string.h>

#include "cloudevent/binary.h"
#include "cloudevent/type.h"
#include "crypto/base64.h"

void
cloudevent_split_init(struct cloudevent_split *s)
{
	s->headers = 0;
	buf_init(&s->decoded);
	buf_init(&s->text);
	cloudevent_binary_init(&s->check);
	json_index_init(&s->index);
}

void
cloudevent_split_release(struct cloudevent_split *s)
{
	buf_release(&s->decoded);
	buf_release(&s->text);
	cloudevent_binary_release(&s->check);
	json_index_release(&s->index);
}

/* Percent-encode ${value} (HTTP Protocol Binding, 3.1.3.2). */
static void
encode(struct span value, struct buf *out)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c <= 0x20 || c > 0x7e || c == '"' || c == '%')
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_add_byte(out, c);
	}
}

/* Append the value of the attribute ${m} as a text.  Return false if it has no
 * type of an attribute. */
static bool
add_value(const struct json_member *m, struct buf *out)
{
	int64_t whole;

	switch (m->type) {
	case JSON_STRING:
		json_unescape(json_inside(m->value), out);
		return true;
	case JSON_NUMBER:
		if (json_integer(m->value, INT32_MIN, INT32_MAX, &whole) != 0)
			return false;
		buf_add_span(out, m->value);
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		buf_add_span(out, m->value);
		return true;
	default:
		return false;
	}
}

/* The members that are not headers. */
struct others {
	const struct json_member *type, *data, *base64;
};

/* Sort out ${m}.  Return true if it is an attribute with a header. */
static bool
is_attribute(const struct json_member *m, struct others *o)
{
	if (span_is(m->key, "datacontenttype") && m->type != JSON_NULL)
		o->type = m;
	else if (span_is(m->key, "data"))
		o->data = m;
	else if (span_is(m->key, "data_base64") && m->type != JSON_NULL)
		o->base64 = m;
	else
		return m->type != JSON_NULL;
	return false;
}

/* Encode all attributes to s->text as names and values, and read them as a
 * receiver does.  Return false if it would refuse them. */
static bool
encode_attributes(struct cloudevent_split *s, struct others *o)
{
	struct buf value;
	struct err err;
	bool good = true;

	cloudevent_binary_clear(&s->check);

	buf_init(&value);
	for (size_t i = 0; good && i < s->index.count; i++) {
		const struct json_member *m = &s->index.member[i];
		struct cloudevent_header *h = &s->header[s->headers];
		size_t at = s->text.len;

		if (!is_attribute(m, o))
			continue;
		buf_clear(&value);
		good = s->headers < CLOUDEVENT_SPLIT_MAX && !m->key_escaped &&
		    add_value(m, &value);
		if (!good)
			break;
		buf_add_text(&s->text, CLOUDEVENT_PREFIX);
		buf_add_span(&s->text, m->key);
		h->name.n = s->text.len - at;
		encode(buf_span(&value), &s->text);
		h->value.n = s->text.len - at - h->name.n;
		if (buf_failed(&value))
			s->text.failed = true;
		good = !buf_failed(&s->text) && h->value.n > 0 &&
		    s->text.len <= CLOUDEVENT_SPLIT_BYTES_MAX &&
		    cloudevent_binary_add(&s->check, m->key,
			(struct span){
			    s->text.data + at + h->name.n, h->value.n},
			&err) == 0;
		s->headers++;
	}
	buf_release(&value);
	return good && cloudevent_binary_check(&s->check, &err) == 0;
}

/* Set the type and the body.  Return false if there are none. */
static bool
set_body(struct cloudevent_split *s, const struct others *o)
{
	const struct json_member *data = o->data != NULL ? o->data : o->base64;
	size_t at = s->text.len;
	bool json = true;

	s->type = SPAN_LIT("application/json");
	if (data == NULL || (o->data != NULL && o->base64 != NULL))
		return false;
	if (o->type != NULL) {
		if (o->type->type != JSON_STRING)
			return false;
		json_unescape(json_inside(o->type->value), &s->text);
		if (buf_failed(&s->text))
			return false;
		s->type = (struct span){s->text.data + at, s->text.len - at};
		json = cloudevent_type_is_json(s->type);
		if (!cloudevent_type_ok(s->type))
			return false;
	}
	s->body = data->value;
	if (json && o->data != NULL)
		return true;
	if (data->type != JSON_STRING || (o->data == NULL && o->type == NULL))
		return false;
	json_unescape(json_inside(data->value), &s->decoded);
	if (o->base64 != NULL && !buf_failed(&s->decoded)) {
		struct buf bytes;
		int rc;

		buf_init(&bytes);
		rc = crypto_base64_decode(
		    CRYPTO_BASE64, buf_span(&s->decoded), &bytes);
		buf_release(&s->decoded);
		s->decoded = bytes;
		if (rc != 0)
			return false;
	}
	s->body = buf_span(&s->decoded);
	return s->body.n > 0;
}

enum cloudevent_outcome
cloudevent_split(struct cloudevent_split *s, struct span event)
{
	struct others o = {NULL, NULL, NULL};
	struct err err;
	const char *p;
	bool good;

	s->headers = 0;
	buf_clear(&s->decoded);
	buf_clear(&s->text);
	if (json_index_read(&s->index, event, &err) != 0)
		return err_is_memory(&err) ? CLOUDEVENT_FAILED
					   : CLOUDEVENT_WHOLE;
	good = encode_attributes(s, &o) && set_body(s, &o);
	if (buf_failed(&s->text) || buf_failed(&s->decoded) ||
	    cloudevent_binary_failed(&s->check))
		return CLOUDEVENT_FAILED;
	/* The text no longer moves. */
	p = s->text.data;
	for (size_t i = 0; good && i < s->headers; i++) {
		struct cloudevent_header *h = &s->header[i];

		h->name.p = p;
		h->value.p = p + h->name.n;
		p = h->value.p + h->value.n;
	}
	return good ? CLOUDEVENT_SPLIT : CLOUDEVENT_WHOLE;
}
