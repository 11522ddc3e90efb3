/* What the files of lib/enqueue share; not for others. */
#ifndef ENQUEUE_INTERNAL_H
#define ENQUEUE_INTERNAL_H

#include "enqueue/bridge.h"
#include "enqueue/enqueue.h"
#include "filter/bad.h"
#include "outgoing/event.h"
#include "queue/producer.h"

/* Marks the number of a line that is from the spool. */
#define ENQUEUE_SPOOLED (UINT64_C(1) << 63)

struct enqueue_counts {
	uint64_t queued, duplicate, spooled, drained, refused;
};

struct enqueue_run {
	const struct enqueue_options *o;
	struct redis *redis;
	struct queue_producer *p;
	struct enqueue_bridge *bridge; /* NULL: none */
	struct outgoing_reader reader;
	struct ndjson_reader *in;
	struct ndjson_writer *out;
	struct filter_bad bad;
	int signals;  /* a signalfd */
	int writable; /* an epoll that can be read when stdout can be written */
	int status;   /* of cli_exit */
	bool fatal;   /* the run cannot go on, and it was reported */
	bool more;    /* stdin may have more */
	bool ending;  /* SIGINT: end with the input */
	bool mismatch;      /* the queue has other partitions, as reported */
	bool output_failed; /* it was reported */
	bool noted_full;    /* that the server takes no lines */
	int64_t stop;       /* monotonic time to leave at; -1: not stopping */
	int64_t ended;      /* when the input did */
	size_t
	    fills; /* after a signal: how often to read what is in the pipe */
	size_t direct;   /* lines in the producer that are not from the spool */
	int64_t fed;     /* the last line of the spool in the producer */
	struct buf held; /* receipts until the spool is committed */
	struct enqueue_counts count;
};

/* Each file calls only those above it in this list. */

/* ---- signals.c */

/* Take the signals that came. */
void enqueue_take_signals(struct enqueue_run *r);

/* Is stdin a file, which can be read again? */
bool enqueue_reads_file(void);

/* ---- output.c */

void enqueue_fail(struct enqueue_run *r, int status);

/* Report ${text}; the run ends. */
void enqueue_is_fatal(struct enqueue_run *r, int status, const char *text);

/* A note of the connection. */
void enqueue_note(void *context, enum redis_note what, const char *text);

/* The receipt of a line that the queue has; or, with ${receipt} NULL, of the
 * line ${id} that the spool will have after its next commit. */
void enqueue_receipt(
    struct enqueue_run *r, struct span id, const struct queue_receipt *receipt);

/* The spool was committed: write the receipts of its lines. */
void enqueue_release_receipts(struct enqueue_run *r);

/* Report a line of the queue's refusal, and reject it. */
void enqueue_refuse(struct enqueue_run *r, const struct queue_line *line);

/* At the end: wait until all receipts are written; after a signal at most for
 * ENQUEUE_GRACE. */
void enqueue_drain_output(struct enqueue_run *r);

/* ---- spool.c: between the producer and the spool */

/* Move lines from one to the other as the server requires, and commit. */
void enqueue_spool_turn(struct enqueue_run *r);

/* Give a line to the producer or the spool.  Return 0; or -1, reported. */
int enqueue_pass(struct enqueue_run *r, const struct queue_line *line);

/* ---- input.c */

bool enqueue_wants_lines(const struct enqueue_run *r);

/* Take the lines that are there without blocking. */
void enqueue_take_lines(struct enqueue_run *r, bool readable);

/* At the end: report what was read and is not acknowledged, and reject it. */
void enqueue_report_left(struct enqueue_run *r);

#endif
