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
