/* One WebSocket; private to frames.c, bind.c and socket.c. */
#ifndef HUBSERVER_SOCKET_H
#define HUBSERVER_SOCKET_H

#include "hubserver/private.h"

struct hubserver_bound {
	uint64_t number; /* of the subscription */
	int64_t expires; /* ms since 1970 */
};

struct hubserver_socket {
	struct hubserver *server;
	struct hubserver_socket *previous, *next;
	struct serve_stream *out;
	struct websocket_reader reader;
	struct buf queue; /* frames that wait for room in out */
	struct hubserver_bound *bound;
	size_t bounds, bounds_cap;
	bool was_bound;
	/* Times by the monotonic clock; 0: not set. */
	int64_t began, said, pinged;
	char peer[80];
};

/* ---- frames.c */

/* Remove ${k}, whose connection has ended, and free it. */
void hubserver_socket_forget(struct hubserver_socket *k);

/* Move frames that wait to the stream, if it has room. */
void hubserver_socket_flush(struct hubserver_socket *k);

/* Send ${text} in a frame.  Return false if the queue was full or memory ran
 * out, and ${k} is closed and freed. */
bool hubserver_socket_send(
    struct hubserver_socket *k, enum websocket_opcode opcode, struct span text);

/* Close with ${code} and ${why}, and free ${k}. */
void hubserver_socket_close(
    struct hubserver_socket *k, int code, const char *why);

/* ---- bind.c */

/* Process the message ${text}.  Return false if ${k} was closed and freed. */
bool hubserver_socket_received(struct hubserver_socket *k, struct span text);

#endif
