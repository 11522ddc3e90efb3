#include <string.h>

#include "schedule/internal.h"

/* Respect a Retry-After that applies to all of ${e}. */
static void
set_not_before(const struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, struct schedule_news *news)
{
	if (!a->for_endpoint || s->now + a->retry_after <= e->not_before)
		return;
	e->not_before = s->now + a->retry_after;
	news->held = true;
}

/* Expire those of ${first} and its mates that are too old at ${then}.  Return
 * the others. */
static struct schedule_entry *
expire(struct schedule *s, struct schedule_entry *first, int64_t then)
{
	struct schedule_entry *left = NULL, **end = &left, *entry, *mate;

	for (entry = first; entry != NULL; entry = mate) {
		mate = entry->mate;
		entry->mate = NULL;
		if (then > entry->delivery.since + s->policy.give_up) {
			schedule_give(
			    s, entry, SCHEDULE_EXPIRED, SCHEDULE_IS_DOWN);
			continue;
		}
		*end = entry;
		end = &entry->mate;
	}
	return left;
}

/* Nothing can be sent to ${e} before ${until}: expire the ready entries for
 * which that is too late. */
static void
put_off(struct schedule *s, struct schedule_endpoint *e, int64_t until)
{
	struct schedule_entry *entry = e->ready, *next, *left;
	int64_t then = s->wall + (until > s->now ? until - s->now : 0);

	e->ready = NULL;
	e->ready_end = &e->ready;
	for (; entry != NULL; entry = next) {
		next = entry->next;
		entry->next = NULL;
		left = expire(s, entry, then);
		if (left != NULL)
			schedule_make_ready(left, false);
	}
}

static void
mark_down(const struct schedule *s, struct schedule_endpoint *e,
    struct schedule_news *news)
{
	news->down = !e->down;
	news->drop = !s->policy.durable;
	news->drop_cause = SCHEDULE_IS_DOWN;
	e->down = true;
}

static void
switch_off(const struct schedule *s, struct schedule_endpoint *e,
    struct schedule_news *news)
{
	news->off = !e->off;
	news->drop = !s->policy.parks;
	news->drop_cause = SCHEDULE_IS_OFF;
	e->off = true;
}

static void
count_failure(
    struct schedule *s, struct schedule_endpoint *e, struct schedule_news *news)
{
	struct schedule_breaker *b = &e->breaker;
	bool was_open = b->open;

	if (!schedule_breaker_failure(
		b, &s->policy, s->now, schedule_random(s)))
		return;
	if (e->not_before > b->until)
		b->until = e->not_before;
	news->opened = !was_open;
	put_off(s, e, b->until);
	if (b->opened >= (uint64_t)s->policy.max_attempts)
		mark_down(s, e, news);
}

void
schedule_endpoint_answered(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, struct schedule_news *news)
{
	memset(news, 0, sizeof(*news));
	set_not_before(s, e, a, news);
	switch (a->verdict) {
	case OUTGOING_SHORT:
	case OUTGOING_CANCELLED:
	case OUTGOING_DENIED:
		schedule_breaker_unknown(&e->breaker);
		return;
	case OUTGOING_RETRY:
		count_failure(s, e, news);
		return;
	case OUTGOING_DELIVERED:
	case OUTGOING_REFUSED:
	case OUTGOING_GONE:
		break;
	}
	news->closed = e->breaker.open;
	schedule_breaker_success(&e->breaker);
	e->down = false;
	if (a->verdict == OUTGOING_GONE)
		switch_off(s, e, news);
}

static void
consented(struct schedule_endpoint *e, double rate, struct schedule_news *news)
{
	e->consent = SCHEDULE_CONSENT_GIVEN;
	if (rate > 0 && (e->rate <= 0 || rate < e->rate))
		e->rate = rate;
	news->consents = e->asked > 0;
	e->asked = 0;
	e->down = false;
}

/* Until the endpoint answers, the handshake is repeated after the pauses of
 * retries, whatever the state of the circuit breaker.  Its events wait. */
static void
ask_again(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, struct schedule_news *news)
{
	set_not_before(s, e, a, news);
	e->asked++;
	e->ask_at = s->now +
	    schedule_pause(&s->policy, e->asked, false, a->retry_after,
		schedule_random(s));
	if (e->not_before > e->ask_at)
		e->ask_at = e->not_before;
	news->ask_again = true;
	put_off(s, e, e->ask_at);
	if (e->asked >= (uint64_t)s->policy.max_attempts)
		mark_down(s, e, news);
}

void
schedule_handshaken(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, bool consents, double rate,
    struct schedule_news *news)
{
	memset(news, 0, sizeof(*news));
	e->in_flight--;
	s->in_flight--;
	e->consent = SCHEDULE_CONSENT_WANTED;
	if (a->verdict == OUTGOING_SHORT || a->verdict == OUTGOING_CANCELLED)
		return;
	if (consents)
		consented(e, rate, news);
	else if (a->verdict == OUTGOING_RETRY)
		ask_again(s, e, a, news);
	else
		switch_off(s, e, news);
}
