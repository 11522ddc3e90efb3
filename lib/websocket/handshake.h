/*
 * websocket/handshake: the opening handshake of WebSocket (RFC 6455, 4), for
 * both sides, on heads that serve/head has read.
 *
 * Whom to let in (origin, token, path) is the caller's to decide.
 */
#ifndef WEBSOCKET_HANDSHAKE_H
#define WEBSOCKET_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "serve/head.h"

/* The bytes that a client draws for its key, the text of a key and of its
 * answer, each with a final 0 byte. */
#define WEBSOCKET_NONCE 16
#define WEBSOCKET_KEY_MAX 25
#define WEBSOCKET_ACCEPT_MAX 29

/* The answer to ${key}: base64 of its SHA-1 with a fixed text behind it (4.2.2).
 * Return 0, or -1 where the library fails. */
int websocket_accept(struct span key, char accept[WEBSOCKET_ACCEPT_MAX]);

/* ---- Server ------------------------------------------------------------ */

/* Does ${h} ask for an upgrade to WebSocket, rightly or not? */
bool websocket_wanted(const struct serve_head *h);

/* Check ${h} as 4.2.1 wants it: GET, HTTP/1.1, Upgrade, Connection, one key
 * that spells 16 bytes, version 13, no body.  Return 0 with *${key}; or the
 * HTTP status to refuse it with, and *${why}.  With 426 the answer needs a
 * "Sec-WebSocket-Version: 13" header. */
int websocket_check_request(
    const struct serve_head *h, struct span *key, const char **why);

/* Does the client of ${h} offer the subprotocol ${name}, letter by letter? */
bool websocket_offers(const struct serve_head *h, const char *name);

/* The first offered subprotocol that starts with ${prefix}; p NULL: none. */
struct span websocket_offer_with(
    const struct serve_head *h, const char *prefix);

/* Append the head of the answer that takes ${key}; ${protocol}, unless NULL, is
 * the subprotocol that is spoken, ${headers}, unless NULL, whole lines with
 * CRLF.  Return 0, or -1 without memory. */
int websocket_add_answer(struct buf *out, struct span key, const char *protocol,
    const char *headers);

/* ---- Client ------------------------------------------------------------ */

/* Write the key that ${nonce}, drawn anew for each connection, makes. */
void websocket_key(
    const uint8_t nonce[WEBSOCKET_NONCE], char key[WEBSOCKET_KEY_MAX]);

struct websocket_request {
	const char *host;      /* for the Host header */
	const char *target;    /* "/ws?after=1" */
	const char *key;       /* of websocket_key */
	const char *protocols; /* "a, b"; NULL: none */
	const char *headers;   /* whole lines with CRLF; NULL: none */
};

/* Append the request.  What it is made of holds no control bytes; that is the
 * caller's to see to. */
void websocket_add_request(
    struct buf *out, const struct websocket_request *request);

enum websocket_opening {
	WEBSOCKET_OPENED, /* frames come next */
	WEBSOCKET_REFUSED, /* with the HTTP status: the server does not upgrade */
	WEBSOCKET_BROKEN   /* it is no answer to our request */
};

/* Check the response whose head serve_head_read_response has read as ${h} with
 * ${status} against ${request}.  ${protocol} gets the subprotocol that the
 * server chose, p NULL where it chose none.  BROKEN: *${why}. */
enum websocket_opening websocket_check_response(const struct serve_head *h,
    int status, const struct websocket_request *request, struct span *protocol,
    const char **why);

#endif
