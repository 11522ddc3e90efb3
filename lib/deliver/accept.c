/* Accepting lines into the store. */
#include <errno.h>
#include <stdio.h>

#include "deliver/internal.h"

/* The longest reason shown for a lost event.  The reasons that this module
 * writes are shorter. */
#define REASON_MAX 1024

static const enum schedule_outcome outcome_of[] = {
    [STORE_DELIVERED] = SCHEDULE_DELIVERED,
    [STORE_DEAD] = SCHEDULE_DEAD,
    [STORE_EXPIRED] = SCHEDULE_EXPIRED};

/* Write the receipt of an event that was settled in an earlier run. */
static void
repeat_receipt(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, const struct store_record *old)
{
	struct schedule_entry entry = {.endpoint = &e->queue,
	    .delivery = {.event = event,
		.attempts = old->attempts,
		.first = old->first,
		.since = old->since,
		.last_status = old->status}};
	char reason[REASON_MAX];

	/* If it was settled in this run, there is a receipt already. */
	if (old->at >= d->began && old->at <= d->schedule.wall)
		return;
	snprintf(reason, sizeof(reason), "%.*s", (int)old->error.n,
	    old->error.n > 0 ? old->error.p : "");
	deliver_receipt(d, &entry, outcome_of[old->state],
	    old->state == STORE_DELIVERED && reason[0] == '\0' ? NULL : reason,
	    old->at);
	if (old->state != STORE_DELIVERED)
		d->count.known_lost++;
}

/* Is there room for another delivery to ${e} in memory, besides ${held}? */
static bool
has_room_for(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held)
{
	return !e->kept.more && !e->queue.off &&
	    held < schedule_window(&d->schedule, &e->queue) &&
	    d->reader.held <= DELIVER_MEMORY_MAX;
}

/* Keep ${event} until the next commit; see deliver_accept.  Return 0, or -1 if
 * memory runs out. */
static int
expect(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, bool unlogged)
{
	struct schedule_entry *entry = schedule_entry_new(event);

	if (entry == NULL)
		return -1;
	entry->endpoint = &e->queue;
	entry->delivery.unlogged = unlogged;
	*d->accepting_end = entry;
	d->accepting_end = &entry->next;
	return 0;
}

static void
count_accepted(struct deliver *d, struct deliver_endpoint *e)
{
	e->accepted++;
	d->count.accepted++;
}

/* Give ${event} to ${e}.  Return 0, or -1 if memory runs out. */
static int
give(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, bool is_new)
{
	bool has_room = has_room_for(d, e, e->queue.loaded + e->kept.coming);
	struct schedule_entry *entry;
	struct store_record old;
	bool unlogged = false;

	switch (store_accept(
	    d->store, &e->kept, event, is_new, has_room, &unlogged, &old)) {
	case STORE_ACCEPTED:
		entry = schedule_entry_new(event);
		if (entry == NULL ||
		    schedule_add(&d->schedule, &e->queue, entry) !=
			SCHEDULE_ADDED) {
			schedule_entry_free(entry);
			store_uncount(d->store, &e->kept);
			return -1;
		}
		count_accepted(d, e);
		return 0;
	case STORE_COMING:
		count_accepted(d, e);
		return expect(d, e, event, unlogged);
	case STORE_COMING_BACK:
		count_accepted(d, e);
		return 0;
	case STORE_PENDING:
	case STORE_AGAIN:
		d->count.known++;
		return 0;
	case STORE_SETTLED:
		d->count.known++;
		repeat_receipt(d, e, event, &old);
		return 0;
	case STORE_REFUSED:
		/* deliver_accept will refuse it. */
		e->kept.coming++;
		return expect(d, e, event, false);
	}
	return 0;
}

/* Report once that the store accepts no more events.  Those that it has are
 * still delivered, if possible. */
static void
report_refusal(struct deliver *d)
{
	if (d->refusal_reported || !d->store->accept_failed)
		return;
	d->refusal_reported = true;
	d->out->report(d->out->context, DELIVER_NOTE_OUTPUT, "",
	    d->store->accept_err.text);
}

/* Give ${event} to ${one}, or to all that want it. */
static enum deliver_taken
give_all(struct deliver *d, struct outgoing_event *event,
    struct deliver_endpoint *one, size_t *given, struct err *err)
{
	enum store_event kind = store_accept_event(d->store, event);
	struct deliver_endpoint *e;

