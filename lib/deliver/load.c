/* Loading deliveries from the store into memory. */
#include <stdio.h>
#include <stdlib.h>

#include "deliver/internal.h"

/* Lines are accepted in groups of up to GROUP.  Events for which memory has no
 * room must be read from the store again, so the next group waits until there
 * is room for GROUP_HALF.  But a line is safe only once it is accepted, so it
 * waits no longer than GROUP_EVERY ms, or GROUP_EVERY_BUSY ms if events are
 * being settled; then the group may be smaller, too.  Chosen by hand, on a disk
 * that syncs in 5 ms. */
#define GROUP 4096
#define GROUP_HALF 2048
#define GROUP_BUSY 1024
#define GROUP_EVERY 100
#define GROUP_EVERY_BUSY 300

struct loading {
	struct deliver *d;
	struct deliver_endpoint *e;
};

static enum store_taken
take(void *context, struct outgoing_delivery *delivery, int64_t not_before)
{
	struct loading *l = context;
	struct schedule *s = &l->d->schedule;
	struct schedule_entry *entry = schedule_entry_of(delivery);

	if (entry == NULL)
		return STORE_STOP;
	if (not_before > s->wall)
		entry->due = s->now + (not_before - s->wall);
	switch (schedule_add(s, &l->e->queue, entry)) {
	case SCHEDULE_ADDED:
		return STORE_TAKEN;
	case SCHEDULE_SESSION_FULL:
		*delivery = entry->delivery;
		free(entry);
		return STORE_STAYS;
	case SCHEDULE_NO_MEMORY:
		*delivery = entry->delivery;
		free(entry);
		break;
	}
	return STORE_STOP;
}

static void
damaged(
    void *context, const struct outgoing_delivery *delivery, const char *why)
{
	struct loading *l = context;
	struct schedule_entry entry = {
	    .endpoint = &l->e->queue, .delivery = *delivery};
	char reason[ERR_TEXT_MAX + 40];

	snprintf(reason, sizeof(reason), "its line in the spool is damaged: %s",
	    why);
	deliver_close(l->d, &entry, SCHEDULE_DEAD, reason);
}

static bool
is_full(void *context)
{
	struct loading *l = context;

	return l->d->reader.held > DELIVER_MEMORY_MAX;
}

static void
load_endpoint(struct deliver *d, struct deliver_endpoint *e)
{
	struct loading l = {d, e};
	struct store_taker taker = {&l, take, damaged, is_full};
	size_t window = schedule_window(&d->schedule, &e->queue);

	if (e->queue.loaded > window / 2 ||
	    (e->queue.off && d->store->row->parks) ||
	    (e->queue.loaded > 0 && is_full(&l)))
		return;
	store_take(d->store, &e->kept, window - e->queue.loaded, &taker);
}

/* How many lines may be taken now? */
static size_t
lines_wanted(const struct deliver *d)
{
	size_t half = (size_t)d->schedule.policy.queue / 2;
	/* Only a few events of each session are in memory. */
	size_t held =
	    d->schedule.policy.ordered ? d->store->pending : d->schedule.loaded;
	size_t left = held < half ? half - held : 0;
	uint64_t settled = deliver_settled(d) - d->settled_then;
	bool busy = settled > 0 && !d->schedule.underused;

	if (left >= GROUP_HALF)
		return left < GROUP ? left : GROUP;
	/* If the queue is small, most events are read again in any case. */
	if (left > 0 && half < 2 * GROUP_HALF)
		return GROUP;
	if (d->schedule.now - d->accepted_at <
	    (busy ? GROUP_EVERY_BUSY : GROUP_EVERY))
		return 0;
	return busy && settled >= GROUP_BUSY && 2 * settled < GROUP
	    ? (size_t)(2 * settled)
	    : GROUP;
}

void
deliver_load(struct deliver *d)
{
	if (d->schedule.stopped)
		return;
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && !d->store->failed; e = e->next)
		load_endpoint(d, e);
	d->room = lines_wanted(d);
}

void
deliver_load_sessions(struct deliver *d)
{
	struct schedule_session *q;

	while ((q = schedule_take_wanting(&d->schedule)) != NULL) {
		struct deliver_endpoint *e = deliver_endpoint_of(q->endpoint);
		struct loading l = {d, e};
		struct store_taker taker = {&l, take, damaged, is_full};
		bool more = !d->schedule.stopped &&
		    store_take_session(d->store, &e->kept, q->node.key,
			SCHEDULE_SESSION_LEAST, &taker);

		schedule_session_loaded(&d->schedule, q, more);
	}
}
