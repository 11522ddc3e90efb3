/* What the files of lib/stream share. */
#ifndef STREAM_PRIVATE_H
#define STREAM_PRIVATE_H

#include "stream/stream.h"
#include "websocket/frame.h"

/* Pieces of a serve_stream that lines leave free for what must be said. */
#define STREAM_SPARE 3

/* How often clients are looked after. */
#define STREAM_TICK_MS 200

/* Lines that one client gets before others have their turn. */
#define STREAM_TURN 64

/* Addresses that tokens or connections are counted for, and how many tokens
 * that fail one address may show in a minute. */
#define STREAM_ADDRESSES 1024
#define STREAM_FAILURES_MAX 30

/* Seconds: the bounds of the buckets of every histogram. */
#define STREAM_BUCKETS 12
extern const double stream_bucket[STREAM_BUCKETS];

struct stream_histogram {
	uint64_t bucket[STREAM_BUCKETS + 1];
	double sum;
	uint64_t count;
};

void stream_observe(struct stream_histogram *h, int64_t ms);

enum stream_kind {
	STREAM_SSE,
	STREAM_WEBSOCKET,
	STREAM_POLL
};
#define STREAM_KINDS 3

/* Who may see what, by a token that was checked. */
struct stream_grant {
	bool all;            /* every session, and lines of none */
	struct buf sessions; /* otherwise: their IDs, each with a 0 byte */
	struct buf subject;  /* who it is */
	int64_t expires;     /* milliseconds since 1970 */
};

/* How one transport puts things.  A row for each kind. */
struct stream_transport {
	const char *name;
	history_renderer *line; /* for the history's slot of this kind */
	/* Append control record ${json}, called ${name}; ${id}: the number up
	 * to which a client is served then, 0: none. */
	void (*control)(
	    struct buf *out, const char *name, uint64_t id, struct span json);
	void (*heartbeat)(struct buf *out);
	/* Append what follows the last record: ${code} of WebSocket. */
	void (*end)(struct buf *out, int code, const char *reason);
};
extern const struct stream_transport stream_transport[STREAM_KINDS];

/* What a client asks for, by its query and headers. */
struct stream_ask {
	struct history_filter *filter; /* NULL: everything */
	bool has_after, has_since, earliest;
	uint64_t after;
	int64_t since_ms, wait_ms;
	struct buf epoch, token;
	struct buf sessions; /* that were asked for, each with a 0 byte */
	enum stream_slow slow;
};

struct stream_client {
	struct stream *stream;
	struct stream_client *previous, *next;
	enum stream_kind kind;
	struct serve_stream *out;      /* NULL: a poll, */
	struct serve_request *request; /* that waits for lines, */
	struct buf cors;               /* and the headers of its answer */
	struct history_cursor cursor;
	struct history_filter *filter;
	struct stream_grant grant;
	struct websocket_reader *reader; /* of a WebSocket */
	enum stream_slow slow;
	bool replaying;         /* has not caught up since it came */
	bool more;              /* has lines to get, and room for them */
	unsigned keep_every;    /* THIN: of so many samples and waves one */
	uint64_t thinned;       /* of them so far */
	struct history_gap gap; /* to be announced; before 0: none */
	const char *gap_reason;
	const char *reason; /* why it ends; NULL: it left */
	/* By the monotonic clock; 0: not so. */
	int64_t began, said, wait_ends;
	int64_t pinged; /* and has sent nothing since */
	int64_t behind; /* by more lines than it may */
	int64_t eased;  /* THIN: the rate was changed */
	uint64_t sent, dropped;
	uint64_t probe; /* a number whose acknowledgement is waited for, */
	int64_t probed; /* and when it was sent */
	struct stream_address *address;
	char peer[80];
};

struct stream_address {
	struct stream_address *next;
	size_t clients;
	unsigned failures;
	int64_t minute;
	char name[];
};

struct stream {
	struct stream_options options;
	struct serve *serve;
	struct serve_input *input;
	struct stream_client *first;
	size_t clients, of_kind[STREAM_KINDS];
	struct stream_address *addresses;
	size_t address_count;
	struct stream_counters count;
	uint64_t connected[STREAM_KINDS], sent[STREAM_KINDS];
	uint64_t slow_ends, lost, thinned;
	struct stream_histogram arrival, delivery[STREAM_KINDS], acked, lasted;
	struct buf line; /* an unfinished one */
	bool overlong;   /* what is left of a line that is too long */
	bool ended;      /* the input */
	bool finishing, stopping, again;
	unsigned audited; /* refusals, in this minute, */
	int64_t audited_minute;
	uint64_t omitted; /* and those that were not */
	unsigned told;
	int64_t told_minute;
	struct buf text;    /* scratch */
	struct err failure; /* of the input or the history */
	struct err refusal; /* of the last token */
};

/* ---- ask.c */
void stream_ask_init(struct stream_ask *a, enum stream_slow slow);
void stream_ask_release(struct stream_ask *a);

