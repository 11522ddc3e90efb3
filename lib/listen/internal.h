/* What the files of lib/listen share; not for others. */
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
	LISTEN_BYE
};

struct listen_record {
	enum listen_kind kind;
	struct span text;  /* A_LINE: the line; else the whole record */
	uint64_t sequence; /* HELLO, A_LINE */
	uint64_t before;   /* A_GAP */
	bool lost;         /* A_GAP: unless it says 0 */
	char epoch[LISTEN_EPOCH_MAX]; /* HELLO */
	struct span reason;           /* BYE */
};

/* What a connection gives. */
enum listen_took {
	LISTEN_BROKE = -1, /* see err */
	LISTEN_MORE = 0,   /* all that came is taken */
	LISTEN_RECORD,
	LISTEN_DONE /* the answer to a poll is complete */
};

/* A way to connect.  A new one is a file and a row. */
struct listen_method {
	const char *name;
	const char *path; /* behind the URL's */
	const char *accept;

	/* The head of the answer is there: can it go on? */
	int (*begin)(struct listener *l, const struct serve_head *h, int status,
	    struct err *err);

	/* Take the next record off what has come. */
	enum listen_took (*take)(
	    struct listener *l, struct listen_record *r, struct err *err);
};

extern const struct listen_method listen_method_websocket;
extern const struct listen_method listen_method_sse;
extern const struct listen_method listen_method_poll;

#define LISTEN_METHODS 3

/* A body, as HTTP/1.1 has it. */
struct listen_body {
	bool chunked, sized;
	uint64_t left; /* sized */
	struct serve_chunks chunks;
	struct buf text; /* what came of it */
	size_t taken;    /* of text */
	bool ended;
};

struct listener {
	struct listen_options o;
	struct http_client *client;
	struct http_target *target;
	struct buf host, path; /* of the URL */
	struct buf token;
	struct {
		int64_t seconds, nanoseconds, bytes, number;
	} token_seen; /* of its file */

	/* Where we are; the epoch of the server that we talk to, and the last
	 * number that it had given when it said hello. */
	struct listen_position at;
	char epoch[LISTEN_EPOCH_MAX];

	/* The connection. */
	size_t way;             /* the method in use */
	struct http_pipe *pipe; /* NULL: none */
	struct buf in;          /* bytes that came; */
	size_t taken;           /* of which so many are taken */
	bool hello;             /* was said */
	bool closed;            /* by the other side: nothing more comes */
	size_t given;           /* records since the request */
	int64_t heard;          /* when the last bytes came, monotonic */
	struct listen_body body;
	struct listen_sse sse;
	struct websocket_reader frames;
	char key[32];   /* of the WebSocket request */
	struct buf out; /* a request, or frames to be sent */
	struct json_index json;

	bool connected; /* something answered at the other end */
	bool announced; /* LISTEN_CONNECTED was given */
	bool idle;      /* LISTEN_IDLE was given, nothing came since */
	int64_t asked;  /* when the request was sent, monotonic */

	/* Between two connections. */
	int64_t next_try;    /* monotonic */
	int64_t retry_base;  /* the server's, or ours */
	int64_t retry_after; /* what the last answer asked for; -1: nothing */
	unsigned failures;   /* in a row */
	int64_t good;        /* when a connection last worked */
	int64_t better;      /* when a better way is to be tried */
	unsigned fallen;     /* ways that failed since the last pause */
	bool refused;        /* another way would not help */
	struct err trouble;
};

/* What of ${b} is behind the first ${taken} bytes. */
static inline struct span
listen_rest(const struct buf *b, size_t taken)
{
	struct span s = buf_span(b);

	return (struct span){s.p + taken, s.n - taken};
}

/* ---- record.c: read a record.  Return 0, or -1 with ${err}. */
int listen_record_read(struct json_index *ix, struct span text,
    struct listen_record *r, struct err *err);
/* The line ${text} whose number is the text ${id}. */
int listen_record_line(struct json_index *ix, struct span text, struct span id,
    struct listen_record *r, struct err *err);

/* ---- request.c */
/* Ask for what comes next by ${m}, read the head of the answer, and let the
 * method begin.  Return 0, or -1 with ${err}. */
int listen_request(
    struct listener *l, const struct listen_method *m, struct err *err);

/* ---- body.c */
void listen_body_begin(struct listen_body *b, const struct serve_head *h);
void listen_body_release(struct listen_body *b);
/* Take bytes off *${in}.  Return 0; or -1 with ${err}. */
int listen_body_read(struct listen_body *b, struct span *in, struct err *err);

/* ---- retry.c */
/* The connection, or the attempt, failed as l->trouble says: decide what comes
 * next, and when. */
void listen_retry(struct listener *l);

/* ---- token.c */
/* Read the token's file where it has changed since it was read.  Return 1, 0
 * where it has not, or -1. */
int listen_token_refresh(struct listener *l, struct err *err);

/* ---- websocket.c: send a token that has changed. */
int listen_websocket_renew(struct listener *l, struct err *err);

#endif
