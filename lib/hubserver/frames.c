/* Frames to one WebSocket, up to its end. */
#include <stdlib.h>

#include "hubserver/socket.h"
#include "instant/instant.h"

/* Pieces of a serve_stream that notifications leave free for control frames. */
#define SPARE 2

void
hubserver_socket_forget(struct hubserver_socket *k)
{
	struct hubserver *hs = k->server;

	if (k->previous != NULL)
		k->previous->next = k->next;
	else
		hs->first = k->next;
	if (k->next != NULL)
		k->next->previous = k->previous;
	hs->sockets--;
	websocket_reader_release(&k->reader);
	buf_release(&k->queue);
	free(k->bound);
	free(k);
}

void
hubserver_socket_close(struct hubserver_socket *k, int code, const char *why)
{
	struct buf out;

	hubserver_report(
	    k->server, HUBSERVER_DETAIL, k->peer, "websocket: ended: %s", why);
	buf_init(&out);
	websocket_add_close(&out, code, span_of(why), NULL);
	if (!buf_failed(&out) && serve_stream_room(k->out) > 0)
		serve_stream_add_copy(k->out, buf_span(&out));
	buf_release(&out);
	serve_stream_end(k->out);
	hubserver_socket_forget(k);
}

void
hubserver_socket_flush(struct hubserver_socket *k)
{
	if (k->queue.len > 0 && serve_stream_room(k->out) > SPARE &&
	    serve_stream_add_copy(k->out, buf_span(&k->queue)) == 0)
		buf_clear(&k->queue);
	serve_stream_push(k->out);
}

bool
hubserver_socket_send(
    struct hubserver_socket *k, enum websocket_opcode opcode, struct span text)
{
	if (k->queue.len + text.n > HUBSERVER_QUEUE_MAX) {
		hubserver_socket_close(k, WEBSOCKET_TRY_LATER,
		    "too slow: the events that are missing are at $events");
		return false;
	}
	websocket_add(&k->queue, opcode, text, NULL);
	if (buf_failed(&k->queue)) {
		hubserver_socket_close(k, WEBSOCKET_INTERNAL, "out of memory");
		return false;
	}
	k->said = instant_monotonic();
	hubserver_socket_flush(k);
	return true;
}
