#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"

static void
place(struct deliver_heap *h, size_t i, struct deliver_job *j)
{
	h->job[i] = j;
	j->heap = i + 1;
}

static void
sift_up(struct deliver_heap *h, size_t i, struct deliver_job *j)
{
	while (i > 0 && h->job[(i - 1) / 2]->due > j->due) {
		place(h, i, h->job[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(h, i, j);
}

static void
sift_down(struct deliver_heap *h, size_t i, struct deliver_job *j)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= h->count)
			break;
		if (child + 1 < h->count &&
		    h->job[child + 1]->due < h->job[child]->due)
			child++;
		if (h->job[child]->due >= j->due)
			break;
		place(h, i, h->job[child]);
		i = child;
	}
	place(h, i, j);
}

int
deliver_heap_push(struct deliver_heap *h, struct deliver_job *j)
{
	if (h->count == h->cap) {
		size_t cap = h->cap == 0 ? 64 : 2 * h->cap;
		struct deliver_job **job =
		    realloc(h->job, cap * sizeof(struct deliver_job *));

		if (job == NULL)
			return -1;
		h->job = job;
		h->cap = cap;
	}
	sift_up(h, h->count++, j);
	return 0;
}

void
deliver_heap_remove(struct deliver_heap *h, struct deliver_job *j)
{
	size_t i = j->heap - 1;
	struct deliver_job *last = h->job[--h->count];

	j->heap = 0;
	if (last == j)
		return;
	if (i > 0 && h->job[(i - 1) / 2]->due > last->due)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

void
deliver_make_ready(struct deliver_job *j, bool first)
{
	struct deliver_endpoint *e = j->endpoint;

	if (first) {
		j->next = e->ready;
		e->ready = j;
		if (j->next == NULL)
			e->ready_end = &j->next;
		return;
	}
	j->next = NULL;
	*e->ready_end = j;
	e->ready_end = &j->next;
}

struct deliver_job *
deliver_pop_ready(struct deliver_endpoint *e)
{
	struct deliver_job *j = e->ready;

	if (j == NULL)
		return NULL;
	if (j->mate != NULL) {
		e->ready = j->mate;
		e->ready->next = j->next;
		if (j->next == NULL)
			e->ready_end = &e->ready->next;
		j->mate = NULL;
	} else {
		e->ready = j->next;
		if (e->ready == NULL)
			e->ready_end = &e->ready;
	}
	j->next = NULL;
	return j;
}

/* Find or make the lane of ${session}; *${busy}: others are in it. */
static struct deliver_lane *
lane_for(struct deliver_endpoint *e, struct span session, bool *busy)
{
	struct deliver_lane *l =
	    (struct deliver_lane *)deliver_table_find(&e->lanes, session);

	*busy = l != NULL;
	if (l != NULL)
		return l;
	l = calloc(1, sizeof(*l) + session.n);
	if (l == NULL)
		return NULL;
	memcpy(l->name, session.p, session.n);
	l->node.key = (struct span){l->name, session.n};
	if (deliver_table_put(&e->lanes, &l->node) != 0) {
		free(l);
		return NULL;
	}
	return l;
}

static size_t
lane_room(const struct deliver *d, const struct deliver_endpoint *e)
{
	size_t share = deliver_window(d, e) / (e->lanes.count + 1);

	if (share < DELIVER_LANE_LEAST)
		return DELIVER_LANE_LEAST;
	return share < DELIVER_LANE_MAX ? share : DELIVER_LANE_MAX;
}

/* Behind the others of its session; with a spool, only a few of them. */
static int
join_lane(struct deliver *d, struct deliver_job *j)
{
	struct deliver_lane *l = j->lane;

	if (d->store.spool != NULL &&
	    (l->skipped || l->length >= lane_room(d, j->endpoint))) {
		l->skipped = true;
		return 1;
	}
	if (l->tail != NULL)
		l->tail->next = j;
	else
		l->head = j;
	l->tail = j;
	l->length++;
	return 0;
}

static void
list(struct deliver *d, struct deliver_job *j)
{
	struct deliver_endpoint *e = j->endpoint;

	j->older = e->newest;
	j->newer = NULL;
	if (e->newest != NULL)
		e->newest->newer = j;
	else
		e->oldest = j;
	e->newest = j;
	e->loaded++;
	d->loaded++;
}

int
deliver_enqueue(struct deliver *d, struct deliver_job *j)
{
	struct deliver_endpoint *e = j->endpoint;
	bool busy = false;

	j->next = NULL;
	if (d->policy.ordered && j->event->session.n > 0) {
		j->lane = lane_for(e, j->event->session, &busy);
		if (j->lane == NULL)
			return -1;
		if (busy && join_lane(d, j) != 0) {
			j->lane = NULL;
			return 1;
		}
	}
	if (!busy && j->due > d->now) {
		if (deliver_heap_push(&d->waiting, j) != 0)
			return -1;
		if (j->round < d->policy.max_attempts)
			e->quick++;
	} else if (!busy) {
		deliver_make_ready(j, false);
	}
	list(d, j);
	return 0;
}

static void
lane_step(struct deliver *d, struct deliver_endpoint *e, struct deliver_lane *l)
{
	struct deliver_job *j;

	if (l->head == NULL && l->skipped)
		l->skipped = deliver_store_session(d, e, l);
	j = l->head;
	if (j == NULL) {
		deliver_table_remove(&e->lanes, &l->node);
		free(l);
		return;
	}
	l->head = j->next;
	if (l->head == NULL)
		l->tail = NULL;
	l->length--;
	deliver_make_ready(j, false);
}

struct deliver_job *
deliver_job_new(struct deliver_endpoint *e, struct outgoing_event *event)
{
	struct deliver_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->endpoint = e;
	j->event = event;
	j->since = event->accepted;
	outgoing_event_hold(event);
	return j;
}

void
deliver_job_drop(struct deliver *d, struct deliver_job *j)
{
	if (j->event->refs == 1)
		d->held -= j->event->size;
	outgoing_event_drop(j->event);
	free(j->error);
	free(j);
}

void
deliver_job_free(struct deliver *d, struct deliver_job *j)
{
	struct deliver_endpoint *e = j->endpoint;
	struct deliver_lane *l = j->lane;

	if (j->older != NULL)
		j->older->newer = j->newer;
	else
		e->oldest = j->newer;
	if (j->newer != NULL)
		j->newer->older = j->older;
	else
		e->newest = j->older;
	e->loaded--;
	d->loaded--;
	deliver_job_drop(d, j);
	if (l != NULL)
		lane_step(d, e, l);
}
