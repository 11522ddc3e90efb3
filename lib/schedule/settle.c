#include "schedule/internal.h"

/* Return the pause in ms before the entries of ${r} are sent again,
 * together. */
static int64_t
pause_of(struct schedule *s, const struct schedule_request *r,
    const struct outgoing_answer *a)
{
	uint32_t round = 0;

	for (const struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next) {
		if (entry->delivery.round >= round)
			round = entry->delivery.round + 1;
	}
	return schedule_pause(&s->policy, round, s->policy.durable,
	    a->retry_after, schedule_random(s));
}

/* Give a batch that will be sent again a number, so that the store can return
 * its events together. */
static void
number_batch(struct schedule *s, struct schedule_request *r)
{
	int64_t batch = r->entry->delivery.batch;

	if (!s->policy.durable || r->count < 2)
		return;
	if (batch == 0)
		batch = (int64_t)(schedule_random_bits(s) >> 2) + 1;
	for (struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next)
		entry->delivery.batch = batch;
}

/* Do the entries of ${r} wait in memory?  If one of them blocks its session,
 * all of them do. */
static bool
waits_here(const struct schedule *s, const struct schedule_request *r)
{
	if (!s->policy.durable)
		return true;
	for (const struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next) {
		if (entry->session != NULL)
			return true;
	}
	return false;
}

/* Retry ${entry} after ${pause}, or give it up.  Return true if it stays in
 * memory; the caller then queues it. */
static bool
again(
    struct schedule *s, struct schedule_entry *entry, int64_t pause, bool here)
{
	const struct schedule_policy *p = &s->policy;

	entry->delivery.round++;
	if (!p->durable && entry->delivery.round >= p->max_attempts) {
		schedule_give(s, entry, SCHEDULE_DEAD, SCHEDULE_BY_ANSWER);
		return false;
	}
	entry->at = s->wall + pause;
	if (entry->at > entry->delivery.since + p->give_up) {
		schedule_give(s, entry, SCHEDULE_EXPIRED, SCHEDULE_TOO_LATE);
		return false;
	}
	schedule_give(s, entry, here ? SCHEDULE_WAITS : SCHEDULE_LEAVES,
	    SCHEDULE_BY_ANSWER);
	return here;
}

/* No request was made: undo the attempt.  Return false if ${entry} has expired
 * in the meantime. */
static bool
not_sent(struct schedule *s, struct schedule_entry *entry)
{
	if (--entry->delivery.attempts == 0)
		entry->delivery.first = 0;
	if (s->wall <= entry->delivery.since + s->policy.give_up)
		return true;
	schedule_give(s, entry, SCHEDULE_EXPIRED, SCHEDULE_NEVER_SENT);
	return false;
}

/* Apply ${verdict} to ${entry}, which is not queued.  Return true if it will be
 * sent again with its mates, immediately or after ${pause}. */
static bool
settle_one(struct schedule *s, struct schedule_entry *entry,
    enum outgoing_verdict verdict, int64_t pause, bool here)
{
	switch (verdict) {
	case OUTGOING_DELIVERED:
		schedule_give(s, entry, SCHEDULE_DELIVERED, SCHEDULE_BY_ANSWER);
		return false;
	case OUTGOING_RETRY:
		return again(s, entry, pause, here);
	case OUTGOING_SHORT:
		return not_sent(s, entry);
	case OUTGOING_REFUSED:
	case OUTGOING_DENIED:
		schedule_give(s, entry, SCHEDULE_DEAD, SCHEDULE_BY_ANSWER);
		return false;
	case OUTGOING_CANCELLED:
	case OUTGOING_GONE:
		/* The endpoint decides: see schedule_endpoint_answered. */
		schedule_give(s, entry, SCHEDULE_RETURNED, SCHEDULE_BY_ANSWER);
		return true;
	}
	return false;
}

/* Queue ${entry} and its mates, to be sent after ${pause}. */
static void
queue_mates(struct schedule *s, struct schedule_entry *entry, int64_t pause)
{
	entry->due = s->now + pause;
	/* If memory runs out, send it immediately: better early than never. */
	if (pause == 0 || schedule_await(s, entry) != 0)
		schedule_make_ready(entry, true);
}

/* A single event may have caused the refusal of the batch: send each event by
 * itself, in the same order. */
static void
part(struct schedule_request *r)
{
	struct schedule_endpoint *e = r->endpoint;
	struct schedule_entry *entry = r->entry, *rest = e->ready;

	e->ready = entry;
	for (;; entry = entry->next) {
		entry->alone = true;
		entry->delivery.batch = 0;
		if (entry->next == NULL)
			break;
	}
	entry->next = rest;
	if (rest == NULL)
		e->ready_end = &entry->next;
}

void
schedule_answered(struct schedule *s, struct schedule_request *r,
    const struct outgoing_answer *a)
{
	struct schedule_entry *left = NULL, **end = &left, *next;
	int64_t pause = 0;
	bool here = true;

	r->endpoint->in_flight--;
	s->in_flight--;
	if (a->verdict == OUTGOING_REFUSED && r->count > 1) {
		part(r);
		r->entry = NULL;
		return;
	}
	if (a->verdict == OUTGOING_RETRY) {
		pause = pause_of(s, r, a);
		here = waits_here(s, r);
	}
	if (a->verdict != OUTGOING_DELIVERED)
		number_batch(s, r);
	for (struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = next) {
		next = entry->next;
		entry->next = NULL;
		if (settle_one(s, entry, a->verdict, pause, here)) {
			*end = entry;
			end = &entry->mate;
		}
	}
	r->entry = NULL;
	if (left != NULL)
		queue_mates(s, left, pause);
}
