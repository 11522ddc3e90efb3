/* Shared by the files of lib/receive. */
#ifndef RECEIVE_PRIVATE_H
#define RECEIVE_PRIVATE_H

#include "cloudevent/binary.h"
#include "dedupe/shared.h"
#include "metrics/metrics.h"
#include "receive/dedup.h"
#include "receive/payload.h"
#include "receive/receive.h"

/* A request with events of which other receivers may have copies: see
 * dedupe/dedupe.h. */
struct receive_claim {
	struct dedupe_question question; /* its context is the claim */
	struct receive_claim *next;      /* in receive.decided */
	struct serve_request *request;   /* NULL: answered, or of an earlier
					    run */
	struct span id;                  /* as in receive_payload.header_id */
	int64_t since;                   /* of the request: monotonic time */
	/* For each event of the question, an int64_t: with a state file the
	 * number of its line, or 0 if it was known; otherwise the end of its
	 * line in lines. */
	struct buf marks;
	struct buf lines; /* without a state file: to print */
	int64_t number;   /* with one: of the first line; 0: there is none */
	int64_t last;     /* likewise: what is decided with the claim */
	uint64_t added;   /* lines of this request that are undecided, or that
			     are printed */
	/* Without a state file: the lines are in the queue of the output, are
	 * written, or cannot be written. */
	bool printing, printed, failed;
	bool asking;  /* the question has no answer yet */
	bool applied; /* the open transaction has the decision */
};

/* A request whose payload is not safe yet, or lines that are not written
 * yet. */
struct receive_pending {
	struct serve_request *request; /* NULL: lines of the inbox */
	struct span id;                /* as in receive_payload.header_id */
	int status;                    /* its answer */
	uint64_t offset;               /* in the output: the end of its lines */
	uint64_t lines;
	int64_t number;              /* in the inbox */
	int64_t since;               /* of the request: monotonic time */
	struct receive_claim *claim; /* has the request, if not NULL: owned */
};

struct receive_queue {
	struct receive_pending *item;
	size_t first, count, cap;
};

/* A recent problem. */
struct receive_trouble {
	char text[ERR_TEXT_MAX];
	uint64_t count; /* how often it occurred */
	int64_t last;
};

#define RECEIVE_TROUBLE_KINDS 4

#define RECEIVE_STATUSES 500

struct receive {
	struct receive_options options;
	struct serve *serve;
	struct serve_output *output;
	struct receive_dedup *dedup;
	struct receive_items items;
	struct cloudevent_binary binary;
	struct buf event; /* that, in JSON, then its source and ID */
	struct buf line;
	struct buf scoped;                /* an ID with its path */
	struct receive_queue writing;     /* not yet in the output */
	struct receive_queue uncommitted; /* not yet committed to the inbox */
	bool flushing;                    /* flush is due */
	bool printing;                    /* print is due */
	bool watching;                    /* overdue is due */
	bool marking;                     /* mark is due */
	bool open;                        /* a transaction is open */
	bool more;                        /* the inbox has lines to queue */
	bool failed;
	int64_t queued;      /* number of the last inbox line that was
				queued, */
	int64_t printed;     /* written, */
	int64_t marked;      /* and deleted there */
	int64_t begun;       /* number of a line whose start the output has, */
	size_t begun_n;      /* and the length of that */
	uint64_t printed_to; /* output offset of the end of the last printed
				line */
	struct inbox_place place; /* file of the output; offset is unused */
	uint64_t unprinted; /* lines accepted by this run and not printed */
	bool broken;        /* the last transaction failed, */
	size_t brought;     /* bytes of bodies in that transaction */
	size_t needed;      /* bytes that must be writable again */
	int64_t probed;     /* time of the last inbox_probe */
	int64_t reported_since;
	unsigned reported;
	struct receive_trouble trouble[RECEIVE_TROUBLE_KINDS];
	struct receive_counters counters;
	uint64_t answered[RECEIVE_STATUSES]; /* by HTTP status, from 100 */
	uint64_t failed_clients;
	struct metrics_histogram latency; /* of payloads, in seconds */
	bool audit_broken;                /* the audit file cannot be written */
	int64_t audit_tried;    /* monotonic time of the last attempt to */
	int64_t audited_minute; /* monotonic time: start of a minute, */
	unsigned audited;       /* and what needs no key written in it */
	uint64_t audit_omitted; /* of that, since the last line */
	bool audit_pushing;     /* push is due */
	/* With options.shared: */
	const char *owner;             /* in tokens */
	char run[17];                  /* that, without a state file */
	uint64_t attempts;             /* claims made, likewise */
	serve_callback *turn;          /* of share.c: takes answers, */
	bool turning;                  /* and is due */
	size_t claims;                 /* that are not decided and applied */
	struct receive_claim *decided; /* not yet committed, oldest first */
	int64_t decided_to;            /* inbox lines up to it can be printed */
	int64_t renewed;               /* when claims were renewed */
};

