/*
 * A model of the server for tests/unit/queue_worker.c: streams with a consumer
 * group, leases and a clock, as scripts/ of lib/queue do it in Redis.  Each
 * connection delivers requests and answers late, and can be lost on either way.
 */
#ifndef QUEUE_MODEL_SERVER_H
#define QUEUE_MODEL_SERVER_H

#include "queue/worker.h"

#define PARTITIONS 4
#define EVENTS 120
#define LEASE 400
#define STATE_MAX 16
#define PENDING_MAX 512

enum stage {
	ABSENT,
	ADDED,
	GIVEN,
	SETTLED
};

struct model_event {
	enum stage stage;
	uint32_t partition, session, rank; /* rank: in its session */
	char state[STATE_MAX];
	int letters;
	int delivered;
	bool given_up; /* by a worker, which is to write a dead letter */
};

struct model_server {
	int64_t now;
	bool down;
	struct model_event event[EVENTS]; /* entry "N-1" is event N - 1 */
	int added;
	struct {
		int owner; /* worker; -1: none */
		uint64_t epoch;
		int64_t until;
		int last_owner; /* of this epoch; -1: released */
	} lease[PARTITIONS];
	int64_t alive[8]; /* worker -> deadline */
	uint64_t refused; /* requests of a worker without the lease */
};

static struct model_server server;

static bool
model_owns(int worker, struct queue_lease l)
{
	if (server.lease[l.partition].until <= server.now)
		server.lease[l.partition].owner = -1;
	if (server.lease[l.partition].epoch != l.epoch)
		return false;
	return server.lease[l.partition].owner == worker ||
	    (server.lease[l.partition].owner < 0 &&
		server.lease[l.partition].last_owner == worker);
}

/* ---- A connection ------------------------------------------------------ */

struct model_request {
	enum queue_request request;
	int64_t at; /* arrives */
	int64_t asked;
	bool executed, lost;
	struct queue_lease lease, leases[PARTITIONS];
	size_t n, most;
	bool leaves;
	int from; /* -1: new ones */
	struct {
		int event;
		bool settled;
		char state[STATE_MAX];
		int letters;
	} change[QUEUE_WRITE_MAX];
	int seen[PARTITIONS];
	/* The answer. */
	enum queue_result result;
	int64_t back; /* arrives back */
	size_t share, count;
	struct queue_lease_news news[PARTITIONS];
	int taken[QUEUE_TAKE_MAX];
	char state[QUEUE_TAKE_MAX][STATE_MAX];
	int next; /* -1: none */
	int last;
	uint32_t woken[PARTITIONS];
};

struct model_link {
	struct queue_link base; /* first */
	int worker;
	uint64_t connection; /* how many were lost */
	struct model_request *queue[PENDING_MAX];
	size_t count;
	struct model_request *held; /* the answer that was returned last */
	struct queue_taken taken[QUEUE_TAKE_MAX];
	char text[QUEUE_TAKE_MAX][3][QUEUE_ID_MAX];
	char next[QUEUE_ID_MAX], seen[QUEUE_ID_MAX];
};

static uint64_t model_random_state;

static uint32_t
model_random(uint32_t below)
{
	model_random_state =
	    model_random_state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(model_random_state >> 33) % below;
}

static struct model_request *
model_ask(struct queue_link *k, enum queue_request what, int64_t now)
{
	struct model_link *l = (struct model_link *)k;
	struct model_request *r;
	int64_t after = now + 1 + model_random(6);

	if (l->count == PENDING_MAX)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->request = what;
	r->asked = now;
	r->at = after;
	for (size_t i = l->count; i-- > 0;) {
		if ((l->queue[i]->request == QUEUE_WATCH) !=
		    (what == QUEUE_WATCH))
			continue;
		if (l->queue[i]->at > r->at)
			r->at = l->queue[i]->at;
		break;
	}
	l->queue[l->count++] = r;
	return r;
}

static int
model_event_of(const char *entry)
{
	return (int)strtol(entry, NULL, 10) - 1;
}

static int
model_beat(struct queue_link *k, const struct queue_lease lease[], size_t n,
    bool leaves, bool counts, int64_t now)
{
	struct model_request *r = model_ask(k, QUEUE_BEAT, now);

	(void)counts;
	if (r == NULL)
		return -1;
	memcpy(r->leases, lease, n * sizeof(*lease));
	r->n = n;
	r->leaves = leaves;
	return 0;
}

