#include <stdlib.h>

#include "schedule/internal.h"

struct schedule_entry *
schedule_entry_new(struct outgoing_event *event)
{
	struct schedule_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->delivery.event = event;
	entry->delivery.since = event->accepted;
	outgoing_event_ref(event);
	return entry;
}

struct schedule_entry *
schedule_entry_of(const struct outgoing_delivery *d)
{
	struct schedule_entry *entry = calloc(1, sizeof(*entry));

	if (entry != NULL)
		entry->delivery = *d;
	return entry;
}

void
schedule_entry_free(struct schedule_entry *entry)
{
	if (entry == NULL)
		return;
	outgoing_event_unref(entry->delivery.event);
	free(entry->delivery.error);
	free(entry);
}

static void
list(struct schedule *s, struct schedule_entry *entry)
{
	struct schedule_endpoint *e = entry->endpoint;

	entry->older = e->newest;
	entry->newer = NULL;
	if (e->newest != NULL)
		e->newest->newer = entry;
	else
		e->oldest = entry;
	e->newest = entry;
	e->loaded++;
	s->loaded++;
}

static void
unlist(struct schedule *s, struct schedule_entry *entry)
{
	struct schedule_endpoint *e = entry->endpoint;

	if (entry->older != NULL)
		entry->older->newer = entry->newer;
	else
		e->oldest = entry->newer;
	if (entry->newer != NULL)
		entry->newer->older = entry->older;
	else
		e->newest = entry->older;
	e->loaded--;
	s->loaded--;
}

enum schedule_added
schedule_add(struct schedule *s, struct schedule_endpoint *e,
    struct schedule_entry *entry)
{
	enum schedule_added added;
	bool behind;

	entry->endpoint = e;
	entry->next = NULL;
	added = schedule_join_session(s, entry, &behind);
	if (added != SCHEDULE_ADDED)
		return added;
	if (!behind && entry->due > s->now) {
		if (schedule_await(s, entry) != 0) {
			if (entry->session != NULL)
				schedule_leave_session(s, entry->session);
			entry->session = NULL;
			return SCHEDULE_NO_MEMORY;
		}
	} else if (!behind) {
		schedule_rejoin(s, entry, false);
	}
	list(s, entry);
	return SCHEDULE_ADDED;
}

void
schedule_finish(struct schedule *s, struct schedule_entry *entry)
{
	struct schedule_session *session = entry->session;

	unlist(s, entry);
	schedule_entry_free(entry);
	if (session != NULL)
		schedule_leave_session(s, session);
}
