/* What the files of lib/receive share. */
#ifndef RECEIVE_PRIVATE_H
#define RECEIVE_PRIVATE_H

#include "receive/dedup.h"
#include "receive/payload.h"
#include "receive/receive.h"

/* A request that waits for its payload to be safe, or lines that wait to be
 * written. */
struct receive_pending {
	struct serve_request *request; /* NULL: lines of the inbox */
	int status;                    /* its answer */
	uint64_t offset;               /* of the output: where its lines end */
	uint64_t lines;
	int64_t number; /* in the inbox */
	int64_t since;  /* without one: by the monotonic clock */
};

struct receive_queue {
	struct receive_pending *item;
	size_t first, count, cap;
};

/* A trouble of late. */
struct receive_trouble {
	char text[ERR_TEXT_MAX];
	uint64_t count; /* how often it was met */
	int64_t last;
};

#define RECEIVE_TROUBLE_KINDS 4

struct receive {
	struct receive_options options;
	struct serve *serve;
	struct serve_output *output;
	struct receive_dedup *dedup;
	struct receive_items items;
	struct buf line;
	struct receive_queue writing; /* until the output has them */
	struct receive_queue commit;  /* until the inbox has them */
	bool flushing;                /* flush is due */
	bool printing;                /* print is due */
	bool watching;                /* overdue is due */
	bool marking;                 /* mark is due */
	bool open;                    /* a transaction is */
	bool more;                    /* the inbox has lines to queue */
	bool failed;
	int64_t queued;      /* the last line of the inbox that was queued, */
	int64_t printed;     /* written, */
	int64_t marked;      /* and dropped there */
	uint64_t printed_to; /* where the one printed last ends */
	struct inbox_place place; /* the output's file; offset is not used */
	uint64_t taken; /* lines accepted by this run and not printed */
	bool broken;    /* the last transaction failed, */
	size_t brought; /* which held so many bytes of bodies */
	size_t needed;  /* and such a one must work again */
	int64_t probed; /* when that was tried last */
	int64_t reported_since;
	unsigned reported;
	struct receive_trouble trouble[RECEIVE_TROUBLE_KINDS];
	struct receive_counters counters;
};

/* What a request brings once it is verified. */
struct receive_payload {
	struct span id;
	enum receive_type type;
	struct span body;
	struct span message; /* the message line; p NULL: print payloads */
};

/* The header of a 503: when to come again. */
extern const char receive_retry_later[];

/* Answer with ${why} as the body. */
void receive_refuse(struct receive *r, struct serve_request *request,
    int status, const char *headers, const char *why);

/* Could another payload be kept now? */
bool receive_has_room(const struct receive *r);

/* Append an item, to be filled in.  NULL without memory. */
struct receive_pending *receive_push(struct receive_queue *q);

/* Answer a payload: with 2xx, or 503 to come again. */
void receive_answer(
    struct receive *r, struct serve_request *request, int status);

/* A request was put into the queue of the output: bound its wait. */
void receive_watch(struct receive *r);

/* Behind the requests at hand make safe what they brought. */
void receive_flush_soon(struct receive *r);

/* The state file cannot be written: all that the open transaction holds is
 * undone, and its senders must come again. */
void receive_inbox_failed(struct receive *r, const struct err *err);

/* Keep the items of ${p} and answer ${request} when they are safe. */
void receive_accept(struct receive *r, struct serve_request *request,
    const struct receive_payload *p);

/* Tell the caller's notice, unless too much was told. */
void receive_report(struct receive *r, enum receive_notice what,
    const char *where, const char *text);

/* Tell the counts of what was not told. */
void receive_report_counted(struct receive *r);

/* ---- resume.c ---------------------------------------------------------- */

/* Drop from the state file the lines that an earlier run has written to the
 * output's file, as far as they are there.  A failure is reported; then they are
 * printed again. */
void receive_resume(struct receive *r);

/* In a transaction: lines up to r->printed are printed.  Return 0, or -1 with
 * ${err}. */
int receive_note_printed(struct receive *r, struct err *err);

/* ---- settle.c ---------------------------------------------------------- */

/* Would the state file take a payload now?  True where there is none. */
bool receive_works(struct receive *r);

#endif
