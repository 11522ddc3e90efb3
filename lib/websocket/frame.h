/*
 * websocket/frame: WebSocket framing (RFC 6455) for either side.
 *
 * Works on bytes only; who reads and writes them is the caller's business.  The
 * reader takes bytes in any pieces and gives whole messages and control
 * frames.  It is strict: what the RFC says fails a connection fails it here, as
 * early as the first wrong byte.  Extensions are not spoken, so that the
 * reserved bits must be 0.
 */
#ifndef WEBSOCKET_FRAME_H
#define WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* The longest head of a frame, and what a control frame may carry (5.5). */
#define WEBSOCKET_HEAD_MAX 14
#define WEBSOCKET_CONTROL_MAX 125

/* Of which the reason of a close frame has what its code leaves. */
#define WEBSOCKET_REASON_MAX (WEBSOCKET_CONTROL_MAX - 2)

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0x0,
	WEBSOCKET_TEXT = 0x1,
	WEBSOCKET_BINARY = 0x2,
	WEBSOCKET_CLOSE = 0x8,
	WEBSOCKET_PING = 0x9,
	WEBSOCKET_PONG = 0xa
};

/* Why a connection is closed (7.4.1, and the registry of IANA). */
enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_UNSUPPORTED = 1003,
	WEBSOCKET_NO_CODE = 1005, /* a close frame without one; never sent */
	WEBSOCKET_BAD_TEXT = 1007,
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL = 1011,
	WEBSOCKET_TRY_LATER = 1013
};

/* Which side reads: what clients send is masked, what servers send is not. */
enum websocket_role {
	WEBSOCKET_SERVER,
	WEBSOCKET_CLIENT
};

/* ---- Writing ----------------------------------------------------------- */

/* Write the head of a whole (unfragmented) frame with ${n} bytes of payload to
 * ${head}; with ${mask}, unless NULL, as its last four bytes.  Return its
 * length.  A server sends one payload to many behind the same head. */
size_t websocket_head(uint8_t head[WEBSOCKET_HEAD_MAX],
    enum websocket_opcode opcode, size_t n, const uint8_t mask[4]);

/* Append a whole frame to ${out}.  A client passes a ${mask} of four bytes that
 * nobody can guess, anew for each frame (5.3); a server passes NULL.  A control
 * frame's payload has at most WEBSOCKET_CONTROL_MAX bytes. */
void websocket_add(struct buf *out, enum websocket_opcode opcode,
    struct span payload, const uint8_t mask[4]);

/* Append a close frame.  ${reason} is cut to what fits, between two
 * characters.  WEBSOCKET_NO_CODE gives an empty frame. */
void websocket_add_close(
    struct buf *out, int code, struct span reason, const uint8_t mask[4]);

/* May ${code} be in a close frame? */
bool websocket_code_valid(int code);

/* ---- Reading ----------------------------------------------------------- */

enum websocket_event {
	WEBSOCKET_FAILED =
	    -1,             /* close with code and why; nothing else is read */
	WEBSOCKET_MORE = 0, /* all bytes are taken: more must come */
	WEBSOCKET_GOT_TEXT, /* payload: a whole message, UTF-8 */
	WEBSOCKET_GOT_BINARY, /* payload: a whole message */
	WEBSOCKET_GOT_PING,   /* payload: to be returned in a pong */
	WEBSOCKET_GOT_PONG,
	WEBSOCKET_GOT_CLOSE /* code, and payload: the reason, UTF-8 */
};

/* UTF-8 that comes in pieces: how many bytes of a character are missing, and
 * the range that the next one must be in. */
struct websocket_utf8 {
	uint8_t missing, least, most;
};

struct websocket_reader {
	/* Of the last event: */
	struct span payload; /* until the next call */
	int code;            /* FAILED, GOT_CLOSE */
	const char *why;     /* FAILED: static text */

	/* The reader's own: */
	enum websocket_role role;
	size_t max;
	uint8_t head[WEBSOCKET_HEAD_MAX];
	size_t head_len;
	bool in_payload, fin, failed, taken;
	enum websocket_opcode opcode;  /* of the frame */
	enum websocket_opcode message; /* CONTINUATION: none is open */
	uint64_t length, got;          /* of the frame's payload */
	uint8_t mask[4];
	struct buf data; /* of the message */
	uint8_t control[WEBSOCKET_CONTROL_MAX];
	struct websocket_utf8 utf8;
};

/* Read as ${role}; a message has at most ${max} bytes, however many frames it
 * comes in: a longer one fails with WEBSOCKET_TOO_BIG when its length is said,
 * before any of it is kept. */
void websocket_reader_init(
    struct websocket_reader *r, enum websocket_role role, size_t max);
void websocket_reader_release(struct websocket_reader *r);

/* Take bytes off *${in} up to the end of the next event.  Call again until it
 * gives WEBSOCKET_MORE (or FAILED, which is given again and again).  Bytes
 * behind a close frame are the caller's to throw away. */
enum websocket_event websocket_read(
    struct websocket_reader *r, struct span *in);

/* Is ${r} between two frames, with no message open? */
bool websocket_reader_idle(const struct websocket_reader *r);

/* Check the next ${n} bytes at ${p} of a text whose state ${u} starts zeroed.
 * Return whether it can still be UTF-8; it is whole where u->missing is 0. */
bool websocket_utf8_add(struct websocket_utf8 *u, const char *p, size_t n);

#endif
