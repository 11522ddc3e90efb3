#include "websocket/frame.h"

void
websocket_reader_init(
    struct websocket_reader *r, enum websocket_role role, size_t max)
{
	memset(r, 0, sizeof(*r));
	r->role = role;
	r->max = max;
	buf_init(&r->data);
}

void
websocket_reader_release(struct websocket_reader *r)
{
	buf_release(&r->data);
}

static enum websocket_event
fail(struct websocket_reader *r, int code, const char *why)
{
	r->failed = true;
	r->code = code;
	r->why = why;
	r->payload = (struct span){"", 0};
	buf_release(&r->data);
	return WEBSOCKET_FAILED;
}

static bool
is_control(enum websocket_opcode opcode)
{
	return ((unsigned)opcode & 0x8) != 0;
}

/* Return why the first byte of a head is wrong, or NULL. */
static const char *
first_wrong(const struct websocket_reader *r)
{
	bool fin = (r->head[0] & 0x80) != 0;
	bool open = r->message != WEBSOCKET_CONTINUATION;

	if ((r->head[0] & 0x70) != 0)
		return "a reserved bit is set";
	switch (r->head[0] & 0xf) {
	case WEBSOCKET_CONTINUATION:
		return open ? NULL : "a continuation without a message";
	case WEBSOCKET_TEXT:
	case WEBSOCKET_BINARY:
		return open ? "a message begins within another one" : NULL;
	case WEBSOCKET_CLOSE:
	case WEBSOCKET_PING:
	case WEBSOCKET_PONG:
		return fin ? NULL : "a control frame is fragmented";
	default:
		return "a reserved opcode";
	}
}

/* Return why the second byte of a head is wrong, or NULL. */
static const char *
second_wrong(const struct websocket_reader *r)
{
	bool masked = (r->head[1] & 0x80) != 0;

	if (masked != (r->role == WEBSOCKET_SERVER))
		return masked ? "a frame of the server is masked"
			      : "a frame of the client is not masked";
	if ((r->head[0] & 0x8) != 0 &&
	    (r->head[1] & 0x7f) > WEBSOCKET_CONTROL_MAX)
		return "a control frame is longer than 125 bytes";
	return NULL;
}

/* Return the length of the head, as far as its first two bytes show it. */
static size_t
head_needs(const struct websocket_reader *r)
{
	size_t n = 2;

	if (r->head_len < 2)
		return n;
	if ((r->head[1] & 0x7f) == 126)
		n += 2;
	else if ((r->head[1] & 0x7f) == 127)
		n += 8;
	return n + ((r->head[1] & 0x80) != 0 ? 4 : 0);
}

/* The head is complete: check it.  MORE: its payload follows. */
static enum websocket_event
begin_frame(struct websocket_reader *r)
{
	size_t at = 2, bytes = 0;

	r->fin = (r->head[0] & 0x80) != 0;
	r->opcode = (enum websocket_opcode)(r->head[0] & 0xf);
	r->length = r->head[1] & 0x7f;
	r->got = 0;
	if (r->length > 125) {
		bytes = r->length == 126 ? 2 : 8;
		r->length = 0;
	}
	for (size_t i = 0; i < bytes; i++)
		r->length = r->length << 8 | r->head[at++];
	if ((bytes == 2 && r->length <= 125) ||
	    (bytes == 8 && r->length <= UINT16_MAX) || r->length >> 63 != 0)
		return fail(r, WEBSOCKET_PROTOCOL_ERROR,
		    "a length is not encoded in the shortest form");
	if (r->role == WEBSOCKET_SERVER)
		memcpy(r->mask, r->head + at, 4);
	r->in_payload = true;
	if (is_control(r->opcode))
		return WEBSOCKET_MORE;
	if (r->length > r->max - r->data.len)
		return fail(r, WEBSOCKET_TOO_BIG, "the message is too long");
	if (r->opcode != WEBSOCKET_CONTINUATION) {
		r->message = r->opcode;
		memset(&r->utf8, 0, sizeof(r->utf8));
	}
	return WEBSOCKET_MORE;
}

static enum websocket_event
take_head(struct websocket_reader *r, struct span *in)
{
	while (in->n > 0 && r->head_len < head_needs(r)) {
		const char *why = NULL;

		r->head[r->head_len++] = (uint8_t)*in->p;
		in->p++;
		in->n--;
		if (r->head_len == 1)
			why = first_wrong(r);
		else if (r->head_len == 2)
			why = second_wrong(r);
		if (why != NULL)
			return fail(r, WEBSOCKET_PROTOCOL_ERROR, why);
	}
	return r->head_len == head_needs(r) ? begin_frame(r) : WEBSOCKET_MORE;
}

