/*
 * serve/head: the head of an HTTP/1.x request, and chunked bodies (RFC 9112).
 *
 * Works on bytes only.  It is strict wherever a lax parser could let two
 * readers disagree about the end of a request: lines end with CRLF, there are
 * no folded lines and no blank before a colon, and a body has either one
 * Content-Length or "chunked", never both.
 */
#ifndef SERVE_HEAD_H
#define SERVE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* The longest head: the request line and all headers, with their line ends. */
#define SERVE_HEAD_MAX ((size_t)16 << 10)
#define SERVE_HEADERS_MAX 64

/* The longest chunk extensions and trailers; both are skipped. */
#define SERVE_CHUNK_LINE_MAX 256
#define SERVE_TRAILERS_MAX 4096

struct serve_header {
	struct span name; /* in lower case */
	struct span value;
};

struct serve_head {
	struct span method;
	struct span target; /* as sent */
	struct span path;   /* unchanged, from its "/"; "*" for OPTIONS */
	struct span query;  /* after the first "?"; p NULL: none */
	struct serve_header header[SERVE_HEADERS_MAX];
	size_t headers;
	uint64_t length; /* Content-Length */
	bool chunked;
	bool http11; /* not 1.0 */
	bool keep_alive;
	bool expects; /* "Expect: 100-continue" */
};

/* Return the length of the head at the start of the ${n} bytes at ${text},
 * including its empty line, or 0 if it is incomplete. */
size_t serve_head_length(const char *text, size_t n);

/* Parse the head in the ${n} bytes at ${text} and change its header names to
 * lower case.  ${h} points into ${text}.  Return 0; or return the HTTP status
 * of the refusal and set *${why}, a static text. */
int serve_head_read(
    struct serve_head *h, char *text, size_t n, const char **why);

/* Return the value of the first header ${name} (lower case); p NULL if there is
 * none.  Set *${count}, unless NULL, to the number of headers of that name. */
struct span serve_head_find(
    const struct serve_head *h, const char *name, size_t *count);

/* Return whether ${word} (lower case) is in the list of header ${name} (lower
 * case).  The list may use any case, and more headers of that name continue
 * it. */
bool serve_head_lists(
    const struct serve_head *h, const char *name, const char *word);

/* Parse the head of a response, as serve_head_read does for a request, but set
 * only the headers of ${h}.  Return the status; or return -1 and set *${why} if
 * the head is malformed. */
int serve_head_read_response(
    struct serve_head *h, char *text, size_t n, const char **why);

/* ---- Chunked bodies ---------------------------------------------------- */

enum serve_chunk_state {
	SERVE_CHUNK_SIZE,
	SERVE_CHUNK_BLANK,
	SERVE_CHUNK_EXTENSION,
	SERVE_CHUNK_SIZE_LF,
	SERVE_CHUNK_DATA,
	SERVE_CHUNK_DATA_CR,
	SERVE_CHUNK_DATA_LF,
	SERVE_CHUNK_TRAILER,
	SERVE_CHUNK_TRAILER_LF,
	SERVE_CHUNK_DONE
};

struct serve_chunks {
	enum serve_chunk_state state;
	uint64_t left;  /* of the chunk; or its size so far */
	size_t digits;  /* of the size so far */
	size_t skipped; /* bytes of this line's extensions, or of trailers */
	size_t line;    /* bytes of the trailer line so far */
	bool named;     /* the trailer line has had its colon */
};

/* Consume bytes of *${in} and append the decoded body to ${body}, up to ${max}
 * bytes in total.  ${c} starts zeroed.  Return 0, with c->state
 * SERVE_CHUNK_DONE at the end of the body; or the HTTP status of the refusal:
 * 400, 413, or 500 if out of memory. */
int serve_chunks_read(
    struct serve_chunks *c, struct span *in, struct buf *body, size_t max);

#endif
