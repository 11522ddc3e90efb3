/*
 * stream/source: an input that several servers share, a queue in Redis.
 *
 * The queue has one partition, and its numbers are those of the history, so that
 * all servers give a line the same number.  They also share the epoch, which the
 * first of them makes up: the key "{S}:epoch" of the queue S.
 *
 * There are two connections: one waits for new lines, and the other one reads the
 * pages that clients want.  If they are lost they are made again, and continue
 * after the last line that was read.
 */
#ifndef STREAM_SOURCE_H
#define STREAM_SOURCE_H

#include "diag/err.h"
#include "history/history.h"
#include "redis/redis.h"

struct stream_source;

/* Prepare to read the queue that ${o} describes.  Return NULL with ${err}.
 * stream_source_free(NULL) is a no-op. */
struct stream_source *stream_source_new(
    const struct redis_options *o, struct err *err);
void stream_source_free(struct stream_source *s);

/* The URL without its user, for messages. */
const char *stream_source_name(const struct stream_source *s);

/* Connect, find the line from which on ${h} has room and that is not too old, and
 * have ${h} follow from there.  Wait at most ${ms}, also for the queue to be
 * made.  Return 0; or -1 with ${err}. */
int stream_source_start(
    struct stream_source *s, struct history *h, int64_t ms, struct err *err);

/* Are lines read?  Return false with *${why}, which is owned by ${s}, while Redis
 * is away or gives something else. */
bool stream_source_works(const struct stream_source *s, const char **why);

#endif
