#include <stdlib.h>

#include "deliver/internal.h"

/* Shipments kept for the next request. */
#define SPARE_BODY_MAX ((size_t)1 << 20)

static struct deliver_shipment *
shipment_new(struct deliver *d)
{
	struct deliver_shipment *s = d->spare;

	if (s != NULL) {
		d->spare = s->next;
		s->next = NULL;
		return s;
	}
	s = calloc(1, sizeof(*s));
	if (s != NULL)
		buf_init(&s->request.batch);
	return s;
}

void
deliver_shipment_free(struct deliver *d, struct deliver_shipment *s)
{
	if (s->request.batch.cap > SPARE_BODY_MAX)
		buf_release(&s->request.batch);
	s->next = d->spare;
	d->spare = s;
	s->job = NULL;
	s->count = 0;
	s->handshake = false;
	s->request.is_batch = false;
	s->mates = false;
}

/* Does ${e} want to send, and may it? */
static bool
may_send(const struct deliver *d, const struct deliver_endpoint *e)
{
	return e->ready != NULL && !e->off && e->in_flight < e->concurrency &&
	    d->count.in_flight < d->width && d->short_until <= d->now &&
	    e->hold <= d->now && deliver_consent_allows(d, e) &&
	    (e->rate <= 0 || e->tokens >= 1) &&
	    deliver_breaker_allows(&e->breaker, d->now);
}

static void
refill(const struct deliver *d, struct deliver_endpoint *e)
{
	/* A twentieth of a second's worth may go at once. */
	double most = e->rate / 20 > 1 ? e->rate / 20 : 1;

	if (e->rate <= 0)
		return;
	e->tokens += (double)(d->now - e->refilled) * e->rate / 1000;
	if (e->tokens > most)
		e->tokens = most;
	e->refilled = d->now;
}

/* May it share a request with others that were in none with it?  Of a spool
 * that was filled without --batch not all are CloudEvents. */
static bool
goes_alone(const struct deliver_job *j)
{
	return j->alone || j->mate != NULL || j->attempts > 0 ||
	    j->event->headers > 0 || !j->event->cloudevent;
}

/* Take what goes into one request off the ready ones: what was in one before,
 * or what was in none. */
static void
gather(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_shipment *s)
{
	struct deliver_job **end = &s->job;
	size_t most = d->policy.batch > 1 ? (size_t)d->policy.batch : 1;
	size_t bytes = 0;
	bool more;

	s->mates = e->ready->mate != NULL;
	do {
		struct deliver_job *j = e->ready;

		more = s->mates ? j->mate != NULL
				: !goes_alone(j) && !e->breaker.open;
		*end = deliver_pop_ready(e);
		end = &j->next;
		s->count++;
		bytes += j->event->body.n;
		if (!s->mates)
			more = more && s->count < most && e->ready != NULL &&
			    !goes_alone(e->ready) &&
			    bytes + e->ready->event->body.n <= NDJSON_LINE_MAX;
	} while (more);
}

static int
load(struct deliver *d, struct deliver_endpoint *e, struct deliver_shipment *s)
{
	s->endpoint = e;
	s->count = 0;
	gather(d, e, s);
	if (d->policy.batch <= 1 || !s->job->event->cloudevent) {
		outgoing_request_single(&s->request, s->job->event);
		return 0;
	}
	outgoing_batch_begin(&s->request, &d->letter);
	for (const struct deliver_job *j = s->job; j != NULL; j = j->next)
		outgoing_batch_add(&s->request, &d->letter, j->event);
	return outgoing_batch_end(&s->request, &d->letter);
}

static int
send_shipment(struct deliver *d, struct deliver_shipment *s)
{
	struct deliver_endpoint *e = s->endpoint;
	struct transport_request r = {.target = e->target,
	    .kind = TRANSPORT_EVENT,
	    .body = s->request.body,
	    .header = d->headers.header,
	    .context = s};

	if (outgoing_headers_make(&d->headers, &s->request, s->job->event,
		e->keys, s->sent / 1000, e->origin_header) != 0)
		return -1;
	r.headers = d->headers.count;
	r.own = d->headers.own;
	return transport_send(d->transport, &r);
}

static int
ask_consent(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_shipment *s)
{
	struct span origin = span_of(e->origin_header);
	struct transport_request r = {.target = e->target,
	    .kind = TRANSPORT_HANDSHAKE,
	    .header = &origin,
	    .headers = 1,
	    .own = 1,
	    .context = s};

	s->endpoint = e;
	s->handshake = true;
	if (transport_send(d->transport, &r) != 0)
		return -1;
	e->consent = DELIVER_CONSENT_ASKED;
	return 0;
}

