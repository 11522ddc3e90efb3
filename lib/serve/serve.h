/*
 * serve: an HTTP/1.1 server on one event loop, with or without TLS.
 *
 * Single-threaded.  The handler gets each request when its body is complete,
 * and answers immediately or later.  Everything that a client can make the
 * server store or wait for is bounded: connections, the size of a head and of a
 * body, the bytes of all bodies together, and the time for each phase of a
 * request, at any pace.  Only this module uses libevent.
 */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "serve/head.h"

/* The maximum bytes of the bodies of all requests together. */
#define SERVE_BUFFERED_MAX ((size_t)64 << 20)

/* How many connections beyond the maximum are accepted that have not sent a
 * complete request yet.  So a flood of those that never do does not keep others
 * out. */
#define SERVE_FRESH_MAX ((size_t)1000)

/* A drain ends after this time, even if clients are still connected. */
#define SERVE_DRAIN_MS 4000

struct serve;
struct serve_request;

/* Called with each complete request.  Each one needs exactly one serve_answer
 * or serve_stream_begin, now or later, even if its client has disconnected. */
typedef void serve_handler(void *context, struct serve_request *request);

struct serve_tls {
	const char *certificate; /* PEM file: the chain, the server's first */
	const char *key;         /* PEM file that only its owner can read */
	const char *client_ca; /* PEM file; NULL: clients need no certificate */
	int min;               /* 12 or 13: the oldest version accepted */
};

struct serve_options {
	const char
	    *listen; /* "ADDRESS:PORT", "[IPV6]:PORT", "localhost:PORT" */
	const struct serve_tls *tls; /* outlives the server; NULL: plain HTTP */
	bool plain;                  /* allow plain HTTP beyond loopback */
	size_t max_connections;      /* that have sent a request */
	size_t max_per_address; /* of them from an IPv4 address, or from the
				   /64 of an IPv6 one; 0: any */
	size_t max_body;
	int64_t request_ms; /* for a head, for a body, for sending an answer */
	int64_t idle_ms;    /* between two requests of one connection */
	serve_handler *handle;
	/* Client ${peer} failed before it sent a request, or was not let in.
	 * May be NULL. */
	void (*failed)(void *context, const char *peer, const char *why);
	/* The server itself refused a request of ${peer} with ${status}: it is
	 * malformed, too large or too slow.  May be NULL. */
	void (*refused)(
	    void *context, const char *peer, int status, const char *why);
	void *context; /* of all three */
};

/* Return 1 if ${listen} is a loopback address, 0 if not, -1 if malformed. */
int serve_is_loopback(const char *listen);

/* Start to listen.  Return NULL with ${err} on failure.  serve_free also frees
 * the requests that were not answered. */
struct serve *serve_new(const struct serve_options *options, struct err *err);
void serve_free(struct serve *s);

/* Read the certificates and the key again, for new connections.  Return 0; or
 * -1 with ${err}, and nothing has changed. */
int serve_reload(struct serve *s, struct err *err);

/* Return the port; for port 0, the one that the system chose. */
unsigned serve_port(const struct serve *s);

/* Return how many connections are open. */
size_t serve_connections(const struct serve *s);

/* Write the port as a line to ${path}.  The file is created atomically, so that
 * a script can wait for it.  Return 0; or -1 with ${err}. */
int serve_write_port(const struct serve *s, const char *path, struct err *err);

/* Serve until serve_stop is called or a drain ends.  Return 0, or -1 if the
 * event loop failed. */
int serve_run(struct serve *s);

/* Accept no more connections and close the idle ones.  serve_run returns when
 * all connections have ended, or after SERVE_DRAIN_MS. */
void serve_drain(struct serve *s);

/* Return whether serve_drain was called. */
bool serve_draining(const struct serve *s);

/* Return the milliseconds left of a drain; SERVE_DRAIN_MS if none has begun. */
int64_t serve_drain_left(const struct serve *s);

/* Make serve_run return without waiting for connections. */
void serve_stop(struct serve *s);

/* ---- Requests ---------------------------------------------------------- */

/* Return the head and the body of the request.  Both are owned by ${r} and
 * valid until it is answered. */
const struct serve_head *serve_request_head(const struct serve_request *r);
struct span serve_request_body(const struct serve_request *r);

/* Return "ADDRESS:PORT" of the client. */
const char *serve_request_peer(const struct serve_request *r);

/* Answer with ${status} and ${body}.  ${headers} is whole lines with CRLF, or
 * NULL.  The type is text/plain unless they include a Content-Type.  Takes
 * ownership of ${r}. */
void serve_answer(
    struct serve_request *r, int status, const char *headers, struct span body);

/* ---- Streams ----------------------------------------------------------- */

/*
 * A stream is an answer without an end, or a connection that has switched to
 * another protocol with a 101.  The owner adds pieces while there is room and
 * pushes them.  What the kernel does not accept immediately stays queued, and
 * the owner is called when the queue is empty.  Once the first byte of a piece
 * is sent, so is the rest, unless the connection fails.  Pieces are not copied:
 * many streams can send the same bytes.
 */
struct serve_stream;

/* The most pieces queued in one stream. */
#define SERVE_PIECES 8

typedef void serve_release(void *owner);

struct serve_piece {
	struct span bytes;
	serve_release *release; /* called with owner once the bytes are sent or
				   the stream is gone; or NULL */
	void *owner;
};

/* All are called by the event loop, never from within a function of this
 * API. */
struct serve_stream_calls {
	/* Bytes from the client.  If NULL, they are discarded. */
	void (*received)(void *context, struct span bytes);
	/* All pieces are with the kernel, which accepts more. */
	void (*writable)(void *context);
	/* The client has disconnected.  The stream is freed after this call. */
	void (*closed)(void *context);
};

