#include "deliver/internal.h"
#include "instant/instant.h"

/* By how much, in ms, the wall clock must part from the other to have been
 * set: less is but corrected, bit by bit. */
#define STEP_LEAST 10000

/* What is due by a clock that was set back would wait for as long again, and
 * what was accepted by one that was set forward would seem to be old. */
static void
stepped(struct deliver *d, int64_t by)
{
	schedule_step(&d->schedule, by);
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (by < 0 && e->due < INT64_MAX)
			e->due += by;
		if (d->store.spool != NULL &&
		    e->queue.not_before > d->schedule.now)
			deliver_store_hold(d, e);
	}
	for (struct schedule_entry *j = d->accepting; j != NULL; j = j->next)
		j->delivery.since += by;
	if (d->store.spool != NULL)
		deliver_store_stepped(d, by);
}

void
deliver_take_time(struct deliver *d)
{
	int64_t now = instant_monotonic(), wall = instant_now();
	int64_t by = (wall - d->schedule.wall) - (now - d->schedule.now);

	schedule_set_time(&d->schedule, now, wall);
	if (by <= -STEP_LEAST || by >= STEP_LEAST)
		stepped(d, by);
}
