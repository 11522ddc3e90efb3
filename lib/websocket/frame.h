/*
 * websocket/frame: WebSocket framing (RFC 6455) for clients and servers.
 *
 * Works on bytes only; the caller does all I/O.  The reader accepts bytes in
 * pieces of any size and returns whole messages and control frames.  It is
 * strict: it fails wherever the RFC says to fail the connection, at the first
 * wrong byte.  Extensions are not supported, so the reserved bits must be 0.
 */
#ifndef WEBSOCKET_FRAME_H
#define WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* The longest frame head, and the longest payload of a control frame (5.5). */
#define WEBSOCKET_HEAD_MAX 14
#define WEBSOCKET_CONTROL_MAX 125

/* The longest reason in a close frame, after its two-byte code. */
#define WEBSOCKET_REASON_MAX (WEBSOCKET_CONTROL_MAX - 2)

enum websocket_opcode {
	WEBSOCKET_CONTINUATION = 0x0,
	WEBSOCKET_TEXT = 0x1,
	WEBSOCKET_BINARY = 0x2,
	WEBSOCKET_CLOSE = 0x8,
	WEBSOCKET_PING = 0x9,
	WEBSOCKET_PONG = 0xa
};

/* Why a connection is closed (7.4.1, and the IANA registry). */
enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_GOING_AWAY = 1001,
	WEBSOCKET_PROTOCOL_ERROR = 1002,
	WEBSOCKET_UNSUPPORTED = 1003,
	WEBSOCKET_NO_CODE = 1005, /* a close frame without a code; never sent */
	WEBSOCKET_BAD_TEXT = 1007,
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL = 1011,
	WEBSOCKET_TRY_LATER = 1013
};

/* The side that reads.  Frames from clients are masked, those from servers are
 * not. */
enum websocket_role {
	WEBSOCKET_SERVER,
	WEBSOCKET_CLIENT
};

/* ---- Writing ----------------------------------------------------------- */

/* Write the head of an unfragmented frame with ${n} bytes of payload to
 * ${head}, followed by the four bytes of ${mask} unless it is NULL.  Return the
 * length.  A server can send the same head and payload to many clients. */
size_t websocket_head(uint8_t head[WEBSOCKET_HEAD_MAX],
    enum websocket_opcode opcode, size_t n, const uint8_t mask[4]);

/* Append a whole frame to ${out}.  A client passes a new, unpredictable ${mask}
 * of four bytes for each frame (5.3); a server passes NULL.  The payload of a
 * control frame has at most WEBSOCKET_CONTROL_MAX bytes. */
void websocket_add(struct buf *out, enum websocket_opcode opcode,
    struct span payload, const uint8_t mask[4]);

/* Append a close frame.  ${reason} is truncated to what fits, at a character
 * boundary.  WEBSOCKET_NO_CODE makes the frame empty. */
void websocket_add_close(
    struct buf *out, int code, struct span reason, const uint8_t mask[4]);

/* Return whether ${code} is allowed in a close frame. */
bool websocket_code_valid(int code);

/* ---- Reading ----------------------------------------------------------- */

enum websocket_event {
	WEBSOCKET_FAILED =
	    -1, /* close with code and why; the reader has stopped */
	WEBSOCKET_MORE = 0,   /* all input was consumed; more is needed */
	WEBSOCKET_GOT_TEXT,   /* payload: a whole message, UTF-8 */
	WEBSOCKET_GOT_BINARY, /* payload: a whole message */
	WEBSOCKET_GOT_PING,   /* payload: to be sent back in a pong */
	WEBSOCKET_GOT_PONG,
	WEBSOCKET_GOT_CLOSE /* code; payload: the reason, UTF-8 */
};

/* The state of a UTF-8 check: how many bytes of the current character are
 * missing, and the allowed range of the next one. */
struct websocket_utf8 {
	uint8_t missing, least, most;
};

struct websocket_reader {
	/* Set by the last event: */
	struct span payload; /* valid until the next call */
	int code;            /* FAILED, GOT_CLOSE */
	const char *why;     /* FAILED: static text */

	/* Internal: */
	enum websocket_role role;
	size_t max;
	uint8_t head[WEBSOCKET_HEAD_MAX];
	size_t head_len;
	bool in_payload, fin, failed, taken;
	enum websocket_opcode opcode;  /* of the frame */
	enum websocket_opcode message; /* CONTINUATION: no message is open */
	uint64_t length, got;          /* of the frame's payload */
	uint8_t mask[4];
	struct buf data; /* of the message */
	uint8_t control[WEBSOCKET_CONTROL_MAX];
	struct websocket_utf8 utf8;
};

/* Prepare ${r} to read as ${role}.  A message has at most ${max} bytes, in any
 * number of frames.  A longer one fails with WEBSOCKET_TOO_BIG as soon as a
 * frame head announces it, before its payload is stored. */
void websocket_reader_init(
    struct websocket_reader *r, enum websocket_role role, size_t max);
void websocket_reader_release(struct websocket_reader *r);

/* Consume bytes of *${in} up to the end of the next event, and return it.  Call
 * again until it returns WEBSOCKET_MORE or WEBSOCKET_FAILED; after a failure,
 * every call fails.  The caller discards whatever follows a close frame. */
enum websocket_event websocket_read(
    struct websocket_reader *r, struct span *in);

/* Check the next ${n} bytes at ${p} of a text.  ${u} starts zeroed.  Return
 * false if the text cannot be UTF-8.  It is complete when u->missing is 0. */
bool websocket_utf8_add(struct websocket_utf8 *u, const char *p, size_t n);

#endif
