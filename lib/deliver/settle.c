#include <stdio.h>

#include "deliver/internal.h"

/* Return why ${entry} was lost, in ${text} or as a constant. */
static const char *
reason_of(const struct schedule_entry *entry, const char *why, char *text,
    size_t size)
{
	switch (entry->cause) {
	case SCHEDULE_BY_ANSWER:
	case SCHEDULE_IS_ABANDONED:
		break;
	case SCHEDULE_TOO_LATE:
		snprintf(text, size,
		    "%s; the next attempt would be later than --give-up-after",
		    why);
		return text;
	case SCHEDULE_NEVER_SENT:
		snprintf(
		    text, size, "%s; not sent within --give-up-after", why);
		return text;
	case SCHEDULE_HELD:
		return "Retry-After of the endpoint is later than "
		       "--give-up-after";
	case SCHEDULE_IS_DOWN:
		snprintf(text, size, "endpoint is down: %s", why);
		return text;
	case SCHEDULE_IS_OFF:
		snprintf(text, size, "endpoint switched off: %s", why);
		return text;
	case SCHEDULE_WAS_OFF:
		return "endpoint is switched off";
	}
	return why;
}

static void
wait_for(struct deliver *d, struct schedule_entry *entry, const char *why)
{
	struct deliver_endpoint *e = deliver_endpoint_of(entry->endpoint);
	struct outgoing_delivery *v = &entry->delivery;

	deliver_note(d, DELIVER_NOTE_DETAIL, e,
	    "%.*s: attempt %u: %s; next in %.1f s", (int)v->event->id.n,
	    v->event->id.p, v->attempts, why,
	    (double)(entry->at - d->schedule.wall) / 1000);
	store_wait(
	    d->store, &e->kept, v, entry->at, entry->outcome == SCHEDULE_WAITS);
}

static void
take_outcome(struct deliver *d, struct schedule_entry *entry, const char *why)
{
	char text[400];

	switch (entry->outcome) {
	case SCHEDULE_DELIVERED:
		deliver_close(d, entry, SCHEDULE_DELIVERED, NULL);
		break;
	case SCHEDULE_DEAD:
	case SCHEDULE_EXPIRED:
		deliver_close(d, entry, entry->outcome,
		    reason_of(entry, why, text, sizeof(text)));
		break;
	case SCHEDULE_LEAVES:
		wait_for(d, entry, why);
		break;
	case SCHEDULE_REVOKED:
		store_withdraw(d->store,
		    &deliver_endpoint_of(entry->endpoint)->kept,
		    &entry->delivery);
		break;
	case SCHEDULE_WAITS:
		wait_for(d, entry, why);
		return;
	case SCHEDULE_RETURNED:
		store_return(d->store,
		    &deliver_endpoint_of(entry->endpoint)->kept,
		    &entry->delivery);
		return;
	}
	schedule_finish(&d->schedule, entry);
}

void
deliver_take_outcomes(struct deliver *d, const char *why)
{
	struct schedule_entry *entry;

	while ((entry = schedule_take_outcome(&d->schedule)) != NULL)
		take_outcome(d, entry, why);
	deliver_load_sessions(d);
}

void
deliver_drop(struct deliver *d, struct deliver_endpoint *e,
    enum schedule_cause cause, const char *why)
{
	while (schedule_drop(&d->schedule, &e->queue, cause))
		deliver_take_outcomes(d, why);
}

void
deliver_withdraw(struct deliver *d)
{
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && d->store->revoked > 0; e = e->next) {
		while (schedule_revoke(&d->schedule, &e->queue))
			deliver_take_outcomes(d, "");
	}
}

void
deliver_settle_unsendable(struct deliver *d)
{
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && !d->schedule.stopped; e = e->next) {
		if (e->queue.ready == NULL)
			continue;
		if (e->queue.off && !d->store->row->parks)
			deliver_drop(d, e, SCHEDULE_WAS_OFF, "");
		while (!e->queue.off &&
		    schedule_expire_held(&d->schedule, &e->queue))
			deliver_take_outcomes(d, "");
	}
}
