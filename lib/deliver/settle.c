#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"

void
deliver_note(struct deliver *d, enum deliver_note what,
    const struct deliver_endpoint *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->out->report(d->out->context, what, e->shown, text);
}

/* xoroshiro-like steps: jitter need not be secret. */
double
deliver_random(struct deliver *d)
{
	uint64_t a = d->random[0], b = d->random[1], sum = a + b;

	b ^= a;
	d->random[0] = (a << 24 | a >> 40) ^ b ^ b << 16;
	d->random[1] = b << 37 | b >> 27;
	return (double)(sum >> 11) / 9007199254740992.0;
}

uint64_t
deliver_settled(const struct deliver *d)
{
	return d->count.delivered + d->count.dead + d->count.expired;
}

void
deliver_close(struct deliver *d, struct deliver_job *j, enum deliver_outcome o,
    const char *reason)
{
	struct deliver_endpoint *e = j->endpoint;

	static const enum spool_state state[] = {
	    [DELIVER_OUTCOME_DELIVERED] = SPOOL_DELIVERED,
	    [DELIVER_OUTCOME_DEAD] = SPOOL_DEAD,
	    [DELIVER_OUTCOME_EXPIRED] = SPOOL_EXPIRED};

	if (d->store.spool != NULL)
		deliver_store_settle(d, j, state[o], reason);
	deliver_receipt(d, j, o, reason, d->wall);
	e->pending--;
	d->count.pending--;
	switch (o) {
	case DELIVER_OUTCOME_DELIVERED:
		e->delivered++;
		d->count.delivered++;
		deliver_observe(e, (double)deliver_latency(j, d->wall) / 1000);
		break;
	case DELIVER_OUTCOME_DEAD:
		e->dead++;
		d->count.dead++;
		break;
	case DELIVER_OUTCOME_EXPIRED:
		e->expired++;
		d->count.expired++;
		break;
	}
	if (o != DELIVER_OUTCOME_DELIVERED)
		deliver_note(d, DELIVER_NOTE_LOST, e,
		    "%.*s: %s after %u attempt%s: %s", (int)j->event->id.n,
		    j->event->id.p,
		    o == DELIVER_OUTCOME_DEAD ? "dead" : "expired", j->attempts,
		    j->attempts == 1 ? "" : "s", reason);
}

void
deliver_settle(struct deliver *d, struct deliver_job *j, enum deliver_outcome o,
    const char *reason)
{
	deliver_close(d, j, o, reason);
	deliver_job_free(d, j);
}

void
deliver_flush_endpoint(
    struct deliver *d, struct deliver_endpoint *e, const char *reason)
{
	struct deliver_job *j;

	for (j = e->oldest; j != NULL; j = j->newer) {
		if (j->heap == 0)
			continue;
		deliver_heap_remove(&d->waiting, j);
		deliver_make_ready(j, false);
	}
	/* Settling a job may make the next of its session ready, so the list
	 * is taken from its head until it is empty. */
	while ((j = deliver_pop_ready(e)) != NULL)
		deliver_settle(d, j, DELIVER_OUTCOME_DEAD, reason);
}

static void
remember(
    struct deliver_job *j, const struct outgoing_answer *a, const char *why)
{
	char *error = why == NULL ? NULL : strdup(why);

	free(j->error);
	j->error = error;
	j->last_status = a->status;
}

/* When what was in one request goes again, in ms: together. */
static int64_t
pause_of(struct deliver *d, const struct deliver_shipment *s,
    const struct outgoing_answer *a)
{
	uint32_t round = 0;
	int64_t pause;

	for (const struct deliver_job *j = s->job; j != NULL; j = j->next)
		round = j->round >= round ? j->round + 1 : round;
	pause = deliver_pause(&d->policy, round, d->store.spool != NULL,
	    a->retry_after, deliver_random(d));
	/* In the spool the time tells the members of a batch. */
	if (s->request.is_batch && d->store.spool != NULL)
		pause =
		    deliver_store_free_time(d, s->endpoint, d->wall + pause) -
		    d->wall;
	return pause;
}

/* Try ${j} again after ${pause}, or give it up.  Return true where it stays in
 * memory until then, in no queue. */
