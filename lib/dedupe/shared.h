/*
 * dedupe/shared: asks the questions of dedupe/dedupe.h in Redis.
 *
 * The key of the event ID of the stream S is "{S}:got:ID".  vitals-formats(5),
 * "Redis", describes it.  Nothing blocks: answers come through the event loop.
 */
#ifndef DEDUPE_SHARED_H
#define DEDUPE_SHARED_H

#include "dedupe/dedupe.h"
#include "diag/err.h"
#include "redis/redis.h"

struct dedupe_shared;

/* Milliseconds for which Redis may be silent; then the connection is made
 * again. */
#define DEDUPE_ANSWER_MS 5000

/* Prepare the connection that ${o} describes.  Settled keys last ${keep_ms}.
 * Return NULL with ${err}.  dedupe_shared_free(NULL) is a no-op; questions are
 * the caller's. */
struct dedupe_shared *dedupe_shared_new(
    const struct redis_options *o, int64_t keep_ms, struct err *err);
void dedupe_shared_free(struct dedupe_shared *s);

/* The URL without its user, for messages. */
const char *dedupe_shared_name(const struct dedupe_shared *s);

/* As redis_start. */
enum redis_started dedupe_shared_start(
    struct dedupe_shared *s, int64_t ms, struct err *err);

/* As redis_fd and redis_turn; the latter also sends questions that wait. */
int dedupe_shared_fd(const struct dedupe_shared *s);
void dedupe_shared_turn(struct dedupe_shared *s);

void dedupe_shared_ask(struct dedupe_shared *s, struct dedupe_question *q);

/* See dedupe_next. */
struct dedupe_question *dedupe_shared_next(struct dedupe_shared *s);

/* Wait at most ${ms} until all questions have an answer.  For use outside the
 * event loop. */
void dedupe_shared_wait(struct dedupe_shared *s, int64_t ms);

/* Return the first question that dedupe_shared_next has not returned, or
 * NULL. */
struct dedupe_question *dedupe_shared_first(const struct dedupe_shared *s);

/* Would a question be sent now?  Return false and set *${why} if Redis is away,
 * or could not answer an earlier one. */
bool dedupe_shared_works(const struct dedupe_shared *s, const char **why);

#endif