/* A verified request. */
struct receive_payload {
	const struct receive_path *path;
	struct span header_id; /* in a header; p NULL: there is none, and its
				  ID is the hash of its body */
	struct span id;
	enum receive_type type;
	bool binary;         /* a CloudEvent in binary mode, */
	struct span key;     /* and its source and ID */
	struct span body;    /* of the request, or that event in JSON */
	bool is_message;     /* it is printed as a message, */
	struct span message; /* and this is its line */
};

/* The Retry-After header of a 503. */
extern const char receive_retry_later[];

/* What became of a request. */
struct receive_outcome {
	int status;
	const char *why; /* of a refusal; otherwise NULL */
	bool verified;   /* its signature matched */
	struct span id;  /* as in receive_payload.header_id, if verified */
	uint64_t lines;  /* that it added */
	int64_t since;   /* monotonic time when it was complete; 0: now */
};

/* Refuse a request, with ${headers} (whole lines, or NULL) and with the reason
 * as the body. */
void receive_reject(struct receive *r, struct serve_request *request,
    const struct receive_outcome *o, const char *headers);

/* Refuse a request that is not verified. */
void receive_refuse(struct receive *r, struct serve_request *request,
    int status, const char *headers, const char *why);

/* Is there room for another payload? */
bool receive_has_room(const struct receive *r);

/* Append an item for the caller to fill in.  Return NULL if out of memory. */
struct receive_pending *receive_push(struct receive_queue *q);

/* Answer the request of ${p} with 2xx, or with 503 so that the sender
 * retries. */
void receive_answer(
    struct receive *r, const struct receive_pending *p, int status);

/* Limit how long the requests in the queue of the output wait. */
void receive_watch(struct receive *r);

/* Commit after the requests of this round of the event loop. */
void receive_flush_soon(struct receive *r);

/* The state file cannot be written: roll back the open transaction and answer
 * its senders with 503, so that they retry. */
void receive_inbox_failed(struct receive *r, const struct err *err);

/* Store the items of ${p}, and answer ${request} when they are safe. */
void receive_accept(struct receive *r, struct serve_request *request,
    const struct receive_payload *p);

/* Call the caller's notice, or only count if there were too many. */
void receive_report(struct receive *r, enum receive_notice what,
    const char *where, const char *text);

/* Report the counts of what was not reported. */
void receive_report_counted(struct receive *r);

/* ---- binary.c ---------------------------------------------------------- */

/* Is the request a CloudEvent in binary mode: has it a header of an attribute,
 * and not the Content-Type of structured or batched mode? */
bool receive_is_binary(const struct serve_head *h);

/* Does the verified signature of ${keys} cover all attributes in ${h}?  If not,
 * *${name} is the header of one that it does not cover. */
bool receive_binary_covered(const struct serve_head *h,
    const struct sign_keys *keys, struct span *name);

/* Replace the body of ${p} by the event that ${h} and it are, and make it the
 * only item.  Return 0; or -1 with ${err}.  If memory ran out, *${memory} is
 * set. */
int receive_binary_read(struct receive *r, const struct serve_head *h,
    struct receive_payload *p, bool *memory, struct err *err);

/* Write the headers of the attributes as members. */
void receive_binary_put_headers(
    const struct serve_head *h, struct json_writer *w);

/* ---- record.c ---------------------------------------------------------- */

/* Write a line for ${request} to the audit file, if there is one.  Refusals and
 * requests that are not verified are only counted above RECEIVE_AUDITED_MAX.
 * Return false if the file cannot be written. */
bool receive_audit(struct receive *r, const struct serve_request *request,
    const struct receive_outcome *o);

/* Can the audit file be written, and is it read if it is a FIFO?  Return false
 * with *${why} if not.  After a failure, try again from time to time. */
