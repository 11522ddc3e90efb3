#include "queue/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/worker_internal.h"

/* Leases are renewed this many times before they run out; and at least once in
 * BEAT_MAX ms while this worker has less than its share. */
#define BEATS 4
#define BEAT_MAX 1000

/* To find out when the queue is empty, in ms. */
#define DRAIN_MS 200

/* A partition that became empty during a watch is asked for new entries this
 * often, in ms, until the next watch includes it. */
#define POLL_MS 20

struct queue_worker *
queue_worker_new(const struct queue_worker_options *o)
{
	struct queue_worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->o = *o;
	w->ready_end = &w->ready;
	w->rest = -1;
	w->partition = calloc(o->partitions, sizeof(*w->partition));
	if (w->partition == NULL) {
		free(w);
		return NULL;
	}
	for (uint32_t i = 0; i < o->partitions; i++)
		w->partition[i].dirty_end = &w->partition[i].dirty;
	return w;
}

void
queue_worker_free(struct queue_worker *w)
{
	if (w == NULL)
		return;
	queue_events_free(w);
	free(w->partition);
	free(w);
}

static bool
has_lease(const struct queue_partition *p)
{
	return p->tenure == QUEUE_HELD || p->tenure == QUEUE_LEAVING;
}

static void
lose(struct queue_worker *w, struct queue_partition *p)
{
	if (p->tenure == QUEUE_FREE)
		return;
	p->tenure = QUEUE_FREE;
	p->epoch = 0;
	p->taking = p->writing = false;
	queue_events_lose(w, p);
}

static void
leave(struct queue_worker *w, struct queue_partition *p)
{
	if (p->tenure != QUEUE_HELD)
		return;
	p->tenure = QUEUE_LEAVING;
	queue_events_revoke(w, p);
}

static void
gain(struct queue_worker *w, const struct queue_lease *lease, int64_t asked)
{
	struct queue_partition *p = &w->partition[lease->partition];

	lose(w, p);
	p->tenure = QUEUE_HELD;
	p->epoch = lease->epoch;
	p->deadline = asked + w->o.lease;
	p->empty = false;
	p->take_at = p->write_at = p->release_at = 0;
	queue_claim(p);
	if (w->leaves)
		leave(w, p);
}

static size_t
count_held(const struct queue_worker *w)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->o.partitions; i++)
		n += w->partition[i].tenure == QUEUE_HELD;
	return n;
}

/* How many events of ${p} are in memory, up to ${most}? */
static size_t
busy(const struct queue_partition *p, size_t most)
{
	size_t n = 0;

	for (const struct queue_event *e = p->oldest; e != NULL && n < most;
	     e = e->newer)
		n++;
	return n;
}

/* Leave partitions until ${share} are left, first those with the fewest
 * events. */
static void
leave_surplus(struct queue_worker *w, size_t share)
{
	size_t held = count_held(w);

	while (held > share) {
		struct queue_partition *idlest = NULL;
		size_t least = SIZE_MAX;

		for (uint32_t i = 0; i < w->o.partitions; i++) {
			struct queue_partition *p = &w->partition[i];
			size_t n;

			if (p->tenure != QUEUE_HELD)
				continue;
			n = busy(p, least);
			if (n < least) {
				least = n;
				idlest = p;
			}
		}
		if (idlest == NULL)
			return;
		leave(w, idlest);
		held--;
	}
}

static void
take_news(
    struct queue_worker *w, const struct queue_lease_news *n, int64_t asked)
{
	struct queue_partition *p = &w->partition[n->lease.partition];

	switch (n->news) {
	case QUEUE_GAINED:
		gain(w, &n->lease, asked);
		break;
	case QUEUE_KEPT:
		if (p->epoch == n->lease.epoch)
			p->deadline = asked + w->o.lease;
		break;
	case QUEUE_LOST:
		if (p->epoch == n->lease.epoch)
			lose(w, p);
		break;
	}
}

static void
beaten(struct queue_worker *w, const struct queue_answer *a)
{
	int64_t every = w->o.lease / BEATS;

	w->beating = false;
	if (a->result == QUEUE_UNKNOWN) {
		w->beat_at = w->now + QUEUE_AGAIN_MS;
		return;
	}
	for (size_t i = 0; i < a->count; i++)
		take_news(w, &a->news[i], a->asked);
	if (!w->leaves)
		leave_surplus(w, a->share);
	if (count_held(w) < a->share && every > BEAT_MAX)
		every = BEAT_MAX;
	if (w->o.drains && every > DRAIN_MS)
		every = DRAIN_MS;
	w->rest = a->rest;
	w->beat_at = a->asked + every;
}

