/*
 * queue: a queue of lines in Redis that many producers fill and many workers
 * take from.
 *
 * What the keys contain is in vitals-formats(5), "Redis".  All keys of the queue
 * S start with "{S}:", so that a cluster stores them in one slot.  The lines are
 * in ${partitions} streams: those of one session are in one of them, in order,
 * and a worker takes whole partitions.
 *
 * This header is what producers, workers and readers share.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "redis/redis.h"

/* The layout, in {S}:config. */
#define QUEUE_VERSION 1

#define QUEUE_PARTITIONS 16 /* the default */
#define QUEUE_PARTITIONS_MAX 256

struct queue_config {
	uint32_t partitions; /* 1 to QUEUE_PARTITIONS_MAX; never changes */
	int64_t keep;    /* ms that entries stay for readers without a group */
	int64_t max_len; /* the most entries of a partition, 0: no limit */
};

/* Set ${key} to "{${stream}}:" and the text of ${fmt}. */
void queue_key(struct buf *key, struct span stream, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Set ${key} to the name of the stream of ${partition}: "{S}:N". */
void queue_key_partition(
    struct buf *key, struct span stream, uint32_t partition);

/* Set ${key} to the name of the key that shows that ${id} is known:
 * "{S}:seen:ID". */
void queue_key_seen(struct buf *key, struct span stream, struct span id);

/* The 64-bit FNV-1a hash of ${bytes}
 * (draft-eastlake-fnv, http://www.isthe.com/chongo/tech/comp/fnv/). */
uint64_t queue_hash(struct span bytes);

/* Map ${key} to one of ${buckets} (at least 1), so that few keys move when
 * their number changes: J. Lamping and E. Veach, "A Fast, Minimal Memory,
 * Consistent Hash Algorithm", arXiv:1406.2294 (2014). */
uint32_t queue_jump(uint64_t key, uint32_t buckets);

/* The partition, from 0, of a line with ${session}, or, if that is empty, with
 * the event ID ${id}. */
uint32_t queue_partition(
    uint32_t partitions, struct span session, struct span id);

/* One entry of a partition's stream. */
struct queue_entry {
	struct span entry; /* its stream ID, "1795415610000-0" */
	struct span line;  /* literally, without its newline */
	struct span id;    /* its event ID */
	uint64_t n;        /* its number in the partition, from 1 */
};

/* Read an entry as XRANGE, XREADGROUP and XAUTOCLAIM return it.  The spans
 * point into ${reply}.  Return 0; or -1 with ${err}: it was not written by
 * vitals-enqueue, or was deleted. */
int queue_entry_read(
    const struct redis_reply *reply, struct queue_entry *e, struct err *err);

/* Read ${reply}, all fields of {S}:config with their values, into ${c}.  Return
 * 1; 0 if there are none; or -1 with ${err}. */
int queue_config_parse(
    const struct redis_reply *reply, struct queue_config *c, struct err *err);

/* Read {S}:config into ${c}, waiting at most ${ms}.  Return 1; 0 if the queue
 * does not exist yet; or -1 with ${err}: no connection, or another version. */
int queue_config_read(
    struct redis *r, struct queue_config *c, int64_t ms, struct err *err);

#endif
