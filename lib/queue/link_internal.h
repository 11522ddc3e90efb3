/* Shared by lib/queue/link_*.c; private to them. */
#ifndef QUEUE_LINK_INTERNAL_H
#define QUEUE_LINK_INTERNAL_H

#include "queue/link_redis.h"

/* Words of one request. */
#define QUEUE_LINK_WORDS_MAX 500

/* What a request needs beyond its words. */
struct queue_request_data {
	struct queue_request_data *next; /* of those under way */
	enum queue_request what;
	struct queue_lease lease;
	int64_t asked;
	bool claims; /* TAKE: what was given */
	bool trims;  /* not a request of the worker */
};

struct queue_link_redis {
	struct queue_link base; /* first */
	struct redis *r, *watch;
	char *group, *worker;
	int64_t lease;
	uint32_t partitions;
	int beat, take, write, release, trim;
	struct queue_request_data *under_way; /* any order */
	/* The words of the request that is being made. */
	struct span word[QUEUE_LINK_WORDS_MAX];
	size_t words, keys;
	struct buf text; /* what they point into, as offsets first */
	/* The answer. */
	struct queue_lease_news news[QUEUE_PARTITIONS_MAX];
	struct queue_taken taken[QUEUE_TAKE_MAX];
	uint32_t woken[QUEUE_PARTITIONS_MAX];
	char id[QUEUE_ID_MAX];
	char why[ERR_TEXT_MAX];
};

static inline struct queue_link_redis *
queue_link_of(struct queue_link *k)
{
	return (struct queue_link_redis *)(void *)k;
}

/* ---- link_answer.c */
void queue_request_free(
    struct queue_link_redis *l, struct queue_request_data *q);
/* See struct queue_link_row. */
bool queue_link_next(struct queue_link *k, struct queue_answer *a);

#endif
