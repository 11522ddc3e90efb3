#include "deliver/internal.h"

uint64_t
deliver_settled(const struct deliver *d)
{
	return d->count.delivered + d->count.dead + d->count.expired;
}

void
deliver_close(struct deliver *d, struct schedule_entry *entry,
    enum schedule_outcome outcome, const char *reason)
{
	struct deliver_endpoint *e = deliver_endpoint_of(entry->endpoint);
	const struct outgoing_delivery *v = &entry->delivery;
	static const enum store_state state[] = {
	    [SCHEDULE_DELIVERED] = STORE_DELIVERED,
	    [SCHEDULE_DEAD] = STORE_DEAD,
	    [SCHEDULE_EXPIRED] = STORE_EXPIRED};

	store_settle(
	    d->store, &e->kept, &entry->delivery, state[outcome], reason);
	if (d->audit != NULL)
		deliver_audit_settled(
		    d->audit, entry, outcome, reason, d->schedule.wall);
	deliver_receipt(d, entry, outcome, reason, d->schedule.wall);
	if (outcome == SCHEDULE_DELIVERED) {
		e->delivered++;
		d->count.delivered++;
		metrics_observe(&e->latency,
		    (double)deliver_latency(entry, d->schedule.wall) / 1000);
		return;
	}
	if (outcome == SCHEDULE_DEAD) {
		e->dead++;
		d->count.dead++;
	} else {
		e->expired++;
		d->count.expired++;
	}
	deliver_note(d, DELIVER_NOTE_LOST, e, "%.*s: %s after %u attempt%s: %s",
	    (int)v->event->id.n, v->event->id.p,
	    outcome == SCHEDULE_DEAD ? "dead" : "expired", v->attempts,
	    v->attempts == 1 ? "" : "s", reason);
}
