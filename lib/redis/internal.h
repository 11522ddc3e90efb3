/* What the files of lib/redis share; not for others. */
#ifndef REDIS_INTERNAL_H
#define REDIS_INTERNAL_H

#include "redis/lookup.h"
#include "redis/parser.h"
#include "redis/redis.h"
#include "redis/url.h"
#include "redis/wire.h"

#define REDIS_SHA_MAX 41 /* 40 hexadecimal digits and a final 0 byte */

/* Defaults of redis_options. */
#define REDIS_CONNECT_MS 10000
#define REDIS_ANSWER_MS 30000

enum redis_state {
	REDIS_DOWN,    /* until next_try */
	REDIS_LOOKUP,  /* the addresses of a host are looked up */
	REDIS_CONNECT, /* a connection is being made */
	REDIS_TLS,     /* the handshake of TLS */
	REDIS_HELLO,   /* AUTH and so on; or a Sentinel is asked */
	REDIS_READY
};

/* The commands whose replies have not been taken, the oldest first. */
struct redis_flight {
	void **context; /* a ring of ${cap} */
	size_t cap, first, count;
	size_t lost; /* the first ones whose connection was lost */
};

struct redis {
	/* From the options. */
	struct redis_url url;
	char *user, *password_file;
	char *sentinel_user, *sentinel_password_file;
	bool allow_plain;
	int64_t connect_ms, answer_ms;
	redis_notify *note;
	void *context;
	struct ssl_ctx_st *tls; /* NULL: plain */
	struct buf name;        /* see redis_name */
	const char *script[REDIS_SCRIPTS_MAX];
	int scripts;

	/* What redis_fd consists of. */
	int epoll, timer;
	int64_t armed; /* when the timer fires; INT64_MAX: never */
	int watched;   /* the descriptor in the epoll, or -1 */
	uint32_t watched_events;

	/* The connection. */
	enum redis_state state;
	bool asking;     /* it is to a Sentinel */
	size_t sentinel; /* the one to ask, or asked */
	size_t asked;    /* how many were asked in this attempt */
	struct redis_place server;
	struct redis_lookup *lookup;
	const struct addrinfo *address; /* the one tried; in lookup */
	struct redis_wire wire;
	int64_t deadline; /* of the present state, before REDIS_READY */
	bool broken;      /* no more bytes: reason says why */
	bool more;        /* bytes may be there that were not read yet */
	int64_t heard;    /* when bytes came, or were first waited for */
	struct redis_parser *parser;
	struct buf out;
	size_t sent; /* bytes of out */
	char sha[REDIS_SCRIPTS_MAX][REDIS_SHA_MAX];
	size_t greeted; /* replies of the hello so far */

	/* Its history. */
	uint64_t connection;  /* the number of the present one, or 0 */
	uint64_t connections; /* so far */
	uint32_t failures;    /* in a row */
	uint64_t attempts;    /* that have failed, in all */
	int64_t next_try, down_since;
	bool refused;    /* the last attempt was, and the next will be */
	bool noted;      /* the user has a note that it is down */
	uint32_t losses; /* of a connection that was up, since: */
	int64_t losses_since;
	struct err reason; /* of the last failure */
	struct err lost;   /* why what was under way was lost */
	struct err warned; /* the last warning */

	struct redis_flight flight;
	struct redis_reply peeked; /* parsed, and not taken */
	bool has_peeked;
};

/* Each file calls only those above it in this list. */

/* ---- error.c */

/* Does the error say that the server cannot execute commands at present, or
 * not those of this connection: it is a replica, is loading, ...? */
bool redis_error_passing(struct span text);

/* ---- link.c: the end of a connection */

/* Report to the user; with a lost connection that is only counted, as a detail. */
void redis_link_note(struct redis *r, enum redis_note what, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* Note how many lost connections were only counted, and count from 0 again. */
void redis_link_note_losses(struct redis *r);

/* Close what there is: a lookup, a socket. */
void redis_link_close(struct redis *r);

/* The connection, or an attempt to make it, has failed for the reason in
 * r->reason.  What is under way is lost; try again after a pause. */
void redis_link_lose(struct redis *r, bool refused);

/* Set the timer and the epoll for what ${r} waits for now. */
void redis_link_arm(struct redis *r);

/* In the epoll, wait for ${events} of ${fd} only. */
void redis_link_watch(struct redis *r, int fd, uint32_t events);

/* ---- pump.c: bytes of a connection */

/* Write and read what is possible.  After a failure r->broken is set, and
 * r->reason; *${refused}: by TLS. */
void redis_pump(struct redis *r, bool *refused);

/* ---- hello.c: the first commands of a connection */

/* Put them into r->out.  Return 0; or -1 with r->reason. */
int redis_hello_say(struct redis *r);

enum redis_hello {
	REDIS_HELLO_MORE, /* not all replies are here */
	REDIS_HELLO_DONE,
	REDIS_HELLO_FAILED, /* r->reason says why */
	REDIS_HELLO_REFUSED /* likewise */
};

/* Take their replies.  The answer of a Sentinel is in r->server. */
enum redis_hello redis_hello_take(struct redis *r);

/* ---- connect.c */

/* Take the steps towards a connection that are possible now. */
void redis_connect(struct redis *r);

/* ---- flight.c: commands and their answers */

/* Is there an answer to take? */
bool redis_flight_peek(struct redis *r);

#endif