	if (kind == STORE_OTHER_BODY) {
		err_set(err, "the ID \"%.*s\" is known with another body",
		    (int)event->id.n, event->id.p);
		return DELIVER_BAD_LINE;
	}
	for (e = one != NULL ? one : d->endpoint; e != NULL;
	     e = one != NULL ? NULL : e->next) {
		if (one == NULL &&
		    (!e->added || !deliver_endpoint_wants(e, event)))
			continue;
		++*given;
		if (give(d, e, event, kind == STORE_NEW) != 0) {
			err_set(err, "out of memory");
			return DELIVER_FAILED;
		}
	}
	report_refusal(d);
	return DELIVER_TAKEN;
}

enum deliver_taken
deliver_take(struct deliver *d, struct span line, struct err *err)
{
	struct outgoing_event *event;
	struct deliver_endpoint *one;
	enum deliver_taken taken;
	size_t given = 0;

	event = outgoing_event_read(&d->reader, line, d->schedule.wall, err);
	if (event == NULL)
		return errno == ENOMEM ? DELIVER_FAILED : DELIVER_BAD_LINE;
	if (d->schedule.policy.batch > 1 && !event->cloudevent) {
		outgoing_event_unref(event);
		err_set(err, "not a CloudEvent: batches hold nothing else");
		return DELIVER_BAD_LINE;
	}
	taken = deliver_route(d, event, &one, err);
	if (taken == DELIVER_TAKEN) {
		taken = give_all(d, event, one, &given, err);
		d->room -= d->room > given ? given + (given == 0) : d->room;
		if (taken == DELIVER_TAKEN) {
			d->count.taken++;
			d->count.unmatched += given == 0;
		}
	}
	outgoing_event_unref(event);
	return taken;
}

/* ${entry} is committed: add it to the schedule, or leave it in the store if
 * memory is full. */
static void
admit(struct deliver *d, struct schedule_entry *entry)
{
	struct deliver_endpoint *e = deliver_endpoint_of(entry->endpoint);
	struct store_endpoint *kept = &e->kept;

	store_came(d->store, kept);
	if (has_room_for(d, e, e->queue.loaded)) {
		switch (schedule_add(&d->schedule, &e->queue, entry)) {
		case SCHEDULE_ADDED:
			store_passed(kept, entry->delivery.event->seq);
			return;
		case SCHEDULE_SESSION_FULL:
			store_passed(kept, entry->delivery.event->seq);
			break;
		case SCHEDULE_NO_MEMORY:
			break;
		}
	}
	store_put_back(d->store, kept, &entry->delivery);
	schedule_entry_free(entry);
}

/* ${entry} could not be committed, and no copy of it is left: report it as
 * dead. */
static void
refuse(struct deliver *d, struct schedule_entry *entry, const struct err *why)
{
	struct deliver_endpoint *e = deliver_endpoint_of(entry->endpoint);
	struct outgoing_event *event = entry->delivery.event;
	char reason[ERR_TEXT_MAX + 32];

	snprintf(reason, sizeof(reason), "not accepted: %s", why->text);
	event->seq = 0; /* the rollback undid it */
	if (d->audit != NULL)
		deliver_audit_settled(
		    d->audit, entry, SCHEDULE_DEAD, reason, d->schedule.wall);
	deliver_receipt(d, entry, SCHEDULE_DEAD, reason, d->schedule.wall);
	e->dead++;
	d->count.dead++;
	deliver_note(d, DELIVER_NOTE_LOST, e, "%.*s: %s", (int)event->id.n,
	    event->id.p, reason);
	schedule_entry_free(entry);
}

void
deliver_accept(struct deliver *d)
{
	struct schedule_entry *entry, *next;
	bool any = d->accepting != NULL;
	bool good = store_commit(d->store, any);

	report_refusal(d);
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && any && !good; e = e->next)
		store_recount(d->store, &e->kept);
	if (any) {
		d->accepted_at = d->schedule.now;
		d->settled_then = deliver_settled(d);
	}
	for (entry = d->accepting; entry != NULL; entry = next) {
		next = entry->next;
		entry->next = NULL;
		deliver_endpoint_of(entry->endpoint)->kept.coming--;
		if (good)
			admit(d, entry);
		else
			refuse(d, entry, store_accept_failure(d->store));
	}
	d->accepting = NULL;
	d->accepting_end = &d->accepting;
}
