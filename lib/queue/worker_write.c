/* The changes of events that a worker writes. */
#include <stdlib.h>
#include <string.h>

#include "queue/worker_internal.h"

/* Bytes of states and dead letters in one write. */
#define BYTES_MAX ((size_t)4 << 20)

/* Every so many writes of a partition, what all groups have settled is
 * removed. */
#define TRIM_EVERY 16

static void
free_letters(struct queue_letter *l)
{
	struct queue_letter *next;

	for (; l != NULL; l = next) {
		next = l->next;
		free(l);
	}
}

static void
unlist(struct queue_event **oldest, struct queue_event **newest,
    struct queue_event *e)
{
	if (e->older != NULL)
		e->older->newer = e->newer;
	else
		*oldest = e->newer;
	if (e->newer != NULL)
		e->newer->older = e->older;
	else if (newest != NULL)
		*newest = e->older;
}

void
queue_event_free(struct queue_worker *w, struct queue_event *e)
{
	struct queue_partition *p = &w->partition[e->partition];

	if (e->lost) {
		unlist(&w->lost, NULL, e);
	} else {
		hash_table_remove(&p->known, &e->node);
		unlist(&p->oldest, &p->newest, e);
	}
	if (w->last == e)
		w->last = NULL;
	if (!e->ended)
		w->count.events--;
	buf_release(&e->fresh.state);
	buf_release(&e->under_way.state);
	free_letters(e->fresh.letter);
	free_letters(e->under_way.letter);
	free(e);
}

static size_t
size_of(const struct queue_write *c)
{
	size_t n = c->state.len;

	for (const struct queue_letter *l = c->letter; l != NULL; l = l->next)
		n += l->line.n + l->reason.n;
	return n;
}

/* Move the changes to write next to those under way. */
static void
collect(struct queue_partition *p)
{
	struct queue_event *e, **end = &p->under_way;
	size_t count = 0, bytes = 0;

	while ((e = p->dirty) != NULL && count < QUEUE_WRITE_MAX) {
		struct buf state = e->under_way.state;

		bytes += size_of(&e->fresh);
		if (count > 0 && bytes > BYTES_MAX)
			break;
		p->dirty = e->next_dirty;
		if (p->dirty == NULL)
			p->dirty_end = &p->dirty;
		e->next_dirty = NULL;
		*end = e;
		end = &e->next_dirty;
		e->under_way = e->fresh;
		buf_clear(&state);
		e->fresh = (struct queue_write){.state = state};
		e->dirty = false;
		e->writing = true;
		count++;
	}
}

int
queue_write_ask(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_change change[QUEUE_WRITE_MAX];
	struct queue_lease lease = {
	    .partition = (uint32_t)(p - w->partition), .epoch = p->epoch};
	size_t n = 0;

	if (p->tenure == QUEUE_FREE || p->writing || w->now < p->write_at)
		return 0;
	/* After QUEUE_UNKNOWN, the same is written again. */
	if (p->under_way == NULL)
		collect(p);
	for (struct queue_event *e = p->under_way; e != NULL; e = e->next_dirty)
		change[n++] = (struct queue_change){.entry = e->entry,
		    .settled = e->under_way.settled,
		    .state = buf_span(&e->under_way.state),
		    .letter = e->under_way.letter};
	if (n == 0)
		return 0;
	if (w->o.link->row->write(w->o.link, lease, change, n,
		p->writes % TRIM_EVERY == 0, w->now) != 0)
		return -1;
	p->writing = true;
	p->writes++;
	return 0;
}

void
queue_write_done(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_event *e;

	while ((e = p->under_way) != NULL) {
		p->under_way = e->next_dirty;
		e->next_dirty = NULL;
		e->writing = false;
		free_letters(e->under_way.letter);
		e->under_way.letter = NULL;
		w->count.unsaved--;
		w->count.settled += e->under_way.settled;
		if (e->dirty) {
			/* Its place in the list of dirty ones. */
			*p->dirty_end = e;
			p->dirty_end = &e->next_dirty;
		} else if (e->ended) {
			queue_event_free(w, e);
		}
	}
}

/* ${e} has something to write. */
static void
touch(struct queue_worker *w, struct queue_event *e)
{
	struct queue_partition *p = &w->partition[e->partition];

	if (e->lost || e->dirty)
		return;
	e->dirty = true;
	w->count.unsaved++;
	/* While it is being written it is in that list. */
	if (e->writing)
		return;
	e->next_dirty = NULL;
	*p->dirty_end = e;
	p->dirty_end = &e->next_dirty;
}

int
queue_worker_save(
    struct queue_worker *w, struct queue_event *e, struct span state)
{
	buf_clear(&e->fresh.state);
	buf_add_span(&e->fresh.state, state);
	if (buf_failed(&e->fresh.state))
		return -1;
	touch(w, e);
	return 0;
}

int
queue_worker_bury(struct queue_worker *w, struct queue_event *e,
    struct span line, struct span reason)
{
	struct queue_letter *l, **end = &e->fresh.letter;

	if (e->lost)
		return 0;
	l = malloc(sizeof(*l) + line.n + reason.n);
	if (l == NULL)
		return -1;
	if (line.n > 0)
		memcpy(l->text, line.p, line.n);
	if (reason.n > 0)
		memcpy(l->text + line.n, reason.p, reason.n);
	l->line = (struct span){l->text, line.n};
	l->reason = (struct span){l->text + line.n, reason.n};
	l->next = NULL;
	while (*end != NULL)
		end = &(*end)->next;
	*end = l;
	touch(w, e);
	return 0;
}

static void
end(struct queue_worker *w, struct queue_event *e)
{
	e->ended = true;
	w->count.events--;
	if (w->last == e)
		w->last = NULL;
	if (e->lost || (!e->dirty && !e->writing))
		queue_event_free(w, e);
}

void
queue_worker_settle(struct queue_worker *w, struct queue_event *e)
{
	e->fresh.settled = true;
	buf_clear(&e->fresh.state);
	touch(w, e);
	end(w, e);
}

void
queue_worker_drop(struct queue_worker *w, struct queue_event *e)
{
	end(w, e);
}