/* Nothing can be sent for want of memory: wait a second. */
static void
pause_endpoint(struct deliver *d, struct deliver_endpoint *e)
{
	e->hold = d->now + 1000;
	deliver_note(
	    d, DELIVER_NOTE_STATE, e, "out of memory: goes on in a second");
}

/* What was loaded goes back, in its order. */
static void
put_back(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_shipment *s)
{
	struct deliver_job *rest = e->ready, *j = s->job;

	if (j != NULL && s->mates) {
		for (struct deliver_job *k = j; k != NULL; k = k->mate) {
			k->mate = k->next;
			k->next = NULL;
		}
		deliver_make_ready(j, true);
	} else if (j != NULL) {
		e->ready = j;
		while (j->next != NULL)
			j = j->next;
		j->next = rest;
		if (rest == NULL)
			e->ready_end = &j->next;
	}
	deliver_shipment_free(d, s);
	pause_endpoint(d, e);
}

/* One request to ${e}.  Return false where none can be made now. */
static bool
send_one(struct deliver *d, struct deliver_endpoint *e)
{
	struct deliver_shipment *s = shipment_new(d);
	int rc;

	if (s == NULL) {
		pause_endpoint(d, e);
		return false;
	}
	s->sent = d->wall;
	if (e->consent == DELIVER_CONSENT_WANTED)
		rc = ask_consent(d, e, s);
	else
		rc = load(d, e, s) != 0 ? -1 : send_shipment(d, s);
	if (rc != 0) {
		put_back(d, e, s);
		return false;
	}
	if (e->rate > 0)
		e->tokens -= (double)(s->count > 0 ? s->count : 1);
	if (!s->handshake)
		deliver_breaker_sent(&e->breaker);
	e->in_flight++;
	d->count.in_flight++;
	for (struct deliver_job *j = s->job; j != NULL; j = j->next) {
		if (j->first == 0)
			j->first = d->wall;
		j->attempts++;
	}
	return true;
}

static void
wake_due(struct deliver *d)
{
	while (d->waiting.count > 0 && d->waiting.job[0]->due <= d->now) {
		struct deliver_job *j = d->waiting.job[0];

		deliver_heap_remove(&d->waiting, j);
		for (struct deliver_job *k = j;
		     k != NULL && d->store.spool != NULL; k = k->mate) {
			if (j->endpoint->quick > 0 &&
			    k->round < d->policy.max_attempts)
				j->endpoint->quick--;
		}
		/* Ahead of those that were never tried. */
		deliver_make_ready(j, true);
	}
}

/* How many requests each endpoint that may send can make, so that none takes
 * all the room; 0: none may. */
static size_t
share(const struct deliver *d)
{
	size_t able = 0, room;

	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next)
		able += may_send(d, e);
	if (able == 0)
		return 0;
	room = d->width - (size_t)d->count.in_flight;
	return room > able ? room / able : 1;
}

void
deliver_dispatch(struct deliver *d)
{
	struct deliver_endpoint *e, *start;
	bool more = true;
	size_t each;

	wake_due(d);
	if (d->stopped || d->endpoint == NULL)
		return;
	if (d->turn == NULL)
		d->turn = d->endpoint;
	deliver_widen(d);
	for (e = d->endpoint; e != NULL; e = e->next)
		refill(d, e);
	while (more && (each = share(d)) > 0) {
		more = false;
		start = e = d->turn;
		do {
			for (size_t i = 0;
			     i < each && may_send(d, e) && send_one(d, e); i++)
				more = true;
			e = e->next != NULL ? e->next : d->endpoint;
		} while (e != start);
		d->turn = e->next != NULL ? e->next : d->endpoint;
	}
	d->starved = d->count.in_flight < d->width && d->short_until <= d->now;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

int64_t
deliver_next_time(const struct deliver *d)
{
	int64_t next = deliver_store_sync_time(d);

	if (d->stopped)
		return -1;
	if (d->waiting.count > 0)
		next = sooner(next, d->waiting.job[0]->due);
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		int64_t at = 0;

		if (e->off)
			continue;
		if (d->store.spool != NULL && e->due < INT64_MAX &&
		    e->loaded <= deliver_window(d, e) / 2)
			next = sooner(next, d->now + (e->due - d->wall));
		if (e->ready == NULL)
			continue;
		if (e->hold > d->now)
			at = e->hold;
		else if (e->consent == DELIVER_CONSENT_WANTED)
			at = e->ask_at;
		else if (e->breaker.open && !e->breaker.probing &&
		    e->breaker.until > d->now)
			at = e->breaker.until;
		else if (e->rate > 0 && e->tokens < 1)
			at = d->now + 1 +
			    (int64_t)((1 - e->tokens) * 1000 / e->rate);
		if (d->short_until > d->now && at < d->short_until)
			at = d->short_until;
		if (at > 0)
			next = sooner(next, at);
	}
	return next;
}
