/*
 * serve: an HTTP/1.1 server on one event loop, over TLS or plain.
 *
 * One thread.  A handler gets each request once its body is here, and answers
 * at once or later.  All that a client can make the server hold is bounded:
 * connections, the size of a head and of a body, the bytes of all bodies
 * together, and the time for each phase of a request, whatever its pace.
 * The only user of libevent.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "serve/head.h"

/* The bodies of all requests together. */
#define SERVE_BUFFERED_MAX ((size_t)64 << 20)

/* After this long a drain ends, whoever is still connected. */
#define SERVE_DRAIN_MS 4000

struct serve;
struct serve_request;

/* Called with each whole request, which must get its one serve_answer, now or
 * later, whether the client is still there or not. */
typedef void serve_handler(void *context, struct serve_request *request);

struct serve_tls {
	const char *certificate; /* PEM file: the chain, the server's first */
	const char *key;         /* PEM file that only its owner can read */
	const char *client_ca; /* PEM file; NULL: clients need no certificate */
	int min;               /* 12 or 13: the oldest TLS that is spoken */
};

struct serve_options {
	const char
	    *listen; /* "ADDRESS:PORT", "[IPV6]:PORT", "localhost:PORT" */
	const struct serve_tls *tls; /* lives as long; NULL: plain HTTP, */
	bool plain;                  /* beyond loopback addresses, too */
	size_t max_connections;
	size_t max_body;
	int64_t request_ms; /* for a head, for a body, for taking an answer */
	int64_t idle_ms;    /* between two requests of one connection */
	serve_handler *handle;
	/* A client, ${peer}, failed before it brought a request; or NULL. */
	void (*failed)(void *context, const char *peer, const char *why);
	void *context; /* of both */
};

/* Does ${listen} name an address of loopback?  -1: no address at all. */
int serve_is_loopback(const char *listen);

/* Listen.  NULL with ${err}.  free(NULL) is a no-op; requests that were not
 * answered are gone with it. */
struct serve *serve_new(const struct serve_options *options, struct err *err);
void serve_free(struct serve *s);

/* Read the certificates and the key again, for connections to come.  Return 0;
 * or -1 with ${err}, and all is as it was. */
int serve_reload(struct serve *s, struct err *err);

/* The port that the system chose for port 0, or the one asked for. */
unsigned serve_port(const struct serve *s);

/* Write the port as a line to ${path}, which appears whole: a script may wait
 * for it.  Return 0; or -1 with ${err}. */
int serve_write_port(const struct serve *s, const char *path, struct err *err);

/* Serve until serve_stop, or until a drain is over.  Return 0; or -1 where
 * the event loop failed. */
int serve_run(struct serve *s);

/* Take no new connections and close those that are idle; serve_run returns
 * when the last request has its answer. */
void serve_drain(struct serve *s);
bool serve_draining(const struct serve *s);

/* Milliseconds that are left of a drain; all of them where none has begun. */
int64_t serve_drain_left(const struct serve *s);
void serve_stop(struct serve *s);

/* ---- Requests ---------------------------------------------------------- */

const struct serve_head *serve_request_head(const struct serve_request *r);
struct span serve_request_body(const struct serve_request *r);

/* "ADDRESS:PORT" of the client. */
const char *serve_request_peer(const struct serve_request *r);

/* Answer ${status} with ${body} and the ${headers}, which are whole lines with
 * CRLF, or NULL; as text/plain unless they hold a Content-Type.  ${r} is gone
 * after this. */
void serve_answer(
    struct serve_request *r, int status, const char *headers, struct span body);

/* ---- Streams ----------------------------------------------------------- */

/*
 * A stream is an answer without an end, or a connection that speaks another
 * protocol after a 101.  Its owner adds pieces while there is room and pushes
 * them; what the kernel does not take at once waits, and the owner hears when
 * it is gone.  A piece that has begun is always finished, unless the connection
 * is.  Pieces are not copied: many streams can send the same bytes.
 */
struct serve_stream;

/* Pieces that wait in one stream at most. */
#define SERVE_PIECES 8

typedef void serve_release(void *owner);

struct serve_piece {
	struct span bytes;
	serve_release *release; /* called with owner once the bytes are sent or
				   the stream is gone; or NULL */
	void *owner;
};

/* All are called from the loop, never from within a function of ours. */
struct serve_stream_calls {
	/* Bytes of the client; NULL: they are thrown away. */
	void (*received)(void *context, struct span bytes);
	/* All that was added is with the kernel, which takes more. */
	void (*writable)(void *context);
	/* The client is gone, and so is the stream after this. */
	void (*closed)(void *context);
};

/* What the kernel may hold unsent of a stream, so that what is old is here,
 * where it can be dropped, and not there. */
#define SERVE_UNSENT_MAX (16 << 10)

