/*
 * deliver_model_world: the clocks and the receivers of deliver_model.c, and
 * the account of what happened so far.
 *
 * The disk keeps what was committed.  From a crash on, which comes before any
 * write, nothing is written and nothing sent any more; the next run finds what
 * was committed.
 */
#ifndef DELIVER_MODEL_WORLD_H
#define DELIVER_MODEL_WORLD_H

#include "check.h"
#include "deliver/internal.h"

#define MODEL_EVENTS 48
#define MODEL_ENDPOINTS 2
#define MODEL_IN_FLIGHT 16

/* One event for one endpoint, as a store has it. */
struct model_row {
	bool there;
	enum store_state state;
	int64_t at, first, since, batch;
	uint32_t attempts, round;
	int status;
};

struct model_disk {
	int64_t last;              /* the number of the last event */
	int64_t seq[MODEL_EVENTS]; /* of each; 0: not there */
	bool off[MODEL_ENDPOINTS];
	struct model_row row[MODEL_ENDPOINTS][MODEL_EVENTS];
};

/* What all histories saw: a test of too little must not seem to pass. */
static struct {
	uint64_t sent, again, batches, crashes, settled;
} model_saw;

static struct model {
	uint64_t random;
	int64_t now, wall;
	int64_t writes_left; /* before the crash; -1: none comes */
	bool crashed;
	bool durable, ordered;
	unsigned sessions;
	unsigned runs;
	struct model_disk disk, safe; /* as written, and as committed */
	/* Requests without an answer. */
	struct deliver_request *in_flight[MODEL_IN_FLIGHT];
	enum outgoing_verdict verdict[MODEL_IN_FLIGHT];
	bool answered[MODEL_IN_FLIGHT];
	size_t flying;
	/* What failed together and goes together: a number; 0: alone. */
	int64_t group[MODEL_ENDPOINTS][MODEL_EVENTS];
	int64_t groups;
	bool out[MODEL_ENDPOINTS][MODEL_EVENTS]; /* under way */
	unsigned failures_most; /* 0: as long as give_up lets */
	unsigned failures[MODEL_ENDPOINTS][MODEL_EVENTS];
	const char *fault; /* the first thing that must not be */
} model;

