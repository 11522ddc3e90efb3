/*
 * Workers of a queue against a model of the server, in random histories: events
 * are added and delivered, attempts fail, workers are killed, paused for longer
 * than their lease, stopped and started, and the server and connections go away;
 * the server may come back without some of the last outcomes.
 *
 * In every history
 *	- every event is settled at the end, and was delivered or is a dead letter,
 *	  of which there is one;
 *	- the events of a session are first delivered in order, but for those that
 *	  were given up;
 *	- no request is begun for an event that is settled, or by a worker whose
 *	  lease another one has taken.
 */
#include "check.h"
#include "queue_model_server.h"

#define WORKERS 3
#define SESSIONS 9
#define HISTORIES 400
#define IN_HAND 64

/* What a worker does with an event: its requests are made one after another in
 * each session. */
struct hand {
	struct queue_event *e;
	int event;
	int attempts;
	bool under_way, revoked;
	int64_t until; /* of the request, or of the pause */
};

struct machine {
	bool alive, leaving;
	int64_t paused_until;
	struct model_link link;
	struct queue_worker *w;
	struct hand hand[IN_HAND];
	size_t count;
};

static struct machine machine[WORKERS];
static int bad_order, bad_settled, bad_lease, duplicates, bad_state;

static void
drop_hand(struct machine *m, size_t i)
{
	memmove(&m->hand[i], &m->hand[i + 1],
	    (m->count - i - 1) * sizeof(m->hand[0]));
	m->count--;
}

static void
revoked(void *context, struct queue_event *e)
{
	struct machine *m = context;

	for (size_t i = 0; i < m->count; i++) {
		if (m->hand[i].e != e)
			continue;
		if (m->hand[i].under_way) {
			m->hand[i].revoked = true;
			return;
		}
		drop_hand(m, i);
		break;
	}
	queue_worker_drop(m->w, e);
}

static void
start(int i)
{
	struct machine *m = &machine[i];
	struct queue_worker_options o = {.link = &m->link.base,
	    .partitions = PARTITIONS,
	    .lease = LEASE,
	    .most = IN_HAND,
	    .revoked = revoked,
	    .context = m};

	memset(m, 0, sizeof(*m));
	m->link.base.row = &model_row;
	m->link.worker = i;
	m->w = queue_worker_new(&o);
	m->alive = m->w != NULL;
}

static void
finish(int i)
{
	queue_worker_free(machine[i].w);
	model_link_release(&machine[i].link);
	machine[i].alive = false;
	machine[i].w = NULL;
	machine[i].count = 0;
}

static bool
is_first_of_session(const struct machine *m, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (server.event[m->hand[j].event].session ==
		    server.event[m->hand[i].event].session)
			return false;
	}
	return true;
}

/* Check what must be true when a request is begun. */
static void
check_begin(int worker, const struct hand *h)
{
	const struct model_event *e = &server.event[h->event];

	bad_settled += e->stage == SETTLED;
	bad_lease += server.lease[e->partition].last_owner != worker;
	for (int i = 0; i < server.added; i++) {
		const struct model_event *o = &server.event[i];

		if (o->session == e->session && o->rank < e->rank &&
		    o->delivered == 0 && !o->given_up)
			bad_order++;
	}
}

static void
answer(struct machine *m, size_t i)
{
	struct hand *h = &m->hand[i];
	struct model_event *e = &server.event[h->event];
	char state[STATE_MAX];

	h->under_way = false;
	h->attempts++;
	if (model_random(4) != 0) {
		duplicates += e->delivered++ > 0;
		queue_worker_settle(m->w, h->e);
	} else if (h->attempts >= 4) {
		e->given_up = true;
		queue_worker_bury(m->w, h->e, h->e->line, span_of("dead"));
		queue_worker_settle(m->w, h->e);
	} else {
		snprintf(state, sizeof(state), "%d", h->attempts);
		queue_worker_save(m->w, h->e, span_of(state));
		h->until = server.now + model_random(200);
		if (!h->revoked)
			return;
		queue_worker_drop(m->w, h->e);
	}
	drop_hand(m, i);
}

