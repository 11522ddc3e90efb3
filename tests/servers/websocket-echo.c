/*
 * A WebSocket server that sends back every message as it came, on lib/serve and
 * lib/websocket: for suites that test the framing.  Not installed.
 *
 *	websocket-echo PORT-FILE SECONDS
 *
 * It listens on a free port of 127.0.0.1, which it writes to PORT-FILE, and ends
 * after SECONDS.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "serve/serve.h"
#include "websocket/frame.h"
#include "websocket/handshake.h"

/* The longest message, and what may wait for a client that does not read. */
#define MESSAGE_MAX ((size_t)1 << 20)

struct client {
	struct serve_stream *out;
	struct websocket_reader reader;
};

static void
forget(void *context)
{
	struct client *c = context;

	websocket_reader_release(&c->reader);
	free(c);
}

static void
nothing(void *context)
{
	(void)context;
}

static void
end(struct client *c, int code, struct span reason)
{
	struct buf out;

	buf_init(&out);
	websocket_add_close(&out, code, reason, NULL);
	serve_stream_add_copy(c->out, buf_span(&out));
	buf_release(&out);
	serve_stream_end(c->out);
	forget(c);
}

/* Send ${payload} back.  False where the client reads too slowly and is gone. */
static bool
echo(struct client *c, enum websocket_opcode opcode)
{
	struct buf out;

	if (serve_stream_room(c->out) < 2) {
		end(c, WEBSOCKET_TRY_LATER, SPAN_LIT("too slow"));
		return false;
	}
	buf_init(&out);
	websocket_add(&out, opcode, c->reader.payload, NULL);
	serve_stream_add_copy(c->out, buf_span(&out));
	buf_release(&out);
	serve_stream_push(c->out);
	return true;
}

static void
received(void *context, struct span bytes)
{
	struct client *c = context;
	bool there = true;

	while (there) {
		switch (websocket_read(&c->reader, &bytes)) {
		case WEBSOCKET_MORE:
			return;
		case WEBSOCKET_GOT_TEXT:
			there = echo(c, WEBSOCKET_TEXT);
			break;
		case WEBSOCKET_GOT_BINARY:
			there = echo(c, WEBSOCKET_BINARY);
			break;
		case WEBSOCKET_GOT_PING:
			there = echo(c, WEBSOCKET_PONG);
			break;
		case WEBSOCKET_GOT_PONG:
			break;
		case WEBSOCKET_GOT_CLOSE:
			end(c, c->reader.code, (struct span){"", 0});
			return;
		case WEBSOCKET_FAILED:
			end(c, c->reader.code, span_of(c->reader.why));
			return;
		}
	}
}

static const struct serve_stream_calls calls = {received, nothing, forget};

static void
handle(void *context, struct serve_request *r)
{
	const struct serve_head *h = serve_request_head(r);
	char accept[WEBSOCKET_ACCEPT_MAX], headers[256];
	const char *why = "out of memory";
	struct client *c;
	struct span key;
	int status;

	(void)context;
	status = websocket_check_request(h, &key, &why);
	if (status == 0 && websocket_accept(key, accept) != 0)
		status = 503;
	if (status != 0) {
		serve_answer(r, status,
		    status == 426 ? "Sec-WebSocket-Version: 13\r\n" : NULL,
		    span_of(why));
		return;
	}
	snprintf(headers, sizeof(headers),
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n%s",
	    accept,
	    websocket_offers(h, "echo") ? "Sec-WebSocket-Protocol: echo\r\n"
					: "");
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		exit(3);
	websocket_reader_init(&c->reader, WEBSOCKET_SERVER, MESSAGE_MAX);
	c->out = serve_stream_begin(r, 101, headers, 60000, &calls, c);
	if (c->out == NULL)
		forget(c);
	else
		serve_stream_push(c->out);
}

static void
stop(void *serve)
{
	serve_stop(serve);
}

int
main(int argc, char *argv[])
{
	struct serve_options options = {
	    .listen = "127.0.0.1:0",
	    .max_connections = 512,
	    .max_body = 1024,
	    .request_ms = 10000,
	    .idle_ms = 60000,
	    .handle = handle,
	};
	struct serve *s;
	struct err err;

	if (argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	s = serve_new(&options, &err);
	if (s == NULL || serve_write_port(s, argv[1], &err) != 0 ||
	    serve_after(s, 1000 * strtol(argv[2], NULL, 10), stop, s) != 0)
		return 3;
	serve_run(s);
	serve_free(s);
	return 0;
}
