#include <string.h>

#include "outgoing/request.h"
#include "schedule/internal.h"

/* Must ${entry} be sent without other events, except those of its old batch?  A
 * store that was filled without --batch may have events that are not
 * CloudEvents. */
static bool
goes_alone(const struct schedule_entry *entry)
{
	const struct outgoing_event *event = entry->delivery.event;

	return entry->alone || entry->mate != NULL ||
	    entry->delivery.round > 0 || entry->delivery.batch != 0 ||
	    event->headers > 0 || !event->cloudevent;
}

/* Move the entries of one request from the ready ones to ${r}: a batch that was
 * sent before, or entries that were not. */
static void
gather(const struct schedule *s, struct schedule_request *r)
{
	struct schedule_endpoint *e = r->endpoint;
	struct schedule_entry **end = &r->entry;
	size_t most = s->policy.batch > 1 ? (size_t)s->policy.batch : 1;
	size_t bytes = 0;
	bool more;

	r->again = e->ready->mate != NULL;
	do {
		struct schedule_entry *entry = e->ready;

		more = r->again ? entry->mate != NULL
				: !goes_alone(entry) && !e->breaker.open;
		*end = schedule_pop_ready(e);
		end = &entry->next;
		r->count++;
		bytes += entry->delivery.event->body.n;
		if (!r->again)
			more = more && r->count < most && e->ready != NULL &&
			    !goes_alone(e->ready) &&
			    bytes + e->ready->delivery.event->body.n <=
				OUTGOING_BATCH_BYTES_MAX;
	} while (more);
}

/* Return how many requests each endpoint may make in this pass, so that none
 * uses up the limit; 0: no endpoint may send. */
static size_t
share(const struct schedule *s)
{
	size_t able = 0, room;

	for (const struct schedule_endpoint *e = s->endpoint; e != NULL;
	     e = e->next)
		able += schedule_may_send(s, e);
	if (able == 0)
		return 0;
	room = s->width - s->in_flight;
	return room > able ? room / able : 1;
}

/* Begin a pass, one endpoint further than the last pass.  Return its first
 * endpoint, or NULL if nothing may be sent. */
static struct schedule_endpoint *
begin(struct schedule *s)
{
	struct schedule_endpoint *e = s->turn != NULL ? s->turn : s->endpoint;

	s->each = share(s);
	if (e == NULL || s->each == 0)
		return NULL;
	s->turn = e->next;
	s->left = s->each;
	s->to_visit = s->endpoints;
	s->sent = false;
	return e;
}

/* Return the endpoint after ${e}, or NULL at the end of the pass. */
static struct schedule_endpoint *
advance(struct schedule *s, const struct schedule_endpoint *e)
{
	s->left = s->each;
	if (--s->to_visit == 0)
		return NULL;
	return e->next != NULL ? e->next : s->endpoint;
}

static void
count_sent(struct schedule *s, const struct schedule_request *r)
{
	struct schedule_endpoint *e = r->endpoint;

	if (e->rate > 0)
		e->tokens -= (double)(r->count > 0 ? r->count : 1);
	if (!r->handshake)
		schedule_breaker_sent(&e->breaker);
	e->in_flight++;
	s->in_flight++;
	for (struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next) {
		if (entry->delivery.first == 0)
			entry->delivery.first = s->wall;
		entry->delivery.attempts++;
	}
}

static void
make_request(
    struct schedule *s, struct schedule_endpoint *e, struct schedule_request *r)
{
	memset(r, 0, sizeof(*r));
	r->endpoint = e;
	if (e->consent == SCHEDULE_CONSENT_WANTED) {
		r->handshake = true;
		e->consent = SCHEDULE_CONSENT_ASKED;
	} else {
		gather(s, r);
	}
	count_sent(s, r);
}

/* Update everything that depends on the time. */
static void
update_endpoints(struct schedule *s)
{
	schedule_wake(s);
	schedule_widen(s);
	for (struct schedule_endpoint *e = s->endpoint; e != NULL; e = e->next)
		schedule_refill(s, e);
}

bool
schedule_next(struct schedule *s, struct schedule_request *r)
{
	struct schedule_endpoint *e = s->at;

	if (s->stopped || s->endpoint == NULL)
		return false;
	if (e == NULL) {
		update_endpoints(s);
		e = begin(s);
	}
	while (e != NULL) {
		if (s->left > 0 && schedule_may_send(s, e)) {
			s->at = e;
			s->left--;
			s->sent = true;
			make_request(s, e, r);
			return true;
		}
		e = advance(s, e);
		if (e == NULL && s->sent)
			e = begin(s);
	}
	s->at = NULL;
	s->underused = s->in_flight < s->width && s->short_until <= s->now;
	return false;
}

/* Make the entries of ${r} ready again, in the same order. */
static void
put_back(struct schedule_request *r)
{
	struct schedule_entry *entry = r->entry;
	struct schedule_endpoint *e = r->endpoint;

	if (entry == NULL)
		return;
	if (r->again) {
		for (struct schedule_entry *k = entry; k != NULL; k = k->mate) {
			k->mate = k->next;
			k->next = NULL;
		}
		schedule_make_ready(entry, true);
		return;
	}
	for (; entry->next != NULL; entry = entry->next)
		;
	entry->next = e->ready;
	if (e->ready == NULL)
		e->ready_end = &entry->next;
	e->ready = r->entry;
}

void
schedule_unsent(struct schedule *s, struct schedule_request *r)
{
	struct schedule_endpoint *e = r->endpoint;

	for (struct schedule_entry *entry = r->entry; entry != NULL;
	     entry = entry->next) {
		if (--entry->delivery.attempts == 0)
			entry->delivery.first = 0;
	}
	put_back(r);
	r->entry = NULL;
	if (r->handshake)
		e->consent = SCHEDULE_CONSENT_WANTED;
	else
		schedule_breaker_unknown(&e->breaker);
	if (e->rate > 0)
		e->tokens += (double)(r->count > 0 ? r->count : 1);
	e->in_flight--;
	s->in_flight--;
	e->not_before = s->now + 1000;
}
