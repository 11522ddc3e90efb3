/* What a worker asks of the server, and when. */
#include <stdio.h>

#include "queue/worker_internal.h"

/* Events and bytes that are taken before the caller asks for them. */
#define AHEAD 512
#define AHEAD_BYTES ((size_t)8 << 20)

void
queue_claim(struct queue_partition *p)
{
	p->reclaims = false;
	p->claiming = true;
	snprintf(p->from, sizeof(p->from), "0-0");
}

static int
ask_beat(struct queue_worker *w)
{
	struct queue_lease lease[QUEUE_PARTITIONS_MAX];
	size_t n = 0;

	if (w->beating || w->now < w->beat_at)
		return 0;
	for (uint32_t i = 0; i < w->o.partitions; i++) {
		if (w->partition[i].tenure != QUEUE_FREE)
			lease[n++] =
			    (struct queue_lease){i, w->partition[i].epoch};
	}
	w->beating = true;
	return w->o.link->row->beat(
	    w->o.link, lease, n, w->leaves, w->o.drains, w->now);
}

/* Is there room for more events? */
static bool
has_room(const struct queue_worker *w)
{
	return w->count.events < w->o.most && w->ready_count < AHEAD &&
	    w->ready_bytes < AHEAD_BYTES;
}

static bool
wants_entries(const struct queue_worker *w, const struct queue_partition *p)
{
	return p->tenure == QUEUE_HELD && !p->taking && p->deadline > w->now &&
	    (!p->empty || (w->watching && !p->watched));
}

static int
ask_take(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_lease lease = {
	    .partition = (uint32_t)(p - w->partition), .epoch = p->epoch};

	if (p->reclaims && !p->taking) {
		p->empty = false;
		p->take_at = w->now;
		queue_claim(p);
	}
	if (!wants_entries(w, p) || w->now < p->take_at || !has_room(w))
		return 0;
	p->taking = true;
	return w->o.link->row->take(w->o.link, lease,
	    p->claiming ? p->from : NULL, QUEUE_TAKE_MAX, w->now);
}

static int
ask_release(struct queue_worker *w, struct queue_partition *p)
{
	struct queue_lease lease = {
	    .partition = (uint32_t)(p - w->partition), .epoch = p->epoch};

	if (p->tenure != QUEUE_LEAVING || p->oldest != NULL || p->taking ||
	    p->writing || w->now < p->release_at)
		return 0;
	p->tenure = QUEUE_RELEASING;
	return w->o.link->row->release(w->o.link, lease, w->now);
}

/* Wait for new entries of the partitions that have none. */
static int
ask_watch(struct queue_worker *w)
{
	struct queue_seen seen[QUEUE_PARTITIONS_MAX];
	size_t n = 0;

	if (w->watching || w->now < w->watch_at || !has_room(w))
		return 0;
	for (uint32_t i = 0; i < w->o.partitions; i++) {
		struct queue_partition *p = &w->partition[i];

		if (p->tenure != QUEUE_HELD || !p->empty || p->claiming ||
		    p->taking)
			continue;
		p->watched = true;
		seen[n++] = (struct queue_seen){i, p->seen};
	}
	if (n == 0)
		return 0;
	w->watching = true;
	return w->o.link->row->watch(w->o.link, seen, n, w->now);
}

int
queue_ask(struct queue_worker *w)
{
	int rc = ask_beat(w);

	for (uint32_t i = 0; i < w->o.partitions && rc == 0; i++) {
		struct queue_partition *p = &w->partition[i];

		rc = queue_write_ask(w, p);
		if (rc == 0)
			rc = ask_take(w, p);
		if (rc == 0)
			rc = ask_release(w, p);
	}
	return rc == 0 ? ask_watch(w) : rc;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
queue_worker_due(const struct queue_worker *w)
{
	int64_t due = w->beating ? INT64_MAX : w->beat_at;
	bool room = has_room(w);

	for (uint32_t i = 0; i < w->o.partitions; i++) {
		const struct queue_partition *p = &w->partition[i];

		if (p->tenure == QUEUE_FREE)
			continue;
		if (!p->writing && (p->dirty != NULL || p->under_way != NULL))
			due = sooner(due, p->write_at);
		if (room && wants_entries(w, p))
			due = sooner(due, p->take_at);
		if (room && !w->watching && p->tenure == QUEUE_HELD && p->empty)
			due = sooner(due, w->watch_at);
		if (p->tenure == QUEUE_LEAVING && p->oldest == NULL &&
		    !p->taking)
			due = sooner(due, p->release_at);
	}
	return due;
}
