/*
 * stream: a live session for many watchers, over SSE, WebSocket and polling.
 *
 * Lines come in by stream_take and go into one history; each client has a
 * cursor in it.  What is sent is made once for all clients of a transport and
 * not copied.  A client that does not keep up has nothing waiting for it but
 * its cursor: what happens when that falls too far behind is its policy.  The
 * wire format is in vitals-formats(5).
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "history/history.h"
#include "serve/serve.h"
#include "sign/sign.h"

/* The subprotocol of WebSocket, and what a client may send in one message. */
#define STREAM_PROTOCOL "vitals.stream.v1"
#define STREAM_MESSAGE_MAX ((size_t)16 << 10)

/* A poll waits at most so long, and brings at most so much. */
#define STREAM_WAIT_MAX_MS 60000
#define STREAM_POLL_LINES 1000
#define STREAM_POLL_BYTES ((size_t)1 << 20)

/* Whom tokens are for. */
#define STREAM_AUDIENCE "vitals-stream"

/* Refusals that are reported in one minute; the rest is counted. */
#define STREAM_TOLD_MAX 20

/* What becomes of a client that does not keep up. */
enum stream_slow {
	STREAM_DROP_OLDEST, /* it misses the oldest lines */
	STREAM_THIN,        /* it gets fewer samples and waves */
	STREAM_DISCONNECT   /* it is disconnected, and may come back */
};
#define STREAM_SLOW "drop-oldest|thin|disconnect"

enum stream_notice {
	STREAM_REFUSED, /* a request */
	STREAM_CLIENT,  /* one came or went: a detail */
	STREAM_BAD_LINE /* of the input */
};

/* A file of the dashboard, which anybody may read. */
struct stream_page {
	const char *path, *type, *etag; /* etag in its quotes */
	struct span body;
};

/* The kinds of lines in the audit file, as audit_open takes them. */
extern const char *const stream_audit_kinds[];

struct audit;

struct stream_options {
	struct history *history; /* not owned */
	int64_t history_ms;      /* what it holds at most, for hello */
	enum stream_slow slow;
	bool slow_fixed; /* clients may not choose another policy */
	uint64_t queue;  /* lines that a client may be behind */
	int64_t heartbeat_ms, dead_ms, retry_ms;
	size_t clients;            /* at once */
	size_t per_address;        /* of them */
	const char *const *origin; /* origins of other pages; "*": any */
	size_t origins;
	struct audit *audit; /* of who watches, not owned; or NULL */
	bool local; /* the Host must name loopback: nobody shows a token */
	bool tls;
	bool stay; /* when the input ends */
	struct sign_keys
	    *keys; /* of tokens, not owned; NULL: nobody needs one */
	const struct stream_page *page; /* the last one has no path */
	/* ${where}: the client, or the number of the line. */
	void (*notice)(void *context, enum stream_notice what,
	    const char *where, const char *text);
	void *context;
};

struct stream;

/* NULL with ${err}.  free(NULL) is a no-op; free it before the server. */
struct stream *stream_new(
    const struct stream_options *options, struct err *err);
void stream_free(struct stream *st);

/* The server to work with, whose handler is stream_handle and whose context is
 * ${st}; read the lines of ${fd}.  Return 0; or -1 with ${err}. */
int stream_start(struct stream *st, struct serve *s, int fd, struct err *err);

/* Check tokens with ${keys}, which are not owned, from now on. */
void stream_use_keys(struct stream *st, struct sign_keys *keys);

/* A serve_handler. */
void stream_handle(void *stream, struct serve_request *request);

/* For a server's client that brings no request. */
void stream_client_failed(void *stream, const char *peer, const char *why);

/* Say goodbye to all clients and drain the server. */
void stream_stop(void *stream);

struct stream_counters {
	uint64_t lines, bad; /* of the input */
	uint64_t connections, refused, sent, dropped;
	bool failed; /* the input, or the history: *why */
};

const struct stream_counters *stream_counters(const struct stream *st);

/* Why counters->failed is set. */
const char *stream_failure(const struct stream *st);

#endif