static int
model_take(struct queue_link *k, struct queue_lease lease, const char *from,
    size_t most, int64_t now)
{
	struct model_request *r = model_ask(k, QUEUE_TAKE, now);

	if (r == NULL)
		return -1;
	r->lease = lease;
	r->from = from == NULL ? -1 : model_event_of(from);
	if (from != NULL && r->from < 0)
		r->from = 0;
	/* Small, so that there are many. */
	r->most = most < 3 ? most : 3;
	return 0;
}

static int
model_write(struct queue_link *k, struct queue_lease lease,
    const struct queue_change change[], size_t n, bool trim, int64_t now)
{
	struct model_request *r = model_ask(k, QUEUE_WRITE, now);

	(void)trim;
	if (r == NULL)
		return -1;
	r->lease = lease;
	r->n = n;
	for (size_t i = 0; i < n; i++) {
		r->change[i].event = model_event_of(change[i].entry);
		r->change[i].settled = change[i].settled;
		memcpy(
		    r->change[i].state, change[i].state.p, change[i].state.n);
		for (const struct queue_letter *q = change[i].letter; q != NULL;
		     q = q->next)
			r->change[i].letters++;
	}
	return 0;
}

static int
model_release(struct queue_link *k, struct queue_lease lease, int64_t now)
{
	struct model_request *r = model_ask(k, QUEUE_RELEASE, now);

	if (r == NULL)
		return -1;
	r->lease = lease;
	return 0;
}

static int
model_watch(
    struct queue_link *k, const struct queue_seen seen[], size_t n, int64_t now)
{
	struct model_request *r = model_ask(k, QUEUE_WATCH, now);

	if (r == NULL)
		return -1;
	for (size_t i = 0; i < PARTITIONS; i++)
		r->seen[i] = EVENTS;
	for (size_t i = 0; i < n; i++)
		r->seen[seen[i].partition] = model_event_of(seen[i].entry);
	return 0;
}

/* ---- The server executes a request ------------------------------------- */

static void
do_beat(struct model_request *r, int worker)
{
	size_t live = 0, rank = 0, held = 0;

	server.alive[worker] = r->leaves ? 0 : server.now + LEASE;
	for (int i = 0; i < 8; i++) {
		if (server.alive[i] <= server.now)
			continue;
		live++;
		rank += i < worker;
	}
	r->share = r->leaves || live == 0
	    ? 0
	    : PARTITIONS / live + (rank < PARTITIONS % live);
	for (size_t i = 0; i < r->n; i++) {
		bool ours = model_owns(worker, r->leases[i]);

		if (ours) {
			server.lease[r->leases[i].partition].owner = worker;
			server.lease[r->leases[i].partition].until =
			    server.now + LEASE;
			held++;
		}
		r->news[r->count++] = (struct queue_lease_news){
		    r->leases[i], ours ? QUEUE_KEPT : QUEUE_LOST};
	}
	for (uint32_t p = 0; p < PARTITIONS && held < r->share; p++) {
		bool listed = false;

		for (size_t i = 0; i < r->n; i++)
			listed = listed || r->leases[i].partition == p;
		if (listed ||
		    (server.lease[p].owner >= 0 &&
			server.lease[p].until > server.now))
			continue;
		server.lease[p].epoch++;
		server.lease[p].owner = server.lease[p].last_owner = worker;
		server.lease[p].until = server.now + LEASE;
		held++;
		r->news[r->count++] = (struct queue_lease_news){
		    {p, server.lease[p].epoch}, QUEUE_GAINED};
	}
}

static void
do_take(struct model_request *r)
{
	enum stage wanted = r->from < 0 ? ADDED : GIVEN;

	r->next = -1;
	for (int i = r->from < 0 ? 0 : r->from; i < server.added; i++) {
		struct model_event *e = &server.event[i];

		if (e->partition != r->lease.partition)
			continue;
		if (e->stage == wanted && r->count == r->most) {
			r->next = i;
			break;
		}
		if (e->stage == wanted) {
			memcpy(r->state[r->count], e->state, STATE_MAX);
			r->taken[r->count++] = i;
			e->stage = GIVEN;
		}
		r->last = i;
	}
}

static void
do_write(struct model_request *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct model_event *e = &server.event[r->change[i].event];
		bool fresh = r->change[i].settled
		    ? e->stage == GIVEN
		    : strcmp(e->state, r->change[i].state) != 0;

		if (fresh)
			e->letters += r->change[i].letters;
		if (r->change[i].settled)
			e->stage = SETTLED;
		memcpy(e->state, r->change[i].state, STATE_MAX);
	}
}

static bool
do_watch(struct model_request *r)
{
	for (int i = 0; i < server.added; i++) {
		uint32_t p = server.event[i].partition;
		bool have = false;

		if (i <= r->seen[p])
			continue;
		for (size_t j = 0; j < r->count; j++)
			have = have || r->woken[j] == p;
		if (!have)
			r->woken[r->count++] = p;
	}
	return r->count > 0 || server.now - r->at > 50;
}

