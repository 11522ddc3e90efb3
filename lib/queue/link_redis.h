/*
 * queue/link_redis: the link of a worker to Redis.
 *
 * It has two connections: one for requests, and one that waits for new entries.
 */
#ifndef QUEUE_LINK_REDIS_H
#define QUEUE_LINK_REDIS_H

#include "queue/link.h"
#include "queue/queue.h"

/* The name of a group, and of a worker: bytes of A-Z a-z 0-9 . _ - */
#define QUEUE_NAME_MAX 100

struct queue_link_options {
	struct redis_options redis;
	const char *group;  /* queue_name_ok */
	const char *worker; /* the same; no other live worker has it */
	int64_t lease;      /* ms */
};

/* Is ${name} 1 to QUEUE_NAME_MAX bytes of that kind? */
bool queue_name_ok(const char *name);

/* Check the options and copy them; do not connect yet.  Return NULL with ${err}
 * on failure. */
struct queue_link *queue_link_redis_new(
    const struct queue_link_options *o, struct err *err);
/* NULL is a no-op. */
void queue_link_redis_free(struct queue_link *k);

/* Connect, waiting at most ${ms}, and read the configuration of the queue into
 * ${c}.  Return 1; 0 if the queue does not exist yet; or -1 with ${err}. */
int queue_link_redis_start(
    struct queue_link *k, int64_t ms, struct queue_config *c, struct err *err);

/* The two descriptors of the link; see redis_fd.  queue_link_row.next does
 * what is to be done. */
void queue_link_redis_fds(struct queue_link *k, int fd[2]);

/* The connection for requests; with nothing under way, for redis_call. */
struct redis *queue_link_redis_connection(struct queue_link *k);

#endif
