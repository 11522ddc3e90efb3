#include "outgoing/request.h"
#include "schedule/internal.h"

void
schedule_make_ready(struct schedule_entry *entry, bool first)
{
	struct schedule_endpoint *e = entry->endpoint;

	if (first) {
		entry->next = e->ready;
		e->ready = entry;
		if (entry->next == NULL)
			e->ready_end = &entry->next;
		return;
	}
	entry->next = NULL;
	*e->ready_end = entry;
	e->ready_end = &entry->next;
}

struct schedule_entry *
schedule_pop_ready(struct schedule_endpoint *e)
{
	struct schedule_entry *entry = e->ready;

	if (entry == NULL)
		return NULL;
	if (entry->mate != NULL) {
		e->ready = entry->mate;
		e->ready->next = entry->next;
		if (entry->next == NULL)
			e->ready_end = &e->ready->next;
		entry->mate = NULL;
	} else {
		e->ready = entry->next;
		if (e->ready == NULL)
			e->ready_end = &e->ready;
	}
	entry->next = NULL;
	return entry;
}

/* Is there room for ${entry} in a request with ${first} and its mates? */
static bool
has_room_for(const struct schedule *s, const struct schedule_entry *first,
    const struct schedule_entry *entry)
{
	size_t count = 1, bytes = entry->delivery.event->body.n;

	for (; first != NULL; first = first->mate) {
		count++;
		bytes += first->delivery.event->body.n;
	}
	return count <= (size_t)s->policy.batch &&
	    bytes <= OUTGOING_BATCH_BYTES_MAX;
}

/* Insert ${entry} among the mates of *${at} by the number of its event, so that
 * a batch that is sent again has the same order, and thus the same ID. */
static void
insert(struct schedule_endpoint *e, struct schedule_entry **at,
    struct schedule_entry *entry)
{
	struct schedule_entry *first = *at;
	int64_t seq = entry->delivery.event->seq;

	if (seq < first->delivery.event->seq) {
		entry->mate = first;
		entry->next = first->next;
		first->next = NULL;
		*at = entry;
		if (e->ready_end == &first->next)
			e->ready_end = &entry->next;
		return;
	}
	while (first->mate != NULL && first->mate->delivery.event->seq < seq)
		first = first->mate;
	entry->mate = first->mate;
	first->mate = entry;
}

void
schedule_rejoin(struct schedule *s, struct schedule_entry *entry, bool first)
{
	struct schedule_endpoint *e = entry->endpoint;
	int64_t batch = entry->delivery.batch;

	if (batch != 0 && s->policy.batch > 1 && entry->mate == NULL) {
		for (struct schedule_entry **at = &e->ready; *at != NULL;
		     at = &(*at)->next) {
			if ((*at)->delivery.batch != batch ||
			    !has_room_for(s, *at, entry))
				continue;
			insert(e, at, entry);
			return;
		}
	}
	schedule_make_ready(entry, first);
}

/* Count those of ${entry} and its mates that are in the quick phase. */
static size_t
count_quick(const struct schedule *s, const struct schedule_entry *entry)
{
	size_t n = 0;

	for (; entry != NULL; entry = entry->mate)
		n += entry->delivery.round < s->policy.max_attempts;
	return n;
}

int
schedule_await(struct schedule *s, struct schedule_entry *entry)
{
	if (schedule_heap_push(&s->waiting, entry) != 0)
		return -1;
	entry->endpoint->quick += count_quick(s, entry);
	return 0;
}

void
schedule_unwait(struct schedule *s, struct schedule_entry *entry)
{
	schedule_heap_remove(&s->waiting, entry);
	entry->endpoint->quick -= count_quick(s, entry);
}

void
schedule_wake(struct schedule *s)
{
	while (s->waiting.count > 0 && s->waiting.entry[0]->due <= s->now) {
		struct schedule_entry *entry = s->waiting.entry[0];

		schedule_unwait(s, entry);
		schedule_rejoin(s, entry, true);
	}
}