static int
taken(struct queue_worker *w, struct queue_partition *p,
    const struct queue_answer *a)
{
	p->taking = false;
	if (a->result == QUEUE_UNKNOWN) {
		/* New entries may have been given to this worker. */
		p->take_at = w->now + QUEUE_AGAIN_MS;
		queue_claim(p);
		return 0;
	}
	if (a->result == QUEUE_NOT_OURS) {
		lose(w, p);
		return 0;
	}
	if (p->tenure != QUEUE_HELD)
		return 0;
	for (size_t i = 0; i < a->count; i++) {
		if (queue_event_add(w, p, &a->taken[i]) != 0)
			return -1;
	}
	if (p->claiming) {
		p->claiming = a->next[0] != '\0';
		snprintf(p->from, sizeof(p->from), "%s", a->next);
		return 0;
	}
	p->empty = a->count == 0;
	p->take_at = p->empty ? w->now + POLL_MS : w->now;
	if (p->empty)
		snprintf(p->seen, sizeof(p->seen), "%s", a->seen);
	return 0;
}

static void
wrote(struct queue_worker *w, struct queue_partition *p,
    const struct queue_answer *a)
{
	p->writing = false;
	if (a->result == QUEUE_DONE)
		queue_write_done(w, p);
	else if (a->result == QUEUE_NOT_OURS)
		lose(w, p);
	else
		p->write_at = w->now + QUEUE_AGAIN_MS;
}

static void
released(struct queue_worker *w, struct queue_partition *p,
    const struct queue_answer *a)
{
	if (p->tenure != QUEUE_RELEASING)
		return;
	if (a->result == QUEUE_UNKNOWN) {
		p->tenure = QUEUE_LEAVING;
		p->release_at = w->now + QUEUE_AGAIN_MS;
		return;
	}
	lose(w, p);
	/* A free lease is taken soon if it is needed. */
	w->beat_at = w->beat_at < w->now ? w->beat_at : w->now;
}

static void
woken(struct queue_worker *w, const struct queue_answer *a)
{
	w->watching = false;
	if (a->result != QUEUE_DONE)
		w->watch_at = w->now + QUEUE_AGAIN_MS;
	for (uint32_t i = 0; i < w->o.partitions; i++)
		w->partition[i].watched = false;
	for (size_t i = 0; i < a->count; i++)
		w->partition[a->woken[i]].empty = false;
}

/* After a failover, events that are settled here may be unsettled on the server.
 * They are delivered again, because nothing says who else knows of them. */
static void
reconnected(struct queue_worker *w, uint64_t connection)
{
	if (connection == 0 || connection == w->connection)
		return;
	w->connection = connection;
	for (uint32_t i = 0; i < w->o.partitions; i++)
		w->partition[i].reclaims = w->partition[i].tenure == QUEUE_HELD;
}

static int
answered(struct queue_worker *w, const struct queue_answer *a, struct err *err)
{
	struct queue_partition *p = &w->partition[a->lease.partition];

	if (a->request != QUEUE_WATCH)
		reconnected(w, a->connection);
	if (a->result == QUEUE_FAILED)
		return err_set(err, "%s", a->why);
	if (a->request == QUEUE_BEAT) {
		beaten(w, a);
		return 0;
	}
	if (a->request == QUEUE_WATCH) {
		woken(w, a);
		return 0;
	}
	/* An answer of an earlier tenure. */
	if (p->tenure == QUEUE_FREE || p->epoch != a->lease.epoch)
		return 0;
	if (a->request == QUEUE_WRITE)
		wrote(w, p, a);
	else if (a->request == QUEUE_RELEASE)
		released(w, p, a);
	else if (taken(w, p, a) != 0)
		return err_set(err, "out of memory");
	return 0;
}

int
queue_worker_turn(struct queue_worker *w, int64_t now, struct err *err)
{
	struct queue_answer a;
	bool more = true;

	w->now = now;
	/* At the end no answer is left here, for which nothing would wake the
	 * caller. */
	while (more) {
		if (queue_ask(w) != 0)
			return err_set(err, "out of memory");
		more = false;
		while (w->o.link->row->next(w->o.link, &a)) {
			if (answered(w, &a, err) != 0)
				return -1;
			more = true;
		}
	}
	return 0;
}

bool
queue_worker_may_send(const struct queue_worker *w, int64_t now)
{
	if (w->count.unsaved >= QUEUE_UNSAVED_MAX)
		return false;
	for (uint32_t i = 0; i < w->o.partitions; i++) {
		if (has_lease(&w->partition[i]) &&
		    w->partition[i].deadline <= now)
			return false;
	}
	return true;
}

void
queue_worker_leave(struct queue_worker *w)
{
	if (w->leaves)
		return;
	w->leaves = true;
	w->beat_at = w->now;
	for (uint32_t i = 0; i < w->o.partitions; i++)
		leave(w, &w->partition[i]);
}

bool
queue_worker_has_left(const struct queue_worker *w)
{
	for (uint32_t i = 0; i < w->o.partitions; i++) {
		if (w->partition[i].tenure != QUEUE_FREE)
			return false;
	}
	/* The last beat removed it from the list of workers. */
	return w->leaves && !w->beating && w->beat_at > w->now;
}

void
queue_worker_count(const struct queue_worker *w, struct queue_worker_counts *c)
{
	*c = w->count;
	c->leases = count_held(w);
	c->drained = w->rest >= 0 && w->ready == NULL &&
	    w->count.unsaved == 0 && (uint64_t)w->rest <= w->count.events;
}
