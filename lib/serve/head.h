/*
 * serve/head: the head of an HTTP/1.x request, and chunked bodies (RFC 9112).
 *
 * Works on bytes alone.  Strict where laxness lets two readers of one stream
 * disagree about where a request ends: lines end with CRLF, no folded lines,
 * no blank before a colon, one Content-Length or one "chunked", never both.
 */
#ifndef SERVE_HEAD_H
#define SERVE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

/* The request line and all headers, with their line ends. */
#define SERVE_HEAD_MAX ((size_t)16 << 10)
#define SERVE_HEADERS_MAX 64

/* Chunk extensions, and trailers, which are both skipped. */
#define SERVE_CHUNK_LINE_MAX 256
#define SERVE_TRAILERS_MAX 4096

struct serve_header {
	struct span name; /* in lower case */
	struct span value;
};

struct serve_head {
	struct span method;
	struct span target; /* as sent */
	struct span path;   /* as sent, from its "/"; "*" of OPTIONS */
	struct span query;  /* behind the first "?"; p NULL: none */
	struct serve_header header[SERVE_HEADERS_MAX];
	size_t headers;
	uint64_t length; /* Content-Length */
	bool chunked;
	bool http11; /* not 1.0 */
	bool keep_alive;
	bool expects; /* "Expect: 100-continue" */
};

/* How many bytes of the ${n} at ${text} are a whole head, with its empty
 * line?  0: more must come. */
size_t serve_head_length(const char *text, size_t n);

/* Read the head in the ${n} bytes at ${text}, whose header names are turned
 * to lower case; ${h} points into it.  Return 0; or the HTTP status to refuse
 * it with, and *${why} saying why. */
int serve_head_read(
    struct serve_head *h, char *text, size_t n, const char **why);

/* The value of header ${name} (lower case); p NULL where there is none.
 * Where it is given more than once *${count}, unless NULL, tells. */
struct span serve_head_find(
    const struct serve_head *h, const char *name, size_t *count);

/* Does header ${name} (lower case), a list that may go on in more headers of
 * that name, hold ${word} (lower case), in any case? */
bool serve_head_lists(
    const struct serve_head *h, const char *name, const char *word);

/* Read the head of a response, for clients: as serve_head_read, but of ${h}
 * only the headers are set.  Return its status; or -1 where it is malformed,
 * with *${why}. */
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
	size_t digits;  /* of the size */
	size_t skipped; /* bytes of extensions of the line, of trailers */
	size_t line;    /* bytes of the trailer line so far, */
	bool named;     /* which has had its colon */
};

/* Take bytes off *${in}, appending the body's to ${body} up to ${max} in all.
 * ${c} starts zeroed.  Return 0, with c->state telling whether it is DONE; or
 * the HTTP status to refuse with: 400, 413, or 500 without memory. */
int serve_chunks_read(
    struct serve_chunks *c, struct span *in, struct buf *body, size_t max);

#endif
