/* A stream over WebSocket: one record per text message. */
#include "compat/random.h"
#include "listen/internal.h"
#include "websocket/handshake.h"

static int
begin(
    struct listener *l, const struct serve_head *h, int status, struct err *err)
{
	const struct websocket_request r = {
	    .key = l->key, .protocols = "vitals.stream.v1"};
	struct span protocol;
	const char *why = "";

	if (websocket_check_response(h, status, &r, &protocol, &why) !=
	    WEBSOCKET_OPENED)
		return err_set(err, "%s", why);
	websocket_reader_release(&l->frames);
	websocket_reader_init(&l->frames, WEBSOCKET_CLIENT, LISTEN_RECORD_MAX);
	return 0;
}

/* Send one frame. */
static int
send_frame(struct listener *l, enum websocket_opcode opcode,
    struct span payload, struct err *err)
{
	uint8_t mask[4];

	if (compat_random(mask, sizeof(mask)) != 0)
		return err_set(err, "no random bytes");
	buf_clear(&l->out);
	websocket_add(&l->out, opcode, payload, mask);
	if (buf_failed(&l->out))
		return err_set(err, "out of memory");
	return http_pipe_send(l->pipe, buf_span(&l->out), l->o.answer_ms, err);
}

int
listen_websocket_renew(struct listener *l, struct err *err)
{
	struct buf text;
	int rc;

	buf_init(&text);
	buf_add_text(&text, "{\"token\":\"");
	buf_add_span(&text, buf_span(&l->token));
	buf_add_text(&text, "\"}");
	rc = buf_failed(&text)
	    ? err_set(err, "out of memory")
	    : send_frame(l, WEBSOCKET_TEXT, buf_span(&text), err);
	buf_wipe(&text);
	return rc;
}

/* The server closes and waits for an answer: send it. */
static int
say_goodbye(struct listener *l, struct err *err)
{
	int code = l->frames.code;
	uint8_t mask[4];

	err_set(err, "the server closed: %d%s%.*s%s", code,
	    l->frames.payload.n > 0 ? " (" : "", (int)l->frames.payload.n,
	    l->frames.payload.p, l->frames.payload.n > 0 ? ")" : "");
	if (compat_random(mask, sizeof(mask)) != 0)
		return -1;
	buf_clear(&l->out);
	websocket_add_close(&l->out, code, (struct span){"", 0}, mask);
	/* The connection ends, whether the server gets this or not. */
	(void)http_pipe_send(l->pipe, buf_span(&l->out), l->o.answer_ms, NULL);
	return -1;
}

static enum listen_took
take(struct listener *l, struct listen_record *r, struct err *err)
{
	for (;;) {
		struct span in = listen_rest(&l->in, l->taken);
		enum websocket_event e;
		int rc = 0;

		if (in.n == 0)
			return LISTEN_MORE;
		e = websocket_read(&l->frames, &in);
		l->taken = l->in.len - in.n;
		switch (e) {
		case WEBSOCKET_MORE:
			return LISTEN_MORE;
		case WEBSOCKET_GOT_TEXT:
			return listen_record_read(
				   &l->json, l->frames.payload, r, err) == 0
			    ? LISTEN_RECORD
			    : LISTEN_BROKE;
		case WEBSOCKET_GOT_PING:
			rc = send_frame(
			    l, WEBSOCKET_PONG, l->frames.payload, err);
			break;
		case WEBSOCKET_GOT_PONG:
			break;
		case WEBSOCKET_GOT_CLOSE:
			rc = say_goodbye(l, err);
			break;
		case WEBSOCKET_GOT_BINARY:
			rc = err_set(err, "a binary message");
			break;
		case WEBSOCKET_FAILED:
			rc = err_set(err, "WebSocket: %s", l->frames.why);
			break;
		}
		if (rc != 0)
			return LISTEN_BROKE;
	}
}

const struct listen_method listen_method_websocket = {
    .name = "WebSocket",
    .path = "ws",
    .accept = "*/*",
    .begin = begin,
    .take = take,
};
