#include "schedule/internal.h"

void
schedule_give(struct schedule *s, struct schedule_entry *entry,
    enum schedule_outcome outcome, enum schedule_cause cause)
{
	entry->outcome = outcome;
	entry->cause = cause;
	entry->next_outcome = NULL;
	*s->outcome_end = entry;
	s->outcome_end = &entry->next_outcome;
}

struct schedule_entry *
schedule_take_outcome(struct schedule *s)
{
	struct schedule_entry *entry = s->outcome;

	if (entry == NULL)
		return NULL;
	s->outcome = entry->next_outcome;
	if (s->outcome == NULL)
		s->outcome_end = &s->outcome;
	entry->next_outcome = NULL;
	return entry;
}

bool
schedule_drop(
    struct schedule *s, struct schedule_endpoint *e, enum schedule_cause cause)
{
	struct schedule_entry *entry;
	bool any = e->ready != NULL;

	for (entry = e->oldest; entry != NULL; entry = entry->newer) {
		if (entry->heap == 0)
			continue;
		any = true;
		schedule_unwait(s, entry);
		schedule_make_ready(entry, false);
	}
	while ((entry = schedule_pop_ready(e)) != NULL)
		schedule_give(s, entry, SCHEDULE_DEAD, cause);
	return any;
}

/* Give those of ${first} and its mates that are revoked this outcome.  Return
 * the others. */
static struct schedule_entry *
sift(struct schedule *s, struct schedule_entry *first, bool *any)
{
	struct schedule_entry *left = NULL, **end = &left, *entry, *mate;

	for (entry = first; entry != NULL; entry = mate) {
		mate = entry->mate;
		entry->mate = NULL;
		if (entry->delivery.event->revoked) {
			schedule_give(
			    s, entry, SCHEDULE_REVOKED, SCHEDULE_IS_ABANDONED);
			*any = true;
			continue;
		}
		*end = entry;
		end = &entry->mate;
	}
	return left;
}

static bool
has_revoked(const struct schedule_entry *entry)
{
	while (entry != NULL && !entry->delivery.event->revoked)
		entry = entry->mate;
	return entry != NULL;
}

static bool
revoke_waiting(struct schedule *s, struct schedule_endpoint *e)
{
	bool any = false;

	for (struct schedule_entry *entry = e->oldest; entry != NULL;
	     entry = entry->newer) {
		struct schedule_entry *left;
		int64_t due = entry->due;

		if (entry->heap == 0 || !has_revoked(entry))
			continue;
		schedule_unwait(s, entry);
		left = sift(s, entry, &any);
		if (left == NULL)
			continue;
		left->due = due;
		if (schedule_await(s, left) != 0)
			schedule_make_ready(left, true);
	}
	return any;
}

bool
schedule_revoke(struct schedule *s, struct schedule_endpoint *e)
{
	bool any = revoke_waiting(s, e);
	struct schedule_entry *entry = e->ready, *next, *left;

	e->ready = NULL;
	e->ready_end = &e->ready;
	for (; entry != NULL; entry = next) {
		next = entry->next;
		entry->next = NULL;
		left = sift(s, entry, &any);
		if (left != NULL)
			schedule_make_ready(left, false);
	}
	return any;
}

bool
schedule_expire_held(struct schedule *s, struct schedule_endpoint *e)
{
	int64_t until = s->wall + (e->not_before - s->now);
	bool any = false;

	/* The entries are roughly in order of acceptance.  An entry after one
	 * that has not expired is checked later. */
	while (e->not_before > s->now && e->ready != NULL &&
	    until > e->ready->delivery.since + s->policy.give_up) {
		schedule_give(
		    s, schedule_pop_ready(e), SCHEDULE_EXPIRED, SCHEDULE_HELD);
		any = true;
	}
	return any;
}