/* The most unsent bytes of a stream in the kernel.  Old data then waits in the
 * owner's queue, where it can still be dropped. */
#define SERVE_UNSENT_MAX (16 << 10)

/* Answer ${r} with ${status} and ${headers} (whole lines with CRLF), then
 * continue as a stream.  With status 101 the headers name the protocol;
 * otherwise the body ends when the connection does.  A client that acknowledges
 * nothing for ${dead_ms} is disconnected.  ${calls} must outlive the stream.
 * Takes ownership of ${r}.  Return NULL if out of memory or the client has
 * disconnected. */
struct serve_stream *serve_stream_begin(struct serve_request *r, int status,
    const char *headers, int64_t dead_ms,
    const struct serve_stream_calls *calls, void *context);

/* Return how many pieces can be added. */
size_t serve_stream_room(const struct serve_stream *t);

/* Add ${piece}, or a copy of ${bytes}.  There must be room.  add_copy returns
 * 0, or -1 if out of memory. */
void serve_stream_add(struct serve_stream *t, struct serve_piece piece);
int serve_stream_add_copy(struct serve_stream *t, struct span bytes);

/* Write what can be written now; the loop writes the rest. */
void serve_stream_push(struct serve_stream *t);

/* Return the bytes added but not yet accepted by the kernel; and since when, by
 * the monotonic clock, it has accepted none of them (0: nothing waits). */
size_t serve_stream_unsent(const struct serve_stream *t);
int64_t serve_stream_stalled_since(const struct serve_stream *t);

/* Send what was added, then close.  No callback is called after this.  Takes
 * ownership of ${t}. */
void serve_stream_end(struct serve_stream *t);

/* Close immediately.  No callback is called.  Takes ownership of ${t}. */
void serve_stream_abort(struct serve_stream *t);

/* ---- Input ------------------------------------------------------------- */

/* Reads a descriptor (stdin) as data arrives, one piece in each iteration of
 * the loop, so that neither input nor clients delay the other. */
struct serve_input;

/* Called with each piece read; with n 0 at the end; or with ${errnum} on
 * failure.  The last two are the final call. */
typedef void serve_read(void *context, struct span bytes, int errnum);

/* Return NULL if out of memory.  serve_input_free does not close ${fd}. */
struct serve_input *serve_input_new(
    struct serve *s, int fd, serve_read *read, void *context);
void serve_input_free(struct serve_input *i);

/* Stop reading, or continue. */
void serve_input_pause(struct serve_input *i, bool paused);

/* ---- Signals, descriptors and timers ---------------------------------------- */

typedef void serve_callback(void *context);

/* Call ${fn} whenever ${signum} arrives; whenever the descriptor ${fd}, which
 * epoll must support, is readable; once, after ${ms}; or once, in the next
 * iteration of the loop, after the requests that are ready.  They end with ${s}.
 * Return 0, or -1 if out of memory. */
int serve_on_signal(
    struct serve *s, int signum, serve_callback *fn, void *context);
int serve_on_readable(
    struct serve *s, int fd, serve_callback *fn, void *context);
int serve_after(struct serve *s, int64_t ms, serve_callback *fn, void *context);
int serve_soon(struct serve *s, serve_callback *fn, void *context);

/* ---- Output ------------------------------------------------------------ */

/*
 * A queue of lines for a descriptor (stdout).  Writing to a pipe, a socket or a
 * terminal never blocks the loop; a regular file is written immediately and
 * synced.  The blocking mode of the descriptor does not change, because other
 * processes may share it.
 *
 * A failure must not corrupt the lines that follow it.  If a file does not end
 * with a newline, one is written before the first line.  If a write fails, the
 * file is truncated to the last whole line on disk.  Lines of up to PIPE_BUF
 * bytes are written to a pipe atomically.
 */
struct serve_output;

/* Called when all bytes up to ${offset}, counted from the start, are written
 * and, in a regular file, on disk.  If writing or syncing fails, it is called
 * once with ${errnum}: nothing more is written, and the bytes after ${offset}
 * may be lost. */
typedef void serve_written(void *context, uint64_t offset, int errnum);

/* Write to ${fd}, which remains the caller's, and report progress to
 * ${written}.  Return NULL on failure.  serve_output_free discards what was not
 * written. */
struct serve_output *serve_output_new(
    struct serve *s, int fd, serve_written *written, void *context);
void serve_output_free(struct serve_output *o);

/* Write a newline before the first line: an earlier writer may have left a
 * partial line in the pipe. */
void serve_output_torn(struct serve_output *o);

/* In a regular file, before the first line: the last ${n} bytes of the file, no
 * newline among them, are the start of the line to be added first, without
 * them.  They count as written, so offsets count from the start of that
 * line. */
void serve_output_continue(struct serve_output *o, size_t n);

/* Allow a regular file to be synced up to ${ms} after it was written. */
void serve_output_delay_sync(struct serve_output *o, int64_t ms);

/* Append to the queue.  Return the offset of its end, or 0 if out of memory. */
uint64_t serve_output_add(struct serve_output *o, struct span bytes);

/* Write what can be written now; the loop writes the rest. */
void serve_output_push(struct serve_output *o);

/* Write and sync the rest, waiting for at most ${ms}.  For use outside the
 * loop. */
void serve_output_finish(struct serve_output *o, int64_t ms);

/* Return the position in a regular file of the line that starts at ${offset},
 * provided that nobody else writes to it; -1 if the output is not one. */
int64_t serve_output_place(const struct serve_output *o, uint64_t offset);

/* Return the offset of the queue's end; and that up to which all is written
 * and, in a regular file, on disk. */
uint64_t serve_output_end(const struct serve_output *o);
uint64_t serve_output_done(const struct serve_output *o);

#endif
