/*
 * listen: a client of a stream that neither loses a line nor gives one twice.
 *
 * One connection at a time, by WebSocket, Server-Sent Events or polling,
 * whichever works, in this order.  Where it breaks, or nothing has come for too
 * long, another one goes on behind the last line.  The caller asks for what is
 * next, one thing after the other:
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

/* The longest record: a line, and what stands around it. */
#define LISTEN_RECORD_MAX (((size_t)1 << 20) + 4096)

/* Sessions, and types, that are asked for. */
#define LISTEN_FILTER_MAX 64

/* The longest token. */
#define LISTEN_TOKEN_MAX ((size_t)8192)

/* ---- Where a listener is ------------------------------------------------ */

/* All up to ${sequence} of ${epoch} was given.  Zeroed: nothing is known. */
struct listen_position {
	char epoch[LISTEN_EPOCH_MAX]; /* "": that of any epoch */
	uint64_t sequence;
	bool known;
};

/* A file that keeps a position. */
struct listen_state;

/* Open ${path}, made (mode 0600) where it is not there, for this process only,
 * and read it into ${at}.  NULL with ${err}, which names the file: it is
 * damaged, of something else, or in use. */
struct listen_state *listen_state_open(
    const char *path, struct listen_position *at, struct err *err);
void listen_state_close(struct listen_state *s);

/* Write ${at} unless it is there already: once this has returned it outlives
 * the process, and, ${synced}, the machine.  Return 0, or -1 with ${err}. */
int listen_state_put(struct listen_state *s, const struct listen_position *at,
    bool synced, struct err *err);

/* ---- Listening ---------------------------------------------------------- */

enum listen_way {
	LISTEN_AUTO, /* the best that works */
	LISTEN_WEBSOCKET,
	LISTEN_SSE,
	LISTEN_POLL
};

struct listen_options {
	/* Where to, and how: url, TLS, proxy, connect_ms.  Its bearer is not
	 * used: see token_file. */
	struct http_target_options http;
	const char *token_file; /* read again when it changes; or NULL */
	enum listen_way way;
	const char *const *session;
	size_t sessions;
	const char *const *type;
	size_t types;
	bool once;          /* end with what there is now; polls */
	bool stay;          /* go on when the server says that this is all */
	int64_t answer_ms;  /* for the head of an answer, and the hello */
	int64_t silence_ms; /* without a sign of life: the link is dead */
	int64_t retry_base; /* ms: the first pause is up to this, */
	int64_t retry_cap;  /* each further one up to twice that, up to this */
	int64_t give_up_ms; /* without a working connection */
	int64_t try_better; /* ms until a better way is tried again */
};

struct listener;

/* A listener that goes on behind ${from}; where that is not known, with what
 * comes from now on.  NULL with ${err}. */
struct listener *listen_new(const struct listen_options *o,
    const struct listen_position *from, struct err *err);
void listen_free(struct listener *l);

enum listen_event {
	LISTEN_FAILED = -1, /* out of memory: see err */
	LISTEN_LINE,        /* text: as it was sent */
	LISTEN_GAP,         /* text: the record, which says what is missing */
	LISTEN_IDLE,        /* the next call may wait: write out what is done */
	LISTEN_CONNECTED,   /* text: by which way */
	LISTEN_TROUBLE,     /* text: why; wait_ms until the next attempt */
	LISTEN_CAUGHT_UP,   /* once: all that there was has been given */
	LISTEN_ENDED,       /* the stream has, and stay is not set */
	LISTEN_GAVE_UP      /* text: the last trouble */
};

struct listen_got {
	struct span text; /* until the next call */
	int64_t wait_ms;  /* TROUBLE */
	bool lost;        /* GAP: lines, or it is not known how many */
	struct err err;   /* FAILED */
};

/* What is next; blocks, after LISTEN_IDLE only. */
enum listen_event listen_next(struct listener *l, struct listen_got *got);

/* Where ${l} is, with all that listen_next has given. */
const struct listen_position *listen_at(const struct listener *l);

#endif
