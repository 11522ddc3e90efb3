/*
 * websocket/handshake: the opening handshake of WebSocket (RFC 6455, 4), for
 * clients and servers, on heads read by serve/head.
 *
 * The caller checks the origin, the token and the path.
 */
#ifndef WEBSOCKET_HANDSHAKE_H
#define WEBSOCKET_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "serve/head.h"

/* The size of a client's nonce, of the text of its key, and of the server's
 * accept value.  Both texts include the final 0 byte. */
#define WEBSOCKET_NONCE 16
#define WEBSOCKET_KEY_MAX 25
#define WEBSOCKET_ACCEPT_MAX 29

/* Compute the accept value for ${key}: the base64 of the SHA-1 of the key and a
 * fixed GUID (4.2.2).  Return 0, or -1 if the crypto library fails. */
int websocket_accept(struct span key, char accept[WEBSOCKET_ACCEPT_MAX]);

/* ---- Server ------------------------------------------------------------ */

/* Check ${h} against 4.2.1: GET, HTTP/1.1, Upgrade, Connection, one key that
 * encodes 16 bytes, version 13, no body.  Return 0 and set *${key}; or return
 * the HTTP status of the refusal and set *${why}.  With 426, the answer needs a
 * "Sec-WebSocket-Version: 13" header. */
int websocket_check_request(
    const struct serve_head *h, struct span *key, const char **why);

/* Return whether ${h} offers the subprotocol ${name}.  Case matters. */
bool websocket_offers(const struct serve_head *h, const char *name);

/* Return the first offered subprotocol that starts with ${prefix}, or a span
 * whose p is NULL. */
struct span websocket_offer_with(
    const struct serve_head *h, const char *prefix);

/* Append the headers of the 101 answer that accepts ${key}, as whole lines with
 * CRLF.  ${protocol} is the chosen subprotocol, or NULL.  Return 0, or -1 if out
 * of memory or if the crypto library fails. */
int websocket_add_answer(
    struct buf *headers, struct span key, const char *protocol);

/* ---- Client ------------------------------------------------------------ */

/* Write the key for ${nonce}, which is random and new for each connection. */
void websocket_key(
    const uint8_t nonce[WEBSOCKET_NONCE], char key[WEBSOCKET_KEY_MAX]);

struct websocket_request {
	const char *host;      /* for the Host header */
	const char *target;    /* "/ws?after=1" */
	const char *key;       /* of websocket_key */
	const char *protocols; /* "a, b"; NULL: none */
	const char *headers;   /* whole lines with CRLF; NULL: none */
};

/* Append the request.  The caller ensures that the fields of ${request} contain
 * no control bytes other than the CRLFs of headers. */
void websocket_add_request(
    struct buf *out, const struct websocket_request *request);

enum websocket_opening {
	WEBSOCKET_OPENED,  /* frames follow */
	WEBSOCKET_REFUSED, /* the server answered, without an upgrade */
	WEBSOCKET_BROKEN   /* not a valid answer to the request */
};

/* Check a response against ${request}.  ${h} and ${status} are from
 * serve_head_read_response.  Set *${protocol} to the subprotocol that the
 * server chose (p NULL if none), and for WEBSOCKET_BROKEN, *${why}. */
enum websocket_opening websocket_check_response(const struct serve_head *h,
    int status, const struct websocket_request *request, struct span *protocol,
    const char **why);

#endif
