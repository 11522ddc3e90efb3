#include "deliver/internal.h"
#include "instant/instant.h"

/* The wall clock was set if it differs from the monotonic one by this much, in
 * ms.  A smaller difference is a gradual correction. */
#define STEP_LEAST 10000

void
deliver_read_clocks(int64_t *now, int64_t *wall)
{
	*now = instant_monotonic();
	*wall = instant_now();
}

void
deliver_save_not_before(struct deliver *d, struct deliver_endpoint *e)
{
	store_set_not_before(d->store, &e->kept,
	    d->schedule.wall + (e->queue.not_before - d->schedule.now));
}

/* The wall clock was set by ${by} ms.  Without an adjustment events would wait
 * longer if it was set back, and seem older if it was set forward. */
static void
stepped(struct deliver *d, int64_t by)
{
	schedule_step(&d->schedule, by);
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		store_step_endpoint(&e->kept, by);
		if (e->queue.not_before > d->schedule.now)
			deliver_save_not_before(d, e);
	}
	for (struct schedule_entry *j = d->accepting; j != NULL; j = j->next)
		j->delivery.since += by;
	store_step(d->store, by);
}

void
deliver_take_time(struct deliver *d)
{
	int64_t now, wall;
	int64_t by;

	d->read_clocks(&now, &wall);
	by = (wall - d->schedule.wall) - (now - d->schedule.now);
	schedule_set_time(&d->schedule, now, wall);
	store_set_time(d->store, now, wall);
	if (by <= -STEP_LEAST || by >= STEP_LEAST)
		stepped(d, by);
}
