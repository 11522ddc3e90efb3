#include "message/message.h"

static void
put_text(struct buf *out, const char *before, struct span text)
{
	buf_add_text(out, before);
	json_escape(out, text);
	buf_add_byte(out, '"');
}

static bool
known(struct span key)
{
	return span_is(key, "id") || span_is(key, "timestamp") ||
	    span_is(key, "contentType") || span_is(key, "signature") ||
	    span_is(key, "headers") || span_is(key, "payload");
}

static void
put_timestamp(struct buf *out, int64_t timestamp)
{
	char digit[20];
	size_t at = sizeof(digit);

	do {
		digit[--at] = (char)('0' + timestamp % 10);
		timestamp /= 10;
	} while (timestamp > 0 && at > 0);
	buf_add_text(out, ",\"timestamp\":");
	buf_add(out, digit + at, sizeof(digit) - at);
}

/* Copy the unknown members.  A name with escapes can still be that of a known
 * member, which the reader has read. */
static void
put_carried(struct buf *out, const struct json_index *carry)
{
	struct buf name;

	buf_init(&name);
	for (size_t i = 0; i < carry->count; i++) {
		const struct json_member *m = &carry->member[i];
		struct span key = m->key;

		if (m->key_escaped) {
			buf_clear(&name);
			json_unescape(key, &name);
			out->failed |= name.failed;
			key = buf_span(&name);
		}
		if (known(key))
			continue;
		buf_add(out, ",\"", 2);
		buf_add_span(out, m->key);
		buf_add(out, "\":", 2);
		buf_add_span(out, m->value);
	}
	buf_release(&name);
}

void
message_write_head(
    struct buf *out, const struct message *m, const struct json_index *carry)
{
	put_text(out, "{\"id\":\"", m->id);
	if (m->timestamp != 0)
		put_timestamp(out, m->timestamp);
	if (m->content_type.n != 0)
		put_text(out, ",\"contentType\":\"", m->content_type);
	if (m->signature.n != 0)
		put_text(out, ",\"signature\":\"", m->signature);
	if (m->headers.n != 0) {
		buf_add_text(out, ",\"headers\":");
		buf_add_span(out, m->headers);
	}
	buf_add_span(out, m->further);
	if (carry != NULL)
		put_carried(out, carry);
	buf_add_text(out, ",\"payload\":\"");
}

void
message_write(
    struct buf *out, const struct message *m, const struct json_index *carry)
{
	message_write_head(out, m, carry);
	json_escape(out, m->payload);
	buf_add(out, "\"}", 2);
}
