/*
 * queue/status: what a group of workers has done with a queue, and what is left.
 * It only reads.
 */
#ifndef QUEUE_STATUS_H
#define QUEUE_STATUS_H

#include "queue/queue.h"

struct queue_status {
	struct redis *r; /* owned by the caller */
	const char *group;
	int script;
};

/* Prepare ${s} for ${r}, before redis_start. */
void queue_status_init(
    struct queue_status *s, struct redis *r, const char *group);

/* One partition. */
struct queue_status_partition {
	struct span worker; /* that has its lease; n 0: none */
	int64_t backlog;    /* entries that no worker has taken */
	int64_t pending;    /* taken, and not settled */
	int64_t retrying;   /* of these, those with a failed attempt */
	int64_t oldest;     /* when the oldest of all these was added (wall
			       clock, ms); 0: there is none */
};
/* Read ${partition}, waiting at most ${ms}.  The texts are valid until the next
 * call with s->r.  Return 0, or -1 with ${err}. */
int queue_status_partition(struct queue_status *s, uint32_t partition,
    int64_t ms, struct queue_status_partition *p, struct err *err);

/* Read the number of live workers, and of dead letters.  Return 0, or -1 with
 * ${err}. */
int queue_status_counts(struct queue_status *s, int64_t ms, int64_t *workers,
    int64_t *dead, struct err *err);

/* A dead letter. */
struct queue_dead {
	struct span id; /* of its entry in {S}:G:dead */
	struct span line, reason;
};
typedef int queue_status_each(void *context, const struct queue_dead *d);
/* Call ${each} with each dead letter, the oldest first, until it does not return
 * 0.  Return its last value; or -1 with ${err}. */
int queue_status_dead(struct queue_status *s, int64_t ms,
    queue_status_each *each, void *context, struct err *err);

#endif
