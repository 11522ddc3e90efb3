/* Shared by lib/queue/worker*.c; private to them. */
#ifndef QUEUE_WORKER_INTERNAL_H
#define QUEUE_WORKER_INTERNAL_H

#include "queue/worker.h"

/* A pause after an answer QUEUE_UNKNOWN, in ms.  The link has longer ones while
 * there is no connection. */
#define QUEUE_AGAIN_MS 100

/* The lease of one partition. */
enum queue_tenure {
	QUEUE_FREE, /* not ours */
	QUEUE_HELD,
	QUEUE_LEAVING,  /* take nothing more; release it after its events */
	QUEUE_RELEASING /* the release is under way */
};

struct queue_partition {
	enum queue_tenure tenure;
	uint64_t epoch;
	int64_t deadline; /* the lease may have run out */
	/* Taking. */
	bool claiming;           /* what earlier workers had, from ${from} on */
	char from[QUEUE_ID_MAX]; /* see struct queue_answer.next */
	char seen[QUEUE_ID_MAX]; /* the last entry, if ${empty} */
	bool reclaims;           /* start over once no take is under way */
	bool taking;             /* a take is under way */
	bool empty;              /* the last take found nothing */
	bool watched;            /* by the watch that is under way */
	int64_t take_at;         /* take nothing before */
	/* Its events in memory, and those of them that are to be written. */
	struct queue_event *oldest, *newest;
	struct hash_table known; /* by the ID of the entry */
	struct queue_event *dirty, **dirty_end;
	struct queue_event *under_way; /* of the write, linked by next_dirty */
	bool writing;
	int64_t write_at;
	uint32_t writes;
	int64_t release_at;
};

struct queue_worker {
	struct queue_worker_options o;
	struct queue_partition *partition;
	struct queue_event *ready, **ready_end; /* not yet returned */
	size_t ready_count, ready_bytes;
	struct queue_event *last; /* returned last */
	struct queue_event *lost; /* returned, and not yet ended */
	struct queue_worker_counts count;
	int64_t now;
	int64_t beat_at;
	int64_t rest; /* see struct queue_answer; -1: not known */
	bool beating, watching, leaves;
	uint64_t connection; /* of the last answer that had one */
	int64_t watch_at;
};

/* ---- worker_ask.c */
/* Start over with the events of ${p} that are given but not settled. */
void queue_claim(struct queue_partition *p);
/* Ask for all that is due.  Return 0, or -1 if memory ran out. */
int queue_ask(struct queue_worker *w);

/* ---- worker_events.c */
/* Add an entry of ${p}, unless it is known.  Return 0, or -1 if memory ran
 * out. */
int queue_event_add(struct queue_worker *w, struct queue_partition *p,
    const struct queue_taken *taken);
/* The lease of ${p} is lost: nothing of it is written any more. */
void queue_events_lose(struct queue_worker *w, struct queue_partition *p);
/* Revoke the events of ${p}, which this worker leaves. */
void queue_events_revoke(struct queue_worker *w, struct queue_partition *p);
/* Free everything. */
void queue_events_free(struct queue_worker *w);

/* ---- worker_write.c */
/* Ask for the writes that are due.  Return 0, or -1 if memory ran out. */
int queue_write_ask(struct queue_worker *w, struct queue_partition *p);
/* The write of ${p} was done. */
void queue_write_done(struct queue_worker *w, struct queue_partition *p);
/* Free the event ${e}, whether it was written or not. */
void queue_event_free(struct queue_worker *w, struct queue_event *e);

#endif