/* Read the query and the Last-Event-ID of ${h}.  Return 0; or the HTTP status to
 * refuse it with, and *${why}. */
int stream_ask_read(
    struct stream_ask *a, const struct serve_head *h, const char **why);

/* ---- access.c */

/* May a page of the origin in ${h} read from us?  *${cors} gets the headers that
 * let it, or NULL where it needs none.  Return 0; or the status to refuse it
 * with, and *${why}. */
int stream_check_origin(struct stream *st, const struct serve_head *h,
    struct buf *cors, const char **why);

/* Find the token of ${h} and ${a}, and check it.  As above. */
int stream_check_token(struct stream *st, struct serve_request *r,
    struct stream_ask *a, struct stream_grant *grant, const char **why);

/* Check ${token} at ${now}, and fill ${grant}, which is empty.  Return 0; or -1
 * with *${why}, until the next call. */
int stream_token_read(struct stream *st, struct span token, int64_t now,
    struct stream_grant *grant, const char **why);

void stream_grant_init(struct stream_grant *g);
void stream_grant_release(struct stream_grant *g);
bool stream_grant_allows(const struct stream_grant *g, struct span session);

/* Make ${filter} (may be NULL) let only through what ${g} allows.  Return 0; 403
 * where a session was asked for that it does not; or 500. */
int stream_grant_narrow(
    const struct stream_grant *g, struct stream_ask *a, const char **why);

/* The entry of the address of ${peer}; NULL without memory, or too many. */
struct stream_address *stream_address(struct stream *st, const char *peer);

/* ---- record.c: control records, and lines where they are wrapped */
void stream_put_hello(struct buf *out, const struct stream_client *c);
void stream_put_gap(
    struct buf *out, const struct history_gap *g, const char *reason);
void stream_put_bye(struct buf *out, const char *reason, uint64_t after);
void stream_put_line(struct buf *out, const struct history_entry *e);

/*
 * From here on each file calls only those above it.
 */

/* ---- trail.c: the audit file */

/* Audit that ${c} begins, or, with a ${reason}, that it has ended. */
void stream_audit_client(
    const struct stream_client *c, const char *record, const char *reason);

/* Audit a refusal with HTTP ${status}, 0: before there was a request. */
void stream_audit_refusal(
    struct stream *st, const char *peer, int status, const char *why);

/* ---- tell.c */
void stream_tell(struct stream *st, enum stream_notice what, const char *where,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void stream_refuse(struct stream *st, struct serve_request *r, int status,
    const char *headers, const char *why);

/* ---- member.c: the list of clients */

/* Free ${c}, which is in no list. */
void stream_client_free(struct stream_client *c);

/* Forget ${c}, whose connection is gone. */
void stream_forget(struct stream_client *c);

/* Append a control record to what ${c} gets. */
void stream_say(
    struct stream_client *c, const char *name, uint64_t id, struct span json);

/* ---- gap.c */

/* ${c} has lost what ${gap} says, for ${reason}. */
void stream_lose(
    struct stream_client *c, const struct history_gap *gap, const char *reason);

/* Append what ${c} has lost so far to ${out}. */
void stream_put_lost(struct stream_client *c, struct buf *out);

/* ---- poll.c */

/* Answer ${c}, which is gone then, if there are lines or its time is over, or
 * ${at_once}. */
void stream_answer_poll(struct stream_client *c, bool at_once);

/* ---- leave.c */

/* End ${c}, which learns ${reason}; ${code} is that of a WebSocket. */
void stream_leave(struct stream_client *c, const char *reason, int code);

/* Where the input has ended: stop once all clients have the rest. */
void stream_end_if_done(struct stream *st);

/* ---- slow.c */

/* So long a client may be further behind than it may be. */
#define STREAM_BEHIND_MS 1000

/* ${c} has something that the kernel does not take: see how far it is behind,
 * and do what its policy says.  False: it was disconnected, and is gone. */
bool stream_judge(struct stream_client *c);

/* Is ${e} one that a thinned client goes without? */
bool stream_thins(struct stream_client *c, const struct history_entry *e);

/* ${c} has caught up. */
void stream_caught_up(struct stream_client *c);

/* ---- pump.c */

/* Send ${c} what there is for it. */
void stream_pump(struct stream_client *c);
void stream_pump_all(struct stream *st);

/* ---- websocket.c: what a client of it sends */
void stream_heard(void *client, struct span bytes);

/* ---- client.c */

/* Answer ${r} with a stream of ${kind} that ${a} asks for, behind ${headers};
 * takes what ${a}, ${grant} and, for a poll, ${headers} hold. */
void stream_join(struct stream *st, struct serve_request *r,
    enum stream_kind kind, struct stream_ask *a, struct stream_grant *grant,
    struct buf *headers);

/* ---- lines.c: the input */
void stream_take(void *stream, struct span bytes, int errnum);

/* ---- metrics.c */
void stream_put_metrics(struct stream *st, struct buf *out);

#endif
