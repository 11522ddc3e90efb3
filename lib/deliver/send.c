#include <stdio.h>
#include <stdlib.h>

#include "deliver/internal.h"

/* Buffers for batches larger than this are not reused. */
#define SPARE_BODY_MAX ((size_t)1 << 20)

void
deliver_fit_width(const struct deliver_outputs *o, struct schedule_policy *p)
{
	size_t room = transport_room((size_t)p->concurrency);
	char text[160];

	if (room >= (size_t)p->concurrency)
		return;
	snprintf(text, sizeof(text),
	    "limited to %zu at once by the open file limit (ulimit -n)", room);
	o->report(o->context, DELIVER_NOTE_STATE, "requests", text);
	p->concurrency = (int64_t)room;
}

static struct deliver_request *
request_new(struct deliver *d)
{
	struct deliver_request *r = d->spare;

	if (r != NULL) {
		d->spare = r->next;
		return r;
	}
	r = calloc(1, sizeof(*r));
	if (r != NULL)
		buf_init(&r->carries.batch);
	return r;
}

void
deliver_request_free(struct deliver *d, struct deliver_request *r)
{
	if (r->carries.batch.cap > SPARE_BODY_MAX)
		buf_release(&r->carries.batch);
	r->carries.is_batch = false;
	r->in.entry = NULL;
	r->next = d->spare;
	d->spare = r;
}

static int
compose(struct deliver *d, struct deliver_request *r)
{
	const struct schedule_entry *entry = r->in.entry;
	const struct outgoing_event *event = entry->delivery.event;

	if (d->schedule.policy.batch <= 1 || !event->cloudevent) {
		outgoing_request_single(&r->carries, event);
		/* An e-mail has no headers for attributes. */
		if (!d->binary || deliver_endpoint_of(r->in.endpoint)->is_mail)
			return 0;
		return outgoing_request_binary(&r->carries, event, &d->split);
	}
	outgoing_batch_begin(&r->carries, &d->ids);
	for (; entry != NULL; entry = entry->next)
		outgoing_batch_add(&r->carries, &d->ids, entry->delivery.event);
	return outgoing_batch_end(&r->carries, &d->ids);
}

/* Return how long the request of ${entry} may take: until the last of its events
 * expires.  Return 0, for no such limit, if that is past: an event that is too old
 * when it can first be sent still has one attempt. */
static int64_t
time_left(const struct deliver *d, const struct schedule_entry *entry)
{
	int64_t left = 0;

	for (; entry != NULL; entry = entry->next) {
		int64_t ms = entry->delivery.since +
		    d->schedule.policy.give_up - d->schedule.wall;

		left = ms > left ? ms : left;
	}
	return left;
}

static int
send_events(struct deliver *d, struct deliver_request *r)
{
	struct deliver_endpoint *e = deliver_endpoint_of(r->in.endpoint);
	struct transport_request q = {.target = e->target,
	    .kind = TRANSPORT_EVENT,
	    .header = d->headers.header,
	    .most_ms = time_left(d, r->in.entry),
	    .context = r};

	if (compose(d, r) != 0 ||
	    outgoing_headers_make(&d->headers, &r->carries,
		r->in.entry->delivery.event, e->keys, r->sent / 1000,
		e->origin_header) != 0)
		return -1;
	q.body = r->carries.body;
	q.id = span_of(r->carries.id);
	q.type = r->carries.type;
	q.time = r->in.entry->delivery.event->accepted;
	q.headers = d->headers.count;
	q.own = d->headers.own;
	return transport_send(d->transport, &q);
}

static int
send_handshake(struct deliver *d, struct deliver_request *r)
{
	struct deliver_endpoint *e = deliver_endpoint_of(r->in.endpoint);
	struct span origin = span_of(e->origin_header);
	struct transport_request q = {.target = e->target,
	    .kind = TRANSPORT_HANDSHAKE,
	    .header = &origin,
	    .headers = 1,
	    .own = 1,
	    .context = r};

	return transport_send(d->transport, &q);
}

/* Memory ran out: ${r} is sent later. */
static void
put_back(struct deliver *d, struct schedule_request *r)
{
	schedule_unsent(&d->schedule, r);
	deliver_note(d, DELIVER_NOTE_STATE, deliver_endpoint_of(r->endpoint),
	    "out of memory: retrying in a second");
}

void
deliver_send(struct deliver *d)
{
	struct schedule_request next;
	struct deliver_request *r;

	while (schedule_next(&d->schedule, &next)) {
		r = request_new(d);
		if (r == NULL) {
			put_back(d, &next);
			continue;
		}
		r->in = next;
		r->sent = d->schedule.wall;
		if ((next.handshake ? send_handshake(d, r)
				    : send_events(d, r)) == 0)
			continue;
		put_back(d, &r->in);
		deliver_request_free(d, r);
	}
}