/* Answer ${r} with ${status} and ${headers}, whole lines with CRLF, and go on as
 * a stream.  With status 101 the headers name the protocol; with others the
 * body ends with the connection.  A client that acknowledges nothing for
 * ${dead_ms} is gone.  ${calls} outlive the stream.  NULL without memory; ${r}
 * is gone in any case. */
struct serve_stream *serve_stream_begin(struct serve_request *r, int status,
    const char *headers, int64_t dead_ms,
    const struct serve_stream_calls *calls, void *context);

/* How many pieces may be added? */
size_t serve_stream_room(const struct serve_stream *t);

/* Add ${piece}, for which there is room, or a copy of ${bytes}.  add_copy
 * returns 0, or -1 without memory. */
void serve_stream_add(struct serve_stream *t, struct serve_piece piece);
int serve_stream_add_copy(struct serve_stream *t, struct span bytes);

/* Write what can be written now; the loop writes the rest. */
void serve_stream_push(struct serve_stream *t);

/* Bytes that were added and not yet taken by the kernel, and since when, by the
 * monotonic clock, it has taken none of them (0 where there are none). */
size_t serve_stream_unsent(const struct serve_stream *t);
int64_t serve_stream_stalled_since(const struct serve_stream *t);

/* Send what was added and close; no call is made any more.  ${t} is the
 * callee's. */
void serve_stream_end(struct serve_stream *t);

/* Close at once; ${t} is gone, and no call is made. */
void serve_stream_abort(struct serve_stream *t);

/* ---- Input ------------------------------------------------------------- */

/* Reads a descriptor (stdin) as it brings bytes, a piece in each round of the
 * loop, so that it and the clients do not wait for each other. */
struct serve_input;

/* Called with what was read; n 0: the end; or with ${errnum}, after which
 * nothing comes any more. */
typedef void serve_read(void *context, struct span bytes, int errnum);

/* NULL without memory.  free(NULL) is a no-op; the descriptor stays open. */
struct serve_input *serve_input_new(
    struct serve *s, int fd, serve_read *read, void *context);
void serve_input_free(struct serve_input *i);

/* ---- Beside requests --------------------------------------------------- */

typedef void serve_callback(void *context);

/* Call ${fn} when ${signum} arrives; when ${ms} have passed, once; or in the
 * next round of the loop, behind the requests that are at hand, once.  All
 * last as long as ${s}.  Return 0, or -1 without memory. */
int serve_on_signal(
    struct serve *s, int signum, serve_callback *fn, void *context);
int serve_after(struct serve *s, int64_t ms, serve_callback *fn, void *context);
int serve_soon(struct serve *s, serve_callback *fn, void *context);

/* ---- Output ------------------------------------------------------------ */

/*
 * A queue of lines for a descriptor (stdout), written without ever blocking
 * the loop where that is a pipe, a socket or a terminal; a regular file is
 * written at once and synced to its disk.  The descriptor stays as blocking
 * as it was, for whoever shares it.
 *
 * What a failure cuts short does not hide what comes next: where a file does
 * not end with a newline the first line is preceded by one, and a write that
 * fails is taken back to the last line that is whole and on disk.  Into a pipe
 * lines of up to PIPE_BUF bytes go as one.
 */
struct serve_output;

/* Called when all bytes up to ${offset}, counted from the start, are written,
 * and, for a regular file, on disk; or with ${errnum} once, when writing or
 * syncing failed: nothing is written after that, and what lies behind
 * ${offset} may be lost. */
typedef void serve_written(void *context, uint64_t offset, int errnum);

struct serve_output *serve_output_new(
    struct serve *s, int fd, serve_written *written, void *context);
void serve_output_free(struct serve_output *o);

/* An earlier writer may have left half a line in the pipe: put a newline
 * before the first line. */
void serve_output_torn(struct serve_output *o);

/* A regular file may be synced up to ${ms} after it was written. */
void serve_output_delay_sync(struct serve_output *o, int64_t ms);

/* Append to the queue.  Return the offset of its end; 0 without memory. */
uint64_t serve_output_add(struct serve_output *o, struct span bytes);

/* Write what can be written now; the loop writes the rest. */
void serve_output_push(struct serve_output *o);

/* Outside the loop: write and sync what is left, waiting for at most ${ms}. */
void serve_output_finish(struct serve_output *o, int64_t ms);

/* Where in a regular file the line begins that follows ${offset}, unless others
 * write to the file; -1 where the output is none. */
int64_t serve_output_place(const struct serve_output *o, uint64_t offset);

/* The offsets of the queue's end and of what is written and, in a regular
 * file, on disk. */
uint64_t serve_output_end(const struct serve_output *o);
uint64_t serve_output_done(const struct serve_output *o);

#endif
