/*
 * redis: a client of one Redis server, or of the master that Sentinels name.
 *
 * One thread, one connection, and nothing blocks.  Commands are pipelined: the
 * caller sends any number of them, and takes the replies in the same order.
 *
 *	redis_send(r, argv, 3, context);
 *	redis_wait(r, fd, readable, 1, -1);
 *	while (redis_next(r, &answer))
 *		...
 *
 * If the connection is lost, the answer to each command under way is
 * REDIS_LOST: nobody knows whether it was executed.  So commands must be
 * idempotent, and the caller sends them again.  The connection is made again,
 * with pauses of "full jitter" (https://aws.amazon.com/builders-library/
 * timeouts-retries-and-backoff-with-jitter/), for as long as ${r} exists.
 *
 * What can fail temporarily counts as a lost connection, too: a server that has
 * become a replica (READONLY), is loading (LOADING), or has lost its scripts
 * (NOSCRIPT).
 *
 * hiredis parses the replies (RESP 2).  The socket and TLS are of this module,
 * because hiredis 0.14 has no TLS.  Only this module uses hiredis.
 */
#ifndef REDIS_REDIS_H
#define REDIS_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* Bytes of one reply, its items at all levels together, and its levels.  A
 * server that sends more is not a Redis server, and the connection is closed. */
#define REDIS_REPLY_MAX ((size_t)64 << 20)
#define REDIS_ITEMS_MAX ((size_t)65536)
#define REDIS_DEPTH_MAX 7

/* The most words of one command, and commands under way. */
#define REDIS_WORDS_MAX 4096
#define REDIS_IN_FLIGHT_MAX 65536

/* The most scripts of one connection. */
#define REDIS_SCRIPTS_MAX 16

/* The pause before the N-th attempt to connect is uniformly random from 0 to
 * REDIS_RETRY_BASE * 2^(N-1), at most REDIS_RETRY_CAP, in ms. */
#define REDIS_RETRY_BASE 100
#define REDIS_RETRY_CAP 10000

/* So many lost connections are noted within an hour; the others are only counted, which
 * is noted after the hour, or by redis_free. */
#define REDIS_LOSSES_MAX 10

/* Older servers are refused: XAUTOCLAIM and XTRIM MINID are of 6.2. */
#define REDIS_VERSION_MIN "6.2"

/* ---- Replies ------------------------------------------------------------ */

enum redis_type {
	REDIS_LOST, /* no reply: the connection was lost; text says why */
	REDIS_NIL,
	REDIS_INTEGER,
	REDIS_TEXT, /* a simple or bulk string, any bytes */
	REDIS_ARRAY,
	REDIS_ERROR /* text: "NOPERM this user has no permissions ..." */
};

struct redis_reply {
	enum redis_type type;
	int64_t integer;          /* INTEGER */
	struct span text;         /* TEXT, ERROR, LOST */
	struct redis_reply *item; /* ARRAY */
	size_t items;
};

/* What the caller can do about an error. */
enum redis_error {
	REDIS_ERROR_FULL,   /* memory, disk or replicas are short: try again
			       (OOM, MISCONF, NOREPLICAS) */
	REDIS_ERROR_RIGHTS, /* the user may not do this (NOPERM, NOAUTH) */
	REDIS_ERROR_OTHER   /* a wrong type, a script that failed, ... */
};
enum redis_error redis_error_kind(struct span text);

/* Is ${reply} a string, or an error, with exactly this text? */
bool redis_text_is(const struct redis_reply *reply, const char *text);

/* ---- Connection --------------------------------------------------------- */

/* What a user should know.  ${text} has no "where: " in front of it. */
enum redis_note {
	REDIS_NOTE_DETAIL, /* for -v: an attempt to connect failed */
	REDIS_NOTE_STATE,  /* the connection was lost, or is there again */
	REDIS_NOTE_WARNING /* the server can lose what it acknowledges */
};
typedef void redis_notify(
    void *context, enum redis_note what, const char *text);

struct redis_options {
	const char *url;           /* see redis/url.h */
	const char *user;          /* NULL: that of the URL, or "default" */
	const char *password_file; /* one line, crypto_secret; NULL: no AUTH */
	const char *sentinel_user; /* redis+sentinel only: likewise */
	const char *sentinel_password_file;
	const char *ca_file;         /* rediss only; NULL: the system's */
	const char *certificate;     /* of the client, PEM; or NULL */
	const char *certificate_key; /* its key; NULL: in certificate */
	bool allow_plain;            /* redis:// also beyond loopback */
	/* Times in ms, 0 for the default: to connect, with TLS and AUTH (10 s);
	 * and for which the server may be silent while commands are under way
	 * (30 s), which a BLOCK of a command must not exceed. */
	int64_t connect_ms, answer_ms;
	redis_notify *note; /* or NULL */
	void *context;      /* for ${note} */
};

