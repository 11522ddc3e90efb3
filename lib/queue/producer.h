/*
 * queue/producer: adds lines to a queue, each once, and in order.
 *
 * The lines are pipelined.  A line that may have been lost with a connection is
 * sent again, and the server recognizes it by its ID; so every line is added
 * exactly once, whatever happens to the connection, the server or this process.
 * If one line cannot be added, those after it in its partition are not added
 * before it.
 *
 *	queue_producer_add(p, &line);
 *	queue_producer_turn(p, &err);
 *	while (queue_producer_next(p, &receipt))
 *		...
 *	redis_wait(r, fd, readable, n, queue_producer_wait(p));
 */
#ifndef QUEUE_PRODUCER_H
#define QUEUE_PRODUCER_H

#include "queue/queue.h"

/* The most lines that are sent and not acknowledged. */
#define QUEUE_WINDOW_MAX 10000

/* With so many bytes of them there is no room for more. */
#define QUEUE_BYTES_MAX ((size_t)64 << 20)

/* A partition is trimmed after so many lines of this process. */
#define QUEUE_TRIM_EVERY 256

struct queue_producer_options {
	struct redis *redis;   /* not started yet; owned by the caller */
	uint32_t partitions;   /* 0: as they are, or QUEUE_PARTITIONS */
	int64_t keep, max_len; /* as in queue_config; -1: unchanged */
	int64_t dedupe_ms;     /* how long IDs are remembered; at least 60 s */
	int64_t replicas;      /* that must have a line, 0 to 100 */
	size_t window;         /* 1 to QUEUE_WINDOW_MAX */
};

struct queue_line {
	uint64_t number; /* the caller's */
	struct span id;  /* id_usable */
	struct span session;
	struct span line;
	bool again; /* a dead letter: the same ID may have been added before */
};

enum queue_outcome {
	QUEUE_ADDED,
	QUEUE_DUPLICATE, /* it was in the queue before */
	QUEUE_OTHER_BODY /* its ID is known with other bytes: not added */
};

/* "18446744073709551615-18446744073709551615" and its final 0 byte */
#define QUEUE_ENTRY_MAX 42

struct queue_receipt {
	enum queue_outcome outcome;
	struct queue_line line;
	/* With QUEUE_ADDED and QUEUE_DUPLICATE: */
	uint32_t partition;
	uint64_t n; /* the line's number in the partition */
	char entry[QUEUE_ENTRY_MAX];
};

struct queue_producer;

/* ${o} is copied.  Return NULL with ${err}: no memory. */
struct queue_producer *queue_producer_new(
    const struct queue_producer_options *o, struct err *err);
void queue_producer_free(struct queue_producer *p); /* NULL is a no-op */

/* Is there room for a line? */
bool queue_producer_has_room(const struct queue_producer *p);

/* Add a line, which is copied.  Return 0, or -1 without memory or room. */
int queue_producer_add(struct queue_producer *p, const struct queue_line *line);

enum queue_state {
	QUEUE_GOOD,
	QUEUE_MISMATCH, /* --partitions differs from those of the queue */
	QUEUE_FAILED /* the server refuses what is needed, or memory ran out */
};

/* Take answers, and send what can be sent.  If not QUEUE_GOOD, ${err} says why;
 * then the caller should stop. */
enum queue_state queue_producer_turn(struct queue_producer *p, struct err *err);

/* Take the next receipt, valid until the next call with ${p}.  Return false if
 * there is none now. */
bool queue_producer_next(struct queue_producer *p, struct queue_receipt *to);

/* Has the queue been found, or created, at least once? */
bool queue_producer_ready(const struct queue_producer *p);

/* How long the caller may wait before the next turn, in ms; -1: no limit. */
int64_t queue_producer_wait(const struct queue_producer *p);

/* The lines that have no receipt yet. */
size_t queue_producer_pending(const struct queue_producer *p);

/* Since when (instant_monotonic) no line can be added, and why; -1 and "" if
 * they can.  The server is away, is full, or lacks replicas. */
int64_t queue_producer_stuck_since(const struct queue_producer *p);
const char *queue_producer_stuck_reason(const struct queue_producer *p);

/* Wait for no more answers: from now on all lines can be withdrawn, and nothing
 * else may be called but that and queue_producer_free. */
void queue_producer_stop(struct queue_producer *p);

/* Is the server there, but full or short of replicas? */
bool queue_producer_full(const struct queue_producer *p);

/* Take back the oldest line without a receipt, valid until the next call with
 * ${p}.  It may have been added.  Return false if there is none, or if answers
 * are still to come. */
bool queue_producer_withdraw(struct queue_producer *p, struct queue_line *to);

#endif