/* splitmix64 */
static uint32_t
model_draw(uint32_t below)
{
	uint64_t z = model.random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

static void
model_fault(const char *what)
{
	if (model.fault == NULL)
		model.fault = what;
}

static void
model_clocks(int64_t *now, int64_t *wall)
{
	*now = model.now;
	*wall = model.wall;
}

static const char *
model_name(size_t i)
{
	static const char *const name[MODEL_ENDPOINTS] = {
	    "http://h/0", "http://h/1"};

	return name[i];
}

static size_t
model_endpoint(const struct deliver_request *r)
{
	return (size_t)(deliver_endpoint_of(r->in.endpoint)->name[9] - '0');
}

/* The number in an ID "e12". */
static size_t
model_event(const struct outgoing_event *event)
{
	size_t k = 0;

	for (size_t i = 1; i < event->id.n; i++)
		k = 10 * k + (size_t)(event->id.p[i] - '0');
	return k;
}

static size_t
model_session(size_t k)
{
	return k % model.sessions;
}

/* The line of event ${k}, which is in one of the sessions. */
static void
model_line(size_t k, char *line, size_t size)
{
	snprintf(line, size,
	    "{\"specversion\":\"1.0\",\"id\":\"e%zu\",\"source\":\"s\","
	    "\"type\":\"t\",\"partitionkey\":\"s-%zu\"}",
	    k, model_session(k));
}

/* The next run begins with what is safe. */
static void
model_restart(void)
{
	model_saw.crashes += model.crashed;
	model.disk = model.safe;
	model.crashed = false;
	model.writes_left = -1;
	model.flying = 0;
	model.runs++;
	memset(model.out, 0, sizeof(model.out));
	for (size_t e = 0; e < MODEL_ENDPOINTS; e++) {
		for (size_t k = 0; k < MODEL_EVENTS; k++)
			model.group[e][k] = model.disk.row[e][k].batch;
	}
}

/* May one more write be made? */
static bool
model_write(void)
{
	if (model.writes_left == 0)
		model.crashed = true;
	else if (model.writes_left > 0)
		model.writes_left--;
	return !model.crashed;
}

/* Is what is settled, or what must come after others, sent? */
static void
model_check_sent(size_t e, size_t k)
{
	const struct model_disk *m = &model.disk;

	if (!m->row[e][k].there)
		model_fault("what was never accepted is sent");
	if (model.durable && !model.safe.row[e][k].there)
		model_fault("what is not safe yet is sent");
	if (m->row[e][k].state >= STORE_DELIVERED)
		model_fault("what is settled is sent");
	if (model.out[e][k])
		model_fault("it is sent twice at once");
	model.out[e][k] = true;
	for (size_t j = 0; j < MODEL_EVENTS && model.ordered; j++) {
		if (j != k && model_session(j) == model_session(k) &&
		    m->row[e][j].there &&
		    m->row[e][j].state < STORE_DELIVERED &&
		    m->seq[j] < m->seq[k])
			model_fault("a session is out of order");
	}
}

/* Does what failed together go together? */
static void
model_check_group(const struct deliver_request *r, size_t e)
{
	const struct schedule_entry *first = r->in.entry;
	int64_t group = model.group[e][model_event(first->delivery.event)];
	size_t n = 0;

	for (const struct schedule_entry *entry = first; entry != NULL;
	     entry = entry->next) {
		if (model.group[e][model_event(entry->delivery.event)] != group)
			model_fault("batches are mixed");
	}
	for (size_t k = 0; k < MODEL_EVENTS; k++)
		n += model.disk.row[e][k].there &&
		    model.disk.row[e][k].state < STORE_DELIVERED &&
		    model.group[e][k] == group;
	if (group != 0 && n != r->in.count)
		model_fault("a batch is torn");
}

static int
model_send(struct transport *t, const struct transport_request *q)
{
	struct deliver_request *r = q->context;
	size_t e = model_endpoint(r);

	(void)t;
	if (model.flying == MODEL_IN_FLIGHT)
		return -1;
	model.in_flight[model.flying] = r;
	model.answered[model.flying++] = false;
	if (model.crashed)
		return 0;
	for (const struct schedule_entry *entry = r->in.entry; entry != NULL;
	     entry = entry->next)
		model_check_sent(e, model_event(entry->delivery.event));
	model_check_group(r, e);
	model_saw.sent += r->in.count;
	model_saw.again += r->in.again;
	model_saw.batches += r->in.count > 1;
	return 0;
}

static int
model_wait(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms)
{
	(void)t;
	(void)fd;
	(void)readable;
	(void)n;
	(void)ms;
	return 0;
}

/* Let ${i} of those in flight be answered so. */
static void
model_answer(size_t i, enum outgoing_verdict verdict)
{
	model.answered[i] = true;
	model.verdict[i] = verdict;
}

static void
model_count_answer(
    const struct deliver_request *r, enum outgoing_verdict verdict)
{
	size_t e = model_endpoint(r);
	int64_t group = 0;
	bool together = r->in.count > 1 && verdict != OUTGOING_REFUSED;

	for (const struct schedule_entry *entry = r->in.entry; entry != NULL;
	     entry = entry->next) {
		size_t k = model_event(entry->delivery.event);

		model.out[e][k] = false;
		if (model.group[e][k] != 0)
			group = model.group[e][k];
		if (verdict == OUTGOING_RETRY)
			model.failures[e][k]++;
		if (model.failures[e][k] > (model.failures_most > 0
						   ? model.failures_most
						   : 20 + model.runs))
			model_fault("attempts have no bound");
	}
	if (verdict == OUTGOING_SHORT)
		return; /* nothing was sent */
	if (together && group == 0)
		group = ++model.groups;
	for (const struct schedule_entry *entry = r->in.entry; entry != NULL;
	     entry = entry->next)
		model.group[e][model_event(entry->delivery.event)] =
		    together ? group : 0;
}

static bool
model_take_answer(struct transport *t, struct outgoing_answer *a)
{
	static const int status[] = {[OUTGOING_DELIVERED] = 200,
	    [OUTGOING_RETRY] = 503,
	    [OUTGOING_REFUSED] = 400,
	    [OUTGOING_GONE] = 410};
	size_t i = 0;

	(void)t;
	while (i < model.flying && !model.answered[i])
		i++;
	if (i == model.flying)
		return false;
	*a = (struct outgoing_answer){.context = model.in_flight[i],
	    .verdict = model.verdict[i],
	    .status = status[model.verdict[i]],
	    .retry_after = -1,
	    .why = "so",
	    .error = "",
	    .address = "",
	    .excerpt = "",
	    .allowed_origin = "",
	    .allowed_rate = ""};
	if (!model.crashed && a->verdict == OUTGOING_RETRY &&
	    model_draw(10) == 0) {
		a->retry_after = model_draw(20000);
		a->for_endpoint = a->retry_after > 0;
	}
	if (!model.crashed)
		model_count_answer(a->context, a->verdict);
	model.flying--;
	model.in_flight[i] = model.in_flight[model.flying];
	model.answered[i] = model.answered[model.flying];
	model.verdict[i] = model.verdict[model.flying];
	return true;
}

static void
model_cancel(struct transport *t)
{
	(void)t;
	for (size_t i = 0; i < model.flying; i++)
		model_answer(i, OUTGOING_CANCELLED);
}

static void
model_close(struct transport *t)
{
	(void)t;
}

static struct transport_target *
model_target_open(const struct http_target_options *o, struct err *err)
{
	static char target;

	(void)o;
	(void)err;
	return (struct transport_target *)(void *)&target;
}

static void
model_target_close(struct transport_target *target)
{
	(void)target;
}

static struct transport *
model_transport(void)
{
	static const struct transport_row row = {.name = "model",
	    .close = model_close,
	    .target_open = model_target_open,
	    .target_close = model_target_close,
	    .send = model_send,
	    .wait = model_wait,
	    .take_answer = model_take_answer,
	    .cancel = model_cancel};
	static struct transport transport = {&row};

	return &transport;
}

#endif
