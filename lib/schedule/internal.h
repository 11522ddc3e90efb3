/* What the files of lib/schedule share; not for others. */
#ifndef SCHEDULE_INTERNAL_H
#define SCHEDULE_INTERNAL_H

#include "schedule/schedule.h"

/* ---- random.c: jitter need not be secret. */
/* In 0..1. */
double schedule_random(struct schedule *s);
uint64_t schedule_random_bits(struct schedule *s);

/* ---- heap.c: by the time at which they are due */
int schedule_heap_push(struct schedule_heap *h, struct schedule_entry *entry);
void schedule_heap_remove(
    struct schedule_heap *h, struct schedule_entry *entry);

/* ---- ready.c: what can be sent, and what waits for its time, of one endpoint
 */
void schedule_make_ready(struct schedule_entry *entry, bool first);
/* The first one without its mates: they come next. */
struct schedule_entry *schedule_pop_ready(struct schedule_endpoint *e);
/* Make ${entry} ready, together with those of its batch that are. */
void schedule_rejoin(
    struct schedule *s, struct schedule_entry *entry, bool first);
/* Let it wait with its mates until entry->due.  Return 0, or -1. */
int schedule_await(struct schedule *s, struct schedule_entry *entry);
/* It, and its mates, wait no longer. */
void schedule_unwait(struct schedule *s, struct schedule_entry *entry);
/* What is due is ready, ahead of what was never tried. */
void schedule_wake(struct schedule *s);

/* ---- session.c */
/* Put ${entry} into its session, if it is in one: *${behind}: behind others.
 */
enum schedule_added schedule_join_session(
    struct schedule *s, struct schedule_entry *entry, bool *behind);
/* The one that was out is done. */
void schedule_leave_session(
    struct schedule *s, struct schedule_session *session);

/* ---- limits.c */
void schedule_refill(const struct schedule *s, struct schedule_endpoint *e);
/* Does ${e} want to send, and may it? */
bool schedule_may_send(
    const struct schedule *s, const struct schedule_endpoint *e);
/* Try with more at once, in time. */
void schedule_widen(struct schedule *s);

/* ---- outcome.c */
void schedule_give(struct schedule *s, struct schedule_entry *entry,
    enum schedule_outcome outcome, enum schedule_cause cause);

#endif
