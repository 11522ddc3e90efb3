/* Notifications that are on their way. */
#include <stdlib.h>

#include "hub/internal.h"

void
hub_queue_init(struct hub_queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static struct hub_outgoing *
queue_pop(struct hub_queue *q)
{
	struct hub_outgoing *o = q->first;

	if (o == NULL)
		return NULL;
	q->first = o->next;
	if (q->first == NULL)
		q->end = &q->first;
	o->queued = false;
	return o;
}

/* The outcome of a notification to a websocket is not expected. */
static bool
is_expected(const struct hub_outgoing *o)
{
	return o->member->s->channel != HUB_WEBSOCKET;
}

int
hub_outgoing_add(
    struct hub *h, struct hub_queue *queue, const struct hub_outgoing *like)
{
	struct hub_outgoing *o = malloc(sizeof(*o));

	if (o == NULL)
		return -1;
	*o = *like;
	o->by_id.key = span_of(o->id);
	if (is_expected(o)) {
		if (hash_table_put(&h->expected, &o->by_id) != 0) {
			free(o);
			return -1;
		}
	}
	o->other = o->member->outgoing;
	o->member->outgoing = o;
	if (o->kind == FHIR_EVENT_NOTIFICATION && is_expected(o))
		o->member->unsettled++;
	o->queued = true;
	o->next = NULL;
	*queue->end = o;
	queue->end = &o->next;
	return 0;
}

struct hub_outgoing *
hub_outgoing_find(const struct hub *h, struct span id)
{
	return (struct hub_outgoing *)hash_table_find(&h->expected, id);
}

/* Detach ${o} from its member; free it, unless it is in a queue, which then
 * frees it. */
void
hub_outgoing_remove(struct hub *h, struct hub_outgoing *o)
{
	struct hub_outgoing **at = &o->member->outgoing;

	while (*at != o)
		at = &(*at)->other;
	*at = o->other;
	if (is_expected(o)) {
		hash_table_remove(&h->expected, &o->by_id);
		if (o->kind == FHIR_EVENT_NOTIFICATION)
			o->member->unsettled--;
	}
	o->member = NULL;
	if (!o->queued)
		free(o);
}

void
hub_outgoing_cancel(struct hub *h, struct hub_member *m)
{
	while (m->outgoing != NULL)
		hub_outgoing_remove(h, m->outgoing);
}

void
hub_outgoing_commit(struct hub *h)
{
	if (h->formed.first == NULL)
		return;
	*h->ready.end = h->formed.first;
	h->ready.end = h->formed.end;
	hub_queue_init(&h->formed);
}

void
hub_outgoing_clear(struct hub *h)
{
	struct hub_outgoing *o;

	for (size_t i = 0; i < h->members; i++)
		hub_outgoing_cancel(h, h->member[i]);
	while ((o = queue_pop(&h->formed)) != NULL)
		free(o);
	while ((o = queue_pop(&h->ready)) != NULL)
		free(o);
}

void
hub_outgoing_handed(const struct hub *h, struct buf *ids)
{
	for (size_t i = 0; i < h->members; i++) {
		const struct hub_outgoing *o = h->member[i]->outgoing;

		for (; o != NULL; o = o->other) {
			if (o->handed)
				buf_add(ids, o->id, sizeof(o->id));
		}
	}
}

void
hub_outgoing_mark(struct hub *h, struct span ids)
{
	for (; ids.n > 0; ids.p += ID_TEXT_MAX, ids.n -= ID_TEXT_MAX) {
		struct hub_outgoing *o = hub_outgoing_find(h, span_of(ids.p));

		if (o != NULL)
			o->handed = true;
	}
}

bool
hub_next(struct hub *h, struct hub_notification *n)
{
	struct hub_outgoing *o;

	while ((o = queue_pop(&h->ready)) != NULL) {
		if (o->member == NULL) {
			free(o);
			continue;
		}
		if (o->handed)
			continue;
		o->handed = true;
		memcpy(n->id, o->id, sizeof(n->id));
		n->subscription = o->member->s;
		n->kind = o->kind;
		n->first = n->last = n->count = 0;
		n->time = 0;
		if (o->kind == FHIR_EVENT_NOTIFICATION) {
			n->first = o->first;
			n->last = o->last;
		} else {
			n->time = (int64_t)o->first;
			n->count = o->last;
		}
		if (!is_expected(o))
			hub_outgoing_remove(h, o);
		return true;
	}
	return false;
}