static void
work(int worker)
{
	struct machine *m = &machine[worker];
	struct queue_event *e;
	struct err err;

	if (queue_worker_turn(m->w, server.now, &err) != 0)
		bad_state++;
	while (m->count < IN_HAND && !m->leaving &&
	    (e = queue_worker_next(m->w)) != NULL) {
		int event = model_event_of(e->id.p);

		m->hand[m->count++] = (struct hand){.e = e,
		    .event = event,
		    .attempts = (int)strtol(e->state.p, NULL, 10)};
	}
	for (size_t i = m->count; i-- > 0;) {
		if (m->hand[i].under_way && m->hand[i].until <= server.now)
			answer(m, i);
	}
	for (size_t i = 0; i < m->count; i++) {
		struct hand *h = &m->hand[i];

		if (h->under_way || h->until > server.now || m->leaving ||
		    !is_first_of_session(m, i) ||
		    !queue_worker_may_send(m->w, server.now))
			continue;
		check_begin(worker, h);
		h->under_way = true;
		h->until = server.now + 1 + model_random(60);
	}
	queue_worker_turn(m->w, server.now, &err);
	if (m->leaving && m->count == 0) {
		queue_worker_leave(m->w);
		if (queue_worker_has_left(m->w))
			finish(worker);
	}
}

static void
add_event(void)
{
	struct model_event *e = &server.event[server.added];

	if (server.added == EVENTS || server.down)
		return;
	e->stage = ADDED;
	e->session = model_random(SESSIONS);
	e->partition = e->session % PARTITIONS;
	e->rank = (uint32_t)server.added;
	server.added++;
}

/* Something happens, or nothing. */
static void
disturb(void)
{
	int i = (int)model_random(WORKERS);
	struct machine *m = &machine[i];

	switch (model_random(400)) {
	case 0: /* kill -9 */
		if (m->alive)
			finish(i);
		break;
	case 1: /* SIGSTOP */
		m->paused_until = server.now + model_random(3 * LEASE);
		break;
	case 2: /* SIGTERM */
		if (m->alive && !m->leaving) {
			m->leaving = true;
			queue_worker_leave(m->w);
		}
		break;
	case 3:
	case 4:
		if (m->alive)
			model_break(&m->link);
		break;
	case 5: /* the server goes away; it comes back, or another one does */
		server.down = true;
		if (model_random(2) == 0)
			model_fail_over();
		for (int j = 0; j < WORKERS; j++) {
			if (machine[j].alive)
				model_break(&machine[j].link);
		}
		break;
	case 6:
	case 7:
	case 8:
		server.down = false;
		break;
	case 9:
	case 10:
	case 11:
		if (!m->alive)
			start(i);
		break;
	default:
		break;
	}
}

static bool
all_settled(void)
{
	for (int i = 0; i < server.added; i++) {
		if (server.event[i].stage != SETTLED)
			return false;
	}
	return server.added == EVENTS;
}

/* Return how many events were lost: neither delivered nor a dead letter. */
static int
history(uint64_t seed, bool *ended)
{
	int lost = 0;
	int64_t step = 0;

	memset(&server, 0, sizeof(server));
	model_random_state = seed;
	for (int p = 0; p < PARTITIONS; p++)
		server.lease[p].owner = server.lease[p].last_owner = -1;
	for (int i = 0; i < WORKERS; i++)
		start(i);
	for (; step < 200000 && !all_settled(); step++) {
		server.now++;
		if (model_random(10) == 0)
			add_event();
		if (step < 6000)
			disturb();
		if (step == 6000) {
			server.down = false;
			for (int i = 0; i < WORKERS; i++) {
				if (!machine[i].alive)
					start(i);
			}
		}
		for (int i = 0; i < WORKERS; i++) {
			if (machine[i].alive &&
			    machine[i].paused_until <= server.now)
				work(i);
		}
	}
	*ended = all_settled();
	for (int i = 0; i < server.added; i++) {
		const struct model_event *e = &server.event[i];

		lost += e->delivered == 0 && e->letters == 0;
		bad_state += e->letters > 1;
	}
	for (int i = 0; i < WORKERS; i++) {
		if (machine[i].alive)
			finish(i);
	}
	return lost;
}

int
main(void)
{
	int lost = 0, stuck = 0;
	uint64_t refused = 0;
	bool ended;

	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		int before = bad_order + bad_settled + bad_lease + bad_state;
		int now_lost = history(seed, &ended);

		lost += now_lost;
		stuck += !ended;
		refused += server.refused;
		if (now_lost + !ended > 0 ||
		    bad_order + bad_settled + bad_lease + bad_state > before)
			printf("# seed %d\n", (int)seed);
	}
	CHECK(stuck == 0, "every event is settled in every history");
	CHECK(lost == 0, "none is lost");
	CHECK(bad_order == 0, "sessions are delivered in order");
	CHECK(bad_settled == 0, "no request is begun for a settled event");
	CHECK(bad_lease == 0, "nor by a worker that another one has replaced");
	CHECK(bad_state == 0, "there is one dead letter for each dead event");
	CHECK(duplicates > 0, "(some histories deliver an event twice)");
	CHECK(refused > 0, "(some requests are refused for their epoch)");
	printf("# %d duplicates, %d refused\n", duplicates, (int)refused);
	return check_done();
}