/* Unmask ${n} bytes of payload and copy them to ${to}. */
static void
take_bytes(struct websocket_reader *r, char *to, const char *from, size_t n)
{
	if (r->role == WEBSOCKET_CLIENT) {
		memcpy(to, from, n);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = (char)((uint8_t)from[i] ^
			    r->mask[(r->got + i) % 4]);
	}
	r->got += n;
}

static enum websocket_event
end_close(struct websocket_reader *r)
{
	struct websocket_utf8 utf8 = {0};
	size_t n = (size_t)r->length;

	r->code = WEBSOCKET_NO_CODE;
	r->payload = (struct span){"", 0};
	if (n == 0)
		return WEBSOCKET_GOT_CLOSE;
	if (n == 1)
		return fail(
		    r, WEBSOCKET_PROTOCOL_ERROR, "a close frame of one byte");
	r->code = r->control[0] << 8 | r->control[1];
	if (!websocket_code_valid(r->code))
		return fail(r, WEBSOCKET_PROTOCOL_ERROR,
		    "an invalid code in a close frame");
	r->payload = (struct span){(const char *)r->control + 2, n - 2};
	if (!websocket_utf8_add(&utf8, r->payload.p, r->payload.n) ||
	    utf8.missing > 0)
		return fail(r, WEBSOCKET_BAD_TEXT,
		    "the reason of a close frame is not UTF-8");
	return WEBSOCKET_GOT_CLOSE;
}

static enum websocket_event
end_control(struct websocket_reader *r)
{
	if (r->opcode == WEBSOCKET_CLOSE)
		return end_close(r);
	r->payload = (struct span){(const char *)r->control, (size_t)r->length};
	return r->opcode == WEBSOCKET_PING ? WEBSOCKET_GOT_PING
					   : WEBSOCKET_GOT_PONG;
}

static enum websocket_event
end_data(struct websocket_reader *r)
{
	enum websocket_opcode kind = r->message;

	if (!r->fin)
		return WEBSOCKET_MORE;
	if (kind == WEBSOCKET_TEXT && r->utf8.missing > 0)
		return fail(
		    r, WEBSOCKET_BAD_TEXT, "a text message is not UTF-8");
	r->message = WEBSOCKET_CONTINUATION;
	r->payload = buf_span(&r->data);
	r->taken = true;
	return kind == WEBSOCKET_TEXT ? WEBSOCKET_GOT_TEXT
				      : WEBSOCKET_GOT_BINARY;
}

/* Consume the payload received so far.  MORE: continue while input remains. */
static enum websocket_event
take_payload(struct websocket_reader *r, struct span *in)
{
	uint64_t left = r->length - r->got;
	size_t n = in->n < left ? in->n : (size_t)left;
	if (n > 0 && is_control(r->opcode)) {
		take_bytes(r, (char *)r->control + r->got, in->p, n);
	} else if (n > 0) {
		char *to;

		/* Reserve what was received, not what was announced. */
		if (buf_reserve(&r->data, n) != 0)
			return fail(r, WEBSOCKET_INTERNAL, "out of memory");
		to = r->data.data + r->data.len;
		take_bytes(r, to, in->p, n);
		r->data.len += n;
		if (r->message == WEBSOCKET_TEXT &&
		    !websocket_utf8_add(&r->utf8, to, n))
			return fail(r, WEBSOCKET_BAD_TEXT,
			    "a text message is not UTF-8");
	}
	in->p += n;
	in->n -= n;
	if (r->got < r->length)
		return WEBSOCKET_MORE;
	r->head_len = 0;
	r->in_payload = false;
	return is_control(r->opcode) ? end_control(r) : end_data(r);
}

enum websocket_event
websocket_read(struct websocket_reader *r, struct span *in)
{
	enum websocket_event event = WEBSOCKET_MORE;

	if (r->failed)
		return WEBSOCKET_FAILED;
	if (r->taken)
		buf_clear(&r->data);
	r->taken = false;
	while (event == WEBSOCKET_MORE && (in->n > 0 || r->in_payload)) {
		size_t before = in->n;

		event = r->in_payload ? take_payload(r, in) : take_head(r, in);
		/* Only an empty payload can end without input. */
		if (in->n == before && event == WEBSOCKET_MORE &&
		    r->in_payload && r->got < r->length)
			break;
	}
	return event;
}