static bool
again(struct deliver *d, struct deliver_job *j, const char *why, int64_t pause)
{
	const struct deliver_policy *p = &d->policy;
	bool slow = d->store.spool != NULL;
	char reason[400];

	j->round++;
	if (!slow && j->round >= p->max_attempts) {
		deliver_settle(d, j, DELIVER_OUTCOME_DEAD, why);
		return false;
	}
	if (d->wall + pause > j->since + p->give_up) {
		snprintf(reason, sizeof(reason),
		    "%s; the next attempt would be later than "
		    "--give-up-after",
		    why);
		deliver_settle(d, j, DELIVER_OUTCOME_EXPIRED, reason);
		return false;
	}
	deliver_note(d, DELIVER_NOTE_DETAIL, j->endpoint,
	    "%.*s: attempt %u: %s; next in %.1f s", (int)j->event->id.n,
	    j->event->id.p, j->attempts, why, (double)pause / 1000);
	return !slow || deliver_store_wait(d, j, d->wall + pause);
}

void
deliver_switch_off(
    struct deliver *d, struct deliver_endpoint *e, const char *why)
{
	char reason[400];

	if (!e->off)
		deliver_note(d, DELIVER_NOTE_STATE, e, "switched off: %s", why);
	e->off = true;
	if (d->store.spool != NULL)
		return;
	snprintf(reason, sizeof(reason), "endpoint switched off: %s", why);
	deliver_flush_endpoint(d, e, reason);
}

void
deliver_put_off(struct deliver *d, struct deliver_endpoint *e, int64_t until,
    const char *why)
{
	struct deliver_job *j = e->ready, *next;
	int64_t then = d->wall + (until > d->now ? until - d->now : 0);
	char reason[400];

	e->ready = NULL;
	e->ready_end = &e->ready;
	snprintf(reason, sizeof(reason), "endpoint is down: %s", why);
	for (; j != NULL; j = next) {
		struct deliver_job *left = NULL, **end = &left, *mate;

		next = j->next;
		j->next = NULL;
		for (; j != NULL; j = mate) {
			mate = j->mate;
			j->mate = NULL;
			if (then > j->since + d->policy.give_up) {
				deliver_settle(
				    d, j, DELIVER_OUTCOME_EXPIRED, reason);
				continue;
			}
			*end = j;
			end = &j->mate;
		}
		if (left != NULL)
			deliver_make_ready(left, false);
	}
}

void
deliver_is_down(struct deliver *d, struct deliver_endpoint *e, uint32_t n,
    const char *what, const char *why)
{
	char reason[400];

	if (!e->down)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "down: %u %s in a row failed: %s", n, what, why);
	e->down = true;
	if (d->store.spool != NULL)
		return;
	snprintf(reason, sizeof(reason), "endpoint is down: %s", why);
	deliver_flush_endpoint(d, e, reason);
}

void
deliver_take_hold(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	if (!a->for_endpoint || d->now + a->retry_after <= e->hold)
		return;
	e->hold = d->now + a->retry_after;
	if (d->store.spool != NULL)
		deliver_store_hold(d, e);
}

void
deliver_expire_held(struct deliver *d, struct deliver_endpoint *e)
{
	int64_t until = d->wall + (e->hold - d->now);

	/* They stand in the order in which they came, more or less; those
	 * behind have their turn when it is over for those before. */
	while (e->hold > d->now && e->ready != NULL &&
	    until > e->ready->since + d->policy.give_up)
		deliver_settle(d, deliver_pop_ready(e), DELIVER_OUTCOME_EXPIRED,
		    "Retry-After of the endpoint is later than "
		    "--give-up-after");
}

/* What the answer says about the endpoint as a whole. */
static void
judge_endpoint(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	struct deliver_breaker *b = &e->breaker;
	enum outgoing_verdict v = a->verdict;
	bool was_open = b->open;

	deliver_take_hold(d, e, a);
	if (v == OUTGOING_DENIED || v == OUTGOING_SHORT ||
	    v == OUTGOING_CANCELLED) {
		deliver_breaker_unknown(b);
		return;
	}
	if (v != OUTGOING_RETRY) {
		deliver_breaker_success(b);
		e->down = false;
		if (was_open)
			deliver_note(d, DELIVER_NOTE_STATE, e,
			    "circuit closed: it answers again");
		return;
	}
	if (!deliver_breaker_failure(b, &d->policy, d->now, deliver_random(d)))
		return;
	if (e->hold > b->until)
		b->until = e->hold;
	if (!was_open)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "circuit open after %u failures in a row: %s", b->failures,
		    a->why);
	deliver_put_off(d, e, b->until, a->why);
	if (b->opened >= (uint64_t)d->policy.max_attempts)
		deliver_is_down(d, e, b->opened, "probes", a->why);
}

/* No request was made: nothing has become of ${j}, but time goes by.  Return as
 * again. */
static bool
unsent(struct deliver *d, struct deliver_job *j, const char *why)
{
	char reason[400];

	if (--j->attempts == 0)
		j->first = 0;
	if (d->wall <= j->since + d->policy.give_up)
		return true;
	snprintf(
	    reason, sizeof(reason), "%s; not sent within --give-up-after", why);
	deliver_settle(d, j, DELIVER_OUTCOME_EXPIRED, reason);
	return false;
}

