/*
 * stream: a live session for many clients, over SSE, WebSocket and polling.
 *
 * stream_take appends lines to one history, in which each client has a cursor.
 * A line is encoded once for all clients of a transport and is not copied.  A
 * client that does not keep up has no queue of its own, only its cursor; its
 * policy determines what happens when that falls too far behind.  The wire
 * format is in vitals-formats(5).
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "history/history.h"
#include "ndjson/ndjson.h"
#include "serve/serve.h"
#include "sign/sign.h"

/* The subprotocol of WebSocket, and the longest message from a client. */
#define STREAM_PROTOCOL "vitals.stream.v1"
#define STREAM_MESSAGE_MAX ((size_t)16 << 10)

/* The longest wait of a poll, and the most lines and bytes in its answer. */
#define STREAM_WAIT_MAX_MS 60000
#define STREAM_POLL_LINES 1000
#define STREAM_POLL_BYTES ((size_t)1 << 20)

/* The audience of tokens. */
#define STREAM_AUDIENCE "vitals-stream"

/* Refusals reported per minute; the others are only counted. */
#define STREAM_REPORTED_MAX 20

/* The policy for a client that does not keep up. */
enum stream_slow {
	STREAM_DROP_OLDEST, /* it misses the oldest lines */
	STREAM_THIN,        /* it gets fewer samples and waves */
	STREAM_DISCONNECT   /* it is disconnected, and may reconnect */
};
#define STREAM_SLOW "drop-oldest|thin|disconnect"

enum stream_notice {
	STREAM_REFUSED, /* a request */
	STREAM_CLIENT,  /* it connected or left: a detail */
	STREAM_TROUBLE  /* of the source */
};

/* A file of the dashboard.  It is public. */
struct stream_page {
	const char *path, *type, *etag; /* etag with its quotes */
	struct span body;
};

/* The kinds of lines in the audit file, for audit_open. */
extern const char *const stream_audit_kinds[];

struct audit;
struct stream_source;

struct stream_options {
	struct history *history;      /* not owned */
	struct stream_source *source; /* not owned; NULL: a descriptor */
	enum stream_slow slow;
	bool slow_fixed; /* clients cannot choose another policy */
	uint64_t queue;  /* lines that a client may be behind */
	int64_t heartbeat_ms, dead_ms, retry_ms;
	size_t clients;            /* at the same time */
	size_t per_address;        /* of these */
	const char *const *origin; /* origins of other pages; "*": any */
	size_t origins;
	struct audit *audit; /* not owned; or NULL */
	bool tls;
	bool stay;   /* continue when the input ends */
	bool strict; /* stop reading at the first bad line */
	/* Of tokens, not owned; NULL: none are needed, but the Host header of
	 * requests must name a loopback address. */
	struct sign_keys *keys;
	const struct stream_page *page; /* the last path is NULL */
	/* ${where} is the client. */
	void (*notice)(void *context, enum stream_notice what,
	    const char *where, const char *text);
	/* A line of the input was read.  If ${why} is not NULL, the line is bad
	 * and not sent; ${whole} is false if its text is only its start.  Return
	 * 0, or -1 to fail. */
	int (*line)(void *context, const struct ndjson_line *line, bool whole,
	    const char *why);
	void *context; /* of both */
};

struct stream;

/* Return NULL with ${err} on failure.  Free a stream before its server. */
struct stream *stream_new(
    const struct stream_options *options, struct err *err);
void stream_free(struct stream *st);

/* Read the lines of ${fd}, or of the source, and serve them on ${s}, whose handler is
 * stream_handle with context ${st}.  Return 0; or -1 with ${err}. */
int stream_start(struct stream *st, struct serve *s, int fd, struct err *err);

/* Verify tokens with ${keys} from now on.  They are not owned. */
void stream_use_keys(struct stream *st, struct sign_keys *keys);

/* A serve_handler. */
void stream_handle(void *stream, struct serve_request *request);

/* For serve_options.failed: a client failed before it sent a request. */
void stream_client_failed(void *stream, const char *peer, const char *why);

/* End all clients and drain the server. */
void stream_stop(void *stream);

struct stream_counters {
	uint64_t lines, bad; /* of the input; empty ones do not count */
	uint64_t connections, refused, sent, dropped;
	bool failed; /* see stream_failure */
};

/* After the server has ended: write lines that are not yet in the store.  Return
 * the counters, which are owned by ${st}. */
const struct stream_counters *stream_finish(struct stream *st);

/* Return why counters->failed is set; "" if options.line has failed. */
const char *stream_failure(const struct stream *st);

#endif
