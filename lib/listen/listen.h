/*
 * listen: a client of a stream that neither loses nor repeats a line.
 *
 * It has one connection at a time and uses the first of WebSocket, Server-Sent
 * Events and polling that works.  If the connection breaks, or nothing is
 * received for too long, a new one continues after the last line.  The caller
 * requests one event after the other:
 *
 *	while ((what = listen_next(l, &got)) != LISTEN_GAVE_UP) ...
 *
 * The protocol is in vitals-formats(5).
 */
#ifndef LISTEN_LISTEN_H
#define LISTEN_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "http/http.h"

/* 16 hexadecimal digits and a final 0 byte. */
#define LISTEN_EPOCH_MAX 17

/* The longest record: a line and its envelope. */
#define LISTEN_RECORD_MAX (((size_t)1 << 20) + 4096)

/* The most sessions, and the most types, to subscribe to. */
#define LISTEN_FILTER_MAX 64

/* The longest token. */
#define LISTEN_TOKEN_MAX ((size_t)8192)

/* ---- Position ----------------------------------------------------------- */

/* All up to ${sequence} of ${epoch} was returned.  Zeroed: no position. */
struct listen_position {
	char epoch[LISTEN_EPOCH_MAX]; /* "": matches any epoch */
	uint64_t sequence;
	bool known;
};

/* A file that stores a position. */
struct listen_state;

/* Open ${path}, create it with mode 0600 if it does not exist, lock it, and
 * read it into ${at}.  Return NULL with ${err}, which names the file, if it is
 * damaged, of another kind, or in use. */
struct listen_state *listen_state_open(
    const char *path, struct listen_position *at, struct err *err);
void listen_state_close(struct listen_state *s);

/* Write ${at}, unless the file has it already.  When this returns 0, the
 * position survives the process and, if ${synced}, a crash of the machine.
 * Return -1 with ${err} on failure. */
int listen_state_put(struct listen_state *s, const struct listen_position *at,
    bool synced, struct err *err);

/* ---- Listening ---------------------------------------------------------- */

enum listen_way {
	LISTEN_AUTO, /* the first that works */
	LISTEN_WEBSOCKET,
	LISTEN_SSE,
	LISTEN_POLL
};

struct listen_options {
	/* url, TLS, proxy and connect_ms.  bearer is not used: see
	 * token_file. */
	struct http_target_options http;
	const char *token_file; /* reloaded when it changes; or NULL */
	enum listen_way way;
	const char *const *session;
	size_t sessions;
	const char *const *type;
	size_t types;
	bool once;          /* stop after the lines available now; polls */
	bool stay;          /* continue after the server reports the end */
	int64_t answer_ms;  /* for the head of an answer and the hello record */
	int64_t silence_ms; /* without any data: the connection is dead */
	int64_t retry_base; /* ms: the first pause is at most this; */
	int64_t retry_cap; /* each further one at most twice that, up to this */
	int64_t give_up_ms; /* without a working connection */
	int64_t try_better; /* ms until a better way is tried again */
};

/* Is ${url} that of a stream?  As http_url_check; it must also have no query.
 * Return 0, or -1 with ${err}. */
int listen_url_check(const char *url, bool allow_http, struct err *err);

struct listener;

/* Create a listener that continues after ${from}; if that has no position, with
 * the lines sent from now on.  Return NULL with ${err} on failure. */
struct listener *listen_new(const struct listen_options *o,
    const struct listen_position *from, struct err *err);
void listen_free(struct listener *l);

enum listen_event {
	LISTEN_FAILED = -1, /* out of memory: see err */
	LISTEN_LINE,        /* text: the line, unchanged */
	LISTEN_GAP,         /* text: the gap record */
	LISTEN_IDLE,        /* the next call may block: flush your output */
	LISTEN_CONNECTED,   /* text: the name of the way */
	LISTEN_TROUBLE,     /* text: why; wait_ms until the next attempt */
	LISTEN_CAUGHT_UP,   /* with once: all lines available were returned */
	LISTEN_ENDED,       /* the stream has ended, and stay is not set */
	LISTEN_GAVE_UP      /* text: the last failure; no retry would help, or
			     * give_up_ms are over */
};

struct listen_got {
	struct span text; /* valid until the next call */
	int64_t wait_ms;  /* TROUBLE */
	bool renews;    /* TROUBLE: the token was refused, and is read again */
	bool lost;      /* GAP: lines were lost, or their number is unknown */
	struct err err; /* FAILED */
};

/* Return the next event.  Blocks only after LISTEN_IDLE. */
enum listen_event listen_next(struct listener *l, struct listen_got *got);

/* Return the position of ${l}, after all that listen_next has returned. */
const struct listen_position *listen_at(const struct listener *l);

#endif
