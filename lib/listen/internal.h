/* Private to lib/listen. */
#ifndef LISTEN_INTERNAL_H
#define LISTEN_INTERNAL_H

#include "listen/listen.h"
#include "listen/sse.h"
#include "serve/head.h"
#include "websocket/frame.h"
#include "json/json.h"

enum listen_kind {
	LISTEN_HELLO,
	LISTEN_A_LINE,
	LISTEN_A_GAP,
	LISTEN_HEARTBEAT,
	LISTEN_BYE,
	LISTEN_UNKNOWN /* of a newer version: ignore it */
};

struct listen_record {
	enum listen_kind kind;
	struct span text;  /* A_LINE: the line; otherwise the whole record */
	uint64_t sequence; /* HELLO, A_LINE, HEARTBEAT */
	uint64_t before;   /* A_GAP */
	bool lost;         /* A_GAP: false only if the count is 0 */
	char epoch[LISTEN_EPOCH_MAX]; /* HELLO */
	struct span reason;           /* BYE */
};

/* The result of reading from a connection. */
enum listen_took {
	LISTEN_BROKE = -1, /* see err */
	LISTEN_MORE = 0,   /* all input was consumed */
	LISTEN_RECORD,
	LISTEN_DONE /* the answer to a poll is complete */
};

/* A way to connect.  A new one is one file and one row. */
struct listen_method {
	const char *name;
	const char *path; /* appended to the path of the URL */
	const char *accept;

	/* Check the head of the answer and prepare to read its body.
	 * Return 0, or -1 with ${err}. */
	int (*begin)(struct listener *l, const struct serve_head *h, int status,
	    struct err *err);

	/* Take the next record from the bytes received. */
	enum listen_took (*take)(
	    struct listener *l, struct listen_record *r, struct err *err);
};

extern const struct listen_method listen_method_websocket;
extern const struct listen_method listen_method_sse;
extern const struct listen_method listen_method_poll;

#define LISTEN_METHODS 3

/* The body of an HTTP/1.1 answer. */
struct listen_body {
	bool chunked, sized;
	uint64_t left; /* sized */
	struct serve_chunks chunks;
	struct buf text; /* what was received of it */
	size_t taken;    /* bytes of text that were consumed */
	bool ended;
	bool keeps; /* the connection can have another request after it */
};

struct listener {
	struct listen_options o;
	struct http_client *client;
	struct http_target *target;
	struct buf host, path; /* of the URL */
	struct buf token;
	struct {
		int64_t seconds, nanoseconds, bytes, number;
	} token_seen; /* the state of the file when it was read */

	/* The position; and the epoch of the server now connected. */
	struct listen_position at;
	char epoch[LISTEN_EPOCH_MAX];

	/* The connection. */
	size_t way;             /* index of the method in use */
	struct http_pipe *pipe; /* NULL: none */
	bool resting;           /* no request is under way: between polls */
	struct buf in;          /* bytes received */
	size_t taken;           /* bytes of in that were consumed */
	bool hello;             /* the hello record was received */
	bool closed;            /* the server has ended its side */
	size_t given;           /* records since the request */
	int64_t heard;          /* when bytes were last received, monotonic */
	struct listen_body body;
	struct listen_sse sse;
	struct websocket_reader frames;
	char key[32];   /* of the WebSocket request */
	struct buf out; /* a request, or frames to send */
	struct json_index json;

	bool connected; /* the TCP or TLS connection succeeded */
	bool announced; /* LISTEN_CONNECTED was returned */
	bool idle;      /* LISTEN_IDLE was returned, nothing received since */
	int64_t asked;  /* when the request was sent, monotonic */

	/* Between two connections. */
	int64_t next_try;    /* monotonic */
	int64_t retry_base;  /* from the server, or from the options */
	int64_t retry_after; /* requested by the last answer; -1: none */
	unsigned failures;   /* in a row */
	int64_t good;        /* when a connection last worked */
	int64_t better;      /* when to try a better way, monotonic */
	unsigned fallen;     /* ways that failed since the last pause */
	bool refused;        /* another way would not help, */
	bool permanent;      /* nor would the same request later */
	bool forbidden;      /* because of the token, or the lack of one */
	bool worked;         /* a hello record was received, ever */
	struct err trouble;
};

/* Return ${b} without its first ${taken} bytes. */
static inline struct span
listen_rest(const struct buf *b, size_t taken)
{
	struct span s = buf_span(b);

	return (struct span){s.p + taken, s.n - taken};
}

/* ---- record.c */
/* Parse the record ${text}.  Return 0, or -1 with ${err}.  A record of a kind
 * that is not known is valid. */
int listen_record_read(struct json_index *ix, struct span text,
    struct listen_record *r, struct err *err);
/* Parse the line ${text} whose sequence number is the text ${id}. */
int listen_record_line(struct json_index *ix, struct span text, struct span id,
    struct listen_record *r, struct err *err);

/* ---- request.c */
/* Send the request of ${m}, read the head of the answer, and call its begin.
 * Return 0, or -1 with ${err}. */
int listen_request(
    struct listener *l, const struct listen_method *m, struct err *err);

/* ---- body.c */
/* Start the body of the answer whose head is ${h}. */
void listen_body_begin(struct listen_body *b, const struct serve_head *h);
void listen_body_release(struct listen_body *b);
/* Consume bytes of *${in}.  Return 0; or -1 with ${err}. */
int listen_body_read(struct listen_body *b, struct span *in, struct err *err);

/* ---- retry.c */
/* The connection or the attempt has failed with l->trouble: determine the next
 * method and when to try it.  Return false if no retry would help. */
bool listen_retry(struct listener *l);

/* ---- token.c */
/* Read the token's file if it has changed.  Return 1 if it was read, 0 if it
 * has not changed, -1 with ${err} on failure. */
int listen_token_refresh(struct listener *l, struct err *err);

/* ---- websocket.c */
/* Send a token that has changed.  Return 0, or -1 with ${err}. */
int listen_websocket_renew(struct listener *l, struct err *err);

#endif