/* Return false if it is not done yet. */
static bool
model_execute(struct model_request *r, int worker)
{
	r->result = QUEUE_DONE;
	if (r->request == QUEUE_WATCH)
		return do_watch(r);
	if (r->request == QUEUE_BEAT) {
		do_beat(r, worker);
		return true;
	}
	if (!model_owns(worker, r->lease)) {
		server.refused++;
		r->result = QUEUE_NOT_OURS;
		return true;
	}
	if (r->request == QUEUE_TAKE) {
		do_take(r);
	} else if (r->request == QUEUE_WRITE) {
		do_write(r);
	} else {
		server.lease[r->lease.partition].owner = -1;
		server.lease[r->lease.partition].last_owner = -1;
	}
	return true;
}

static void
model_deliver(struct model_link *l)
{
	bool blocked = false;

	for (size_t i = 0; i < l->count && !server.down; i++) {
		struct model_request *r = l->queue[i];
		bool watch = r->request == QUEUE_WATCH;

		if (r->executed || r->lost || r->at > server.now ||
		    (blocked && !watch) || !model_execute(r, l->worker)) {
			blocked = blocked || (!watch && !r->executed);
			continue;
		}
		r->executed = true;
		r->back = server.now + 1 + model_random(6);
		for (size_t j = 0; j < i; j++) {
			if ((l->queue[j]->request == QUEUE_WATCH) == watch &&
			    l->queue[j]->back > r->back)
				r->back = l->queue[j]->back;
		}
	}
}

/* The connection is lost: what was executed stays so, and nobody knows. */
static void
model_break(struct model_link *l)
{
	l->connection++;
	for (size_t i = 0; i < l->count; i++) {
		l->queue[i]->lost = true;
		l->queue[i]->back = server.now;
	}
}

/* Another server takes over, which lacks some of the last outcomes. */
static void
model_fail_over(void)
{
	for (int i = 0; i < server.added; i++) {
		struct model_event *e = &server.event[i];

		if (e->stage != SETTLED || model_random(8) != 0)
			continue;
		e->stage = GIVEN;
		e->letters = 0;
	}
}

/* ---- Answers ----------------------------------------------------------- */

static void
model_fill_taken(struct model_link *l, const struct model_request *r)
{
	for (size_t i = 0; i < r->count; i++) {
		char(*t)[QUEUE_ID_MAX] = l->text[i];

		snprintf(t[0], QUEUE_ID_MAX, "%d-1", r->taken[i] + 1);
		snprintf(t[1], QUEUE_ID_MAX, "line %d", r->taken[i]);
		snprintf(t[2], QUEUE_ID_MAX, "%s", r->state[i]);
		l->taken[i] = (struct queue_taken){.entry = span_of(t[0]),
		    .line = span_of(t[1]),
		    .id = span_of(t[0]),
		    .state = span_of(t[2])};
	}
	l->next[0] = '\0';
	if (r->next >= 0)
		snprintf(l->next, sizeof(l->next), "%d-1", r->next + 1);
	snprintf(l->seen, sizeof(l->seen), "%d-1", r->last + 1);
}

static bool
model_next(struct queue_link *k, struct queue_answer *a)
{
	struct model_link *l = (struct model_link *)k;
	struct model_request *r;
	size_t i;

	free(l->held);
	l->held = NULL;
	model_deliver(l);
	for (i = 0; i < l->count; i++) {
		r = l->queue[i];
		if ((r->executed || r->lost) && r->back <= server.now)
			break;
	}
	if (i == l->count)
		return false;
	l->held = r = l->queue[i];
	memmove(&l->queue[i], &l->queue[i + 1],
	    (l->count - i - 1) * sizeof(l->queue[0]));
	l->count--;
	model_fill_taken(l, r);
	*a = (struct queue_answer){.request = r->request,
	    .result = r->lost ? QUEUE_UNKNOWN : r->result,
	    .why = "",
	    .asked = r->asked,
	    .connection = l->connection + 1,
	    .lease = r->lease,
	    .share = r->share,
	    .news = r->news,
	    .taken = l->taken,
	    .next = l->next,
	    .seen = l->seen,
	    .woken = r->woken,
	    .count = r->lost ? 0 : r->count};
	return true;
}

static const struct queue_link_row model_row = {model_beat, model_take,
    model_write, model_release, model_watch, model_next};

static void
model_link_release(struct model_link *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->queue[i]);
	free(l->held);
	l->count = 0;
	l->held = NULL;
}

#endif