/* What becomes of ${j}, which is in no queue?  Return true where it will be
 * sent again, with its mates: now, or after ${pause}. */
static bool
settle_one(struct deliver *d, struct deliver_job *j,
    const struct outgoing_answer *a, int64_t pause)
{
	if (a->verdict == OUTGOING_SHORT)
		return unsent(d, j, a->why);
	remember(j, a, a->verdict == OUTGOING_DELIVERED ? NULL : a->why);
	switch (a->verdict) {
	case OUTGOING_DELIVERED:
		deliver_settle(d, j, DELIVER_OUTCOME_DELIVERED, NULL);
		break;
	case OUTGOING_RETRY:
		return again(d, j, a->why, pause);
	case OUTGOING_REFUSED:
	case OUTGOING_DENIED:
		deliver_settle(d, j, DELIVER_OUTCOME_DEAD, a->why);
		break;
	case OUTGOING_SHORT:
	case OUTGOING_CANCELLED:
		/* For deliver_abandon, or for the next run. */
	case OUTGOING_GONE:
		/* With those that wait: see deliver_switch_off. */
		if (d->store.spool != NULL)
			deliver_store_settle(d, j, SPOOL_READY, j->error);
		return true;
	}
	return false;
}

/* The first of mates goes into the queue for all of them. */
static void
queue_mates(struct deliver *d, struct deliver_job *j, int64_t pause)
{
	struct deliver_job *mate;

	j->due = d->now + pause;
	if (pause > 0 && deliver_heap_push(&d->waiting, j) == 0)
		return;
	if (pause == 0 || d->store.spool != NULL) {
		deliver_make_ready(j, true);
		return;
	}
	for (; j != NULL; j = mate) {
		mate = j->mate;
		j->mate = NULL;
		deliver_settle(d, j, DELIVER_OUTCOME_DEAD, "out of memory");
	}
}

static void
settle_shipment(struct deliver *d, struct deliver_shipment *s,
    const struct outgoing_answer *a)
{
	int64_t pause = a->verdict == OUTGOING_RETRY ? pause_of(d, s, a) : 0;
	struct deliver_job *left = NULL, **end = &left, *next;

	for (struct deliver_job *j = s->job; j != NULL; j = next) {
		next = j->next;
		j->next = NULL;
		/* One of them may be the reason: each goes alone now. */
		if (a->verdict == OUTGOING_REFUSED && s->count > 1) {
			j->alone = true;
			remember(j, a, a->why);
			deliver_make_ready(j, true);
		} else if (settle_one(d, j, a, pause)) {
			*end = j;
			end = &j->mate;
		}
	}
	if (left != NULL)
		queue_mates(d, left, pause);
}

/* Was it the last of the quick attempts? */
static bool
is_last(const struct deliver *d, const struct deliver_shipment *s)
{
	return s->job != NULL && s->job->round + 1 >= d->policy.max_attempts;
}

/* A request was made: count it, and keep account of it. */
static void
count_attempt(struct deliver *d, const struct deliver_shipment *s,
    const struct outgoing_answer *a)
{
	struct deliver_endpoint *e = s->endpoint;

	if (d->audit != NULL)
		deliver_audit_attempt(d->audit, s, a);
	if (a->verdict != OUTGOING_DELIVERED) {
		e->failures++;
		if (a->verdict != OUTGOING_RETRY || is_last(d, s))
			deliver_tell_reason(d, s, a);
	}
	if (s->handshake)
		return;
	e->attempts++;
	d->count.attempts++;
	for (const struct deliver_job *j = s->job; j != NULL; j = j->next) {
		e->retries += j->attempts > 1;
		d->count.retries += j->attempts > 1;
	}
}

void
deliver_answered(struct deliver *d, const struct outgoing_answer *a)
{
	struct deliver_shipment *s = a->context;
	struct deliver_endpoint *e = s->endpoint;

	e->in_flight--;
	d->count.in_flight--;
	if (a->verdict == OUTGOING_SHORT)
		deliver_was_short(d, e, a->error);
	else
		count_attempt(d, s, a);
	if (s->handshake) {
		deliver_consent_answered(d, e, a);
		deliver_shipment_free(d, s);
		return;
	}
	settle_shipment(d, s, a);
	deliver_shipment_free(d, s);
	judge_endpoint(d, e, a);
	if (a->verdict == OUTGOING_GONE) {
		deliver_switch_off(d, e, a->why);
		if (d->store.spool != NULL)
			deliver_store_switch_off(d, e);
	}
}