struct redis;

/* Check the options, read the files, and copy everything.  Do not connect yet.
 * The password files are read again for each connection.  Return NULL with
 * ${err}; it names the option or file. */
struct redis *redis_new(const struct redis_options *o, struct err *err);

/* Close the connection and free ${r}.  Commands under way get no answer.  There may be
 * a last note.
 * NULL is a no-op. */
void redis_free(struct redis *r);

/* The stream that the URL names; see lib/redis/url.h. */
struct span redis_stream(const struct redis *r);

/* The URL without its user, for messages. */
const char *redis_name(const struct redis *r);

/* Load the Lua script ${text}, a string that outlives ${r}, on each connection.
 * Call this before redis_start.  Return its number, for redis_eval. */
int redis_script(struct redis *r, const char *text);

enum redis_started {
	REDIS_UP,
	REDIS_REFUSED,    /* trying again would not help: the password, the
			     certificate, an ACL, the version, or a Sentinel
			     that does not know the master */
	REDIS_UNREACHABLE /* no connection within the time */
};

/* Connect, and wait for it at most ${ms}, with as many attempts as that allows
 * (at least one).  If it is not up, ${err} says why; ${r} continues to try in
 * redis_turn. */
enum redis_started redis_start(struct redis *r, int64_t ms, struct err *err);

/* The number of the present connection, from 1; 0: there is none now.  A new
 * number means that commands under way were lost. */
uint64_t redis_connection(const struct redis *r);

/* Without a connection: since when (instant_monotonic), and why.  With one, -1
 * and "". */
int64_t redis_down_since(const struct redis *r);
const char *redis_down_reason(const struct redis *r);

/* One descriptor, the same for the life of ${r}: it can be read when redis_turn
 * has something to do, including when a time has passed.  For poll(2) and
 * libevent (EV_READ | EV_PERSIST). */
int redis_fd(const struct redis *r);

/* Do what can be done without waiting: connect, write, read.  Call it when
 * redis_fd can be read, and after redis_send. */
void redis_turn(struct redis *r);

/* redis_turn, and wait at most ${ms} (-1: no limit) for an answer, for the
 * connection to be made or lost, or for one of the ${n} (0 to 7) descriptors
 * ${fd} to be readable, which sets its ${readable}; a descriptor of -1 is
 * ignored.  Return 0; or -1 with errno set. */
int redis_wait(
    struct redis *r, const int fd[], bool readable[], size_t n, int64_t ms);

/* ---- Commands ----------------------------------------------------------- */

/* Send a command of ${n} words, which are copied.  ${context} is returned with
 * the answer.  Without a connection, the answer is REDIS_LOST.  Return 0; or -1
 * if memory or REDIS_IN_FLIGHT_MAX is exhausted, and then there is no answer. */
int redis_send(
    struct redis *r, const struct span word[], size_t n, void *context);

/* The same for the script number ${script}: EVALSHA with ${keys} keys first,
 * then the arguments, ${n} words together. */
int redis_eval(struct redis *r, int script, const struct span word[],
    size_t keys, size_t n, void *context);

struct redis_answer {
	void *context;            /* of redis_send */
	struct redis_reply reply; /* valid until the next call with ${r} */
};

/* Take the next answer.  Return false if there is none now. */
bool redis_next(struct redis *r, struct redis_answer *a);

/* Bytes that are not sent yet. */
size_t redis_unsent(const struct redis *r);

/* Send a command and wait for its reply, at most ${ms}.  No other command may be
 * under way.  For start-up.  ${reply} is valid until the next call with ${r}.
 * Return 0; or -1 with ${err}: no connection, no reply in time, or the error
 * that the server replied. */
int redis_call(struct redis *r, const struct span word[], size_t n, int64_t ms,
    struct redis_reply *reply, struct err *err);

/* redis_call for a script. */
int redis_call_script(struct redis *r, int script, const struct span word[],
    size_t keys, size_t n, int64_t ms, struct redis_reply *reply,
    struct err *err);

#endif
