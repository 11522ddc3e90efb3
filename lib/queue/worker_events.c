/* The events that a worker has in memory. */
#include <stdlib.h>
#include <string.h>

#include "queue/worker_internal.h"
#include "json/json.h"

static struct span
keep(char **at, struct span s)
{
	struct span kept = {NULL, 0};

	if (s.p == NULL)
		return kept;
	kept = (struct span){*at, s.n};
	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return kept;
}

/* The time in a stream ID. */
static int64_t
time_of(const char *entry)
{
	const char *dash = strchr(entry, '-');
	int64_t ms = 0;

	if (dash == NULL ||
	    json_integer((struct span){entry, (size_t)(dash - entry)}, 0,
		INT64_MAX, &ms) != 0)
		return 0;
	return ms;
}

static struct queue_event *
event_new(uint32_t partition, const struct queue_taken *t)
{
	struct queue_event *e =
	    calloc(1, sizeof(*e) + t->line.n + t->id.n + t->state.n + 1);
	char *at;

	if (e == NULL)
		return NULL;
	at = e->text;
	e->line = keep(&at, t->line);
	e->id = keep(&at, t->id);
	e->state = keep(&at, t->state);
	memcpy(e->entry, t->entry.p, t->entry.n);
	e->accepted = time_of(e->entry);
	e->node.key = (struct span){e->entry, t->entry.n};
	e->partition = partition;
	buf_init(&e->fresh.state);
	buf_init(&e->under_way.state);
	return e;
}

int
queue_event_add(struct queue_worker *w, struct queue_partition *p,
    const struct queue_taken *taken)
{
	struct queue_event *e;

	if (taken->entry.n >= QUEUE_ID_MAX ||
	    hash_table_find(&p->known, taken->entry) != NULL)
		return 0;
	e = event_new((uint32_t)(p - w->partition), taken);
	if (e == NULL)
		return -1;
	if (hash_table_put(&p->known, &e->node) != 0) {
		free(e);
		return -1;
	}
	e->older = p->newest;
	if (p->newest != NULL)
		p->newest->newer = e;
	else
		p->oldest = e;
	p->newest = e;
	*w->ready_end = e;
	w->ready_end = &e->next;
	w->ready_count++;
	w->ready_bytes += e->line.n;
	w->count.events++;
	w->count.taken++;
	return 0;
}

struct queue_event *
queue_worker_next(struct queue_worker *w)
{
	struct queue_event *e = w->ready;

	if (e == NULL)
		return NULL;
	w->ready = e->next;
	if (w->ready == NULL)
		w->ready_end = &w->ready;
	w->ready_count--;
	w->ready_bytes -= e->line.n;
	e->next = NULL;
	e->returned = true;
	w->last = e;
	return e;
}

struct queue_event *
queue_worker_last(const struct queue_worker *w)
{
	return w->last;
}

/* Free the events of ${partition} that were not returned yet. */
static void
forget_ready(struct queue_worker *w, uint32_t partition)
{
	struct queue_event **at = &w->ready, *e;

	while ((e = *at) != NULL) {
		if (e->partition != partition) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		w->ready_count--;
		w->ready_bytes -= e->line.n;
		queue_event_free(w, e);
	}
	w->ready_end = at;
}

void
queue_events_revoke(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_event *e, *newer;

	forget_ready(w, (uint32_t)(p - w->partition));
	for (e = p->oldest; e != NULL; e = newer) {
		newer = e->newer;
		if (e->ended)
			continue;
		w->count.revoked++;
		w->o.revoked(w->o.context, e);
	}
}

void
queue_events_lose(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_event *e, *newer;

	forget_ready(w, (uint32_t)(p - w->partition));
	for (e = p->oldest; e != NULL; e = newer) {
		newer = e->newer;
		w->count.unsaved -= (size_t)e->dirty + e->writing;
		e->dirty = e->writing = false;
		if (e->ended)
			queue_event_free(w, e);
	}
	p->dirty = p->under_way = NULL;
	p->dirty_end = &p->dirty;
	e = p->oldest;
	p->oldest = p->newest = NULL;
	for (; e != NULL; e = newer) {
		newer = e->newer;
		hash_table_remove(&p->known, &e->node);
		e->lost = true;
		e->older = NULL;
		e->newer = w->lost;
		if (w->lost != NULL)
			w->lost->older = e;
		w->lost = e;
		w->count.revoked++;
		w->o.revoked(w->o.context, e);
	}
}

void
queue_events_free(struct queue_worker *w)
{
	for (uint32_t i = 0; i < w->o.partitions; i++) {
		struct queue_partition *p = &w->partition[i];

		while (p->oldest != NULL)
			queue_event_free(w, p->oldest);
		hash_table_release(&p->known);
	}
	while (w->lost != NULL)
		queue_event_free(w, w->lost);
}
