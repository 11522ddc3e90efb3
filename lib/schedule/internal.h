/* Shared by the files of lib/schedule; private to them. */
#ifndef SCHEDULE_INTERNAL_H
#define SCHEDULE_INTERNAL_H

#include "schedule/schedule.h"

/* ---- random.c: for jitter and batch numbers, which need not be secret */
/* Return a number in 0..1. */
double schedule_random(struct schedule *s);
uint64_t schedule_random_bits(struct schedule *s);

/* ---- heap.c: ordered by entry->due */
/* Return 0, or -1 if memory runs out. */
int schedule_heap_push(struct schedule_heap *h, struct schedule_entry *entry);
void schedule_heap_remove(
    struct schedule_heap *h, struct schedule_entry *entry);

/* ---- ready.c: the entries of an endpoint that can be sent, or wait */
/* Add ${entry} to the ready entries, at the front if ${first}. */
void schedule_make_ready(struct schedule_entry *entry, bool first);
/* Remove and return the first ready entry; NULL if there is none.  Its mates
 * stay at the front. */
struct schedule_entry *schedule_pop_ready(struct schedule_endpoint *e);
/* Make ${entry} ready.  If entries of its batch are ready, it joins them. */
void schedule_rejoin(
    struct schedule *s, struct schedule_entry *entry, bool first);
/* Let ${entry} and its mates wait until entry->due.  Return 0, or -1 if memory
 * runs out. */
int schedule_await(struct schedule *s, struct schedule_entry *entry);
/* End the wait of ${entry} and its mates. */
void schedule_unwait(struct schedule *s, struct schedule_entry *entry);
/* Make all entries that are due ready, before those that were never sent. */
void schedule_wake(struct schedule *s);

/* ---- session.c */
/* Add ${entry} to its session, if sessions are ordered and it has one.  Set
 * *${behind} if it has to wait for an earlier entry of the session. */
enum schedule_added schedule_join_session(
    struct schedule *s, struct schedule_entry *entry, bool *behind);
/* The current entry of ${session} is finished: start the next one. */
void schedule_leave_session(
    struct schedule *s, struct schedule_session *session);

/* ---- limits.c */
/* Add the tokens that ${e} has earned since the last call. */
void schedule_refill(const struct schedule *s, struct schedule_endpoint *e);
/* Does ${e} have something ready that it may send now? */
bool schedule_may_send(
    const struct schedule *s, const struct schedule_endpoint *e);
/* Allow more concurrent requests again, if enough time has passed. */
void schedule_widen(struct schedule *s);

/* ---- outcome.c */
/* Append ${entry}, with this outcome, to those for schedule_take_outcome. */
void schedule_give(struct schedule *s, struct schedule_entry *entry,
    enum schedule_outcome outcome, enum schedule_cause cause);

#endif