bool receive_audit_works(struct receive *r, const char **why);

/* At the end: write what is left, for at most ${ms}.  A failure is reported. */
void receive_audit_finish(struct receive *r, int64_t ms);

/* Set up the counts of the metrics, and count an answer. */
void receive_counts_init(struct receive *r);
void receive_count(struct receive *r, const struct receive_outcome *o);

/* ---- metrics.c --------------------------------------------------------- */

/* Answer with the metrics. */
void receive_answer_metrics(struct receive *r, struct serve_request *request);

/* ---- resume.c ---------------------------------------------------------- */

/* Delete from the state file those lines that an earlier run has written to the
 * output file, and find the line that it has begun.  A failure is reported; if
 * they cannot be read, all are printed again. */
void receive_resume(struct receive *r);

/* In a transaction: record that the lines up to r->printed are printed.  Return
 * 0, or -1 with ${err}. */
int receive_note_printed(struct receive *r, struct err *err);

/* ---- claim.c ----------------------------------------------------------- */

/* Return a new claim for ${request}, of ${p}, or NULL if out of memory.  p NULL:
 * of an earlier run.  receive_claim_free(NULL) is a no-op. */
struct receive_claim *receive_claim_new(
    struct serve_request *request, const struct receive_payload *p);
void receive_claim_free(struct receive_claim *c);

/* Get and add marks. */
int64_t receive_claim_mark(const struct receive_claim *c, size_t i);
void receive_claim_add_mark(struct receive_claim *c, int64_t mark);

/* Answer the request of ${c}, if it has one, with ${status} and the reason
 * ${why}, which is NULL for a 2xx. */
void receive_claim_answer(
    struct receive *r, struct receive_claim *c, int status, const char *why);

/* Answer the request of ${c}, of which event ${c}->question.conflict is known
 * with another body. */
void receive_claim_conflict(struct receive *r, struct receive_claim *c);

/* Does a payload need a decision of the receivers? */
static inline bool
receive_shares(const struct receive *r)
{
	return r->options.shared != NULL;
}

/* Can a claim be decided now?  Return false with *${why} if not. */
bool receive_claims_work(const struct receive *r, const char **why);

/* The lines of ${c} are in the state file, or without one it is new: ask.  Takes
 * ownership. */
void receive_claim_begin(struct receive *r, struct receive_claim *c);

/* Ask the question of ${c} again; it is sent in the next round of the loop. */
void receive_claim_ask(struct receive *r, struct receive_claim *c);

/* The lines of ${c} are printed; or cannot be printed.  Takes ownership. */
void receive_claim_printed(struct receive *r, struct receive_claim *c);
void receive_claim_unprinted(struct receive *r, struct receive_claim *c);

/* Free ${c}, which began. */
void receive_claim_end(struct receive *r, struct receive_claim *c);

/* The transaction with decisions was committed, or rolled back. */
void receive_claims_committed(struct receive *r);
void receive_claims_rolled_back(struct receive *r);

/* Free all claims that are not in a queue. */
void receive_claims_free(struct receive *r);

/* ---- settle.c ---------------------------------------------------------- */

/* Could a payload be written to the state file now?  True if there is no state
 * file. */
bool receive_works(struct receive *r);

/* Begin a transaction unless one is open.  Return 0; or -1 with ${err}. */
int receive_open(struct receive *r, struct err *err);

/* Create the output, and begin to print what is stored.  Return 0, or -1 with
 * ${err}. */
int receive_output_start(struct receive *r, struct err *err);
void receive_lines_start(struct receive *r);

/* After the event loop: commit what is open; write the lines, for a limited
 * time. */
void receive_commit_rest(struct receive *r);
void receive_write_rest(struct receive *r);

/* Delete the printed lines from the inbox. */
void receive_mark(void *receive);

/* Append the claim ${c}, of which ${lines} are granted, to the output.  Return
 * 0; or -1 if out of memory. */
int receive_print_claim(
    struct receive *r, struct receive_claim *c, struct span lines);

/* ---- share.c ----------------------------------------------------------- */

/* Begin to share: with a state file, ask again for its undecided lines.  Return
 * 0, or -1 with ${err}. */
int receive_share_start(struct receive *r, struct err *err);

/* After the event loop: settle what is printed, waiting at most ${ms}. */
void receive_share_finish(struct receive *r, int64_t ms);

#endif
