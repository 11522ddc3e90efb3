#include "deliver/deliver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat/random.h"
#include "deliver/internal.h"
#include "instant/instant.h"
#include "outgoing/shown.h"

/* How often the metrics file is replaced, ms. */
#define METRICS_EVERY 5000

/* Requests' worth of events held ready for each connection. */
#define AHEAD 3

/* Bytes of receipts that wait for their reader; then the deliveries wait, too. */
#define RECEIPTS_MAX ((size_t)256 << 10)

/* How often it is looked, in ms, whether more lines can be taken. */
#define ACCEPT_EVERY 50

struct deliver *
deliver_new(const struct schedule_policy *p, const struct deliver_outputs *o,
    struct err *err)
{
	struct deliver *d = calloc(1, sizeof(*d));
	struct schedule_policy policy = *p;
	uint64_t random[2];
	struct err why;

	if (d == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	d->out = o;
	d->endpoint_end = &d->endpoint;
	outgoing_reader_init(&d->reader);
	buf_init(&d->headers.text);
	buf_init(&d->dead_letter);
	buf_init(&d->ids);
	if (compat_random(random, sizeof(random)) != 0) {
		err_sys(err, errno, "no random bits");
		goto err0;
	}
	d->names.seed = random[0];
	if (o->audit >= 0) {
		d->audit = deliver_audit_new(o->audit, &why);
		if (d->audit == NULL) {
			err_set(err, "audit: %s", why.text);
			goto err0;
		}
	}
	deliver_fit_width(d, &policy);
	schedule_init(&d->schedule, &policy, random);
	d->began = instant_now();
	schedule_set_time(&d->schedule, instant_monotonic(), d->began);
	d->transport = transport_open((size_t)policy.concurrency, err);
	if (d->transport == NULL)
		goto err0;
	return d;
err0:
	deliver_free(d);
	return NULL;
}

static void
free_spares(struct deliver *d)
{
	struct deliver_request *r;

	while ((r = d->spare) != NULL) {
		d->spare = r->next;
		buf_release(&r->carries.batch);
		free(r);
	}
}

void
deliver_free(struct deliver *d)
{
	struct deliver_endpoint *e;

	if (d == NULL)
		return;
	/* Answers taken after a cancel give the requests back. */
	if (d->transport != NULL) {
		struct outgoing_answer a;

		transport_cancel(d->transport);
		while (transport_take_answer(d->transport, &a))
			deliver_request_free(d, a.context);
	}
	while (d->accepting != NULL) {
		struct schedule_entry *entry = d->accepting;

		d->accepting = entry->next;
		schedule_entry_free(entry);
	}
	free_spares(d);
	schedule_release(&d->schedule);
	while ((e = d->endpoint) != NULL) {
		d->endpoint = e->next;
		deliver_endpoint_free(e);
	}
	transport_close(d->transport);
	hash_table_release(&d->names);
	outgoing_reader_release(&d->reader);
	deliver_audit_free(d->audit);
	buf_release(&d->headers.text);
	buf_release(&d->dead_letter);
	buf_release(&d->ids);
	for (size_t i = 0; i < 4; i++)
		free(d->line_text[i]);
	free(d->origin);
	free(d);
}

int
deliver_add(struct deliver *d, const struct deliver_endpoint_options *o,
    struct err *err)
{
	const char *name = o->name != NULL ? o->name : o->http.url;
	struct deliver_endpoint *e;
	struct outgoing_shown shown;
	bool bad;

	if (deliver_endpoint_find(d, span_of(name)) != NULL)
		return err_set(err, "endpoint %s is there twice",
		    outgoing_shown(&shown, span_of(name)));
	if (d->names.count >= DELIVER_ENDPOINTS_MAX)
		return err_set(
		    err, "more than %d endpoints", DELIVER_ENDPOINTS_MAX);
	d->adding = true;
	e = deliver_endpoint_new(d, o, &bad, err);
	d->adding = false;
	if (e == NULL)
		return -1;
	d->added++;
	return 0;
}

int
deliver_set_default(struct deliver *d, const struct deliver_endpoint_options *o,
    struct err *err)
{
	struct http_target_options *h = &d->line_options.http;
	const char *const from[4] = {
	    o->http.ca_file, o->http.pinned_key, o->http.proxy, NULL};

	if (http_files_check(&o->http, err) != 0)
		return -1;
	d->line_options = *o;
	for (size_t i = 0; i < 4; i++) {
		if (from[i] == NULL)
			continue;
		free(d->line_text[i]);
		d->line_text[i] = strdup(from[i]);
		if (d->line_text[i] == NULL)
			return err_set(err, "out of memory");
	}
	h->ca_file = d->line_text[0];
	h->pinned_key = d->line_text[1];
	h->proxy = d->line_text[2];
	h->bearer = (struct span){NULL, 0};
	h->headers = 0;
	h->certificate = NULL;
	h->certificate_key = NULL;
	d->line_options.types = 0;
	return 0;
}

int
deliver_set_origin(struct deliver *d, const char *origin)
{
	d->origin = strdup(origin);
	return d->origin == NULL ? -1 : 0;
}

/* Give ${event} to ${e}.  Return 0, or -1 without memory. */
static int
give(
    struct deliver *d, struct deliver_endpoint *e, struct outgoing_event *event)
{
	struct schedule_entry *entry = schedule_entry_new(event);

	if (entry == NULL ||
	    schedule_add(&d->schedule, &e->queue, entry) != SCHEDULE_ADDED) {
		schedule_entry_free(entry);
		return -1;
	}
	e->accepted++;
	d->count.accepted++;
	e->pending++;
	d->count.pending++;
	return 0;
}

/* Give ${event} to ${one}, or to all that want it. */
static enum deliver_taken
give_all(struct deliver *d, struct outgoing_event *event,
    struct deliver_endpoint *one, size_t *given, struct err *err)
{
	struct deliver_endpoint *e;

	if (d->store.spool != NULL)
		return deliver_store_take(d, event, one, given, err);
	for (e = one != NULL ? one : d->endpoint; e != NULL;
	     e = one != NULL ? NULL : e->next) {
		if (one == NULL &&
		    (!e->added || !deliver_endpoint_wants(e, event)))
			continue;
		++*given;
		if (give(d, e, event) != 0) {
			err_set(err, "out of memory");
			return DELIVER_FAILED;
		}
	}
	return DELIVER_TAKEN;
}

enum deliver_taken
deliver_take(struct deliver *d, struct span line, struct err *err)
{
	struct outgoing_event *event;
	struct deliver_endpoint *one;
	enum deliver_taken taken;
	size_t given = 0;

	event = outgoing_event_read(&d->reader, line, d->schedule.wall, err);
	if (event == NULL)
		return errno == ENOMEM ? DELIVER_FAILED : DELIVER_BAD_LINE;
	if (d->schedule.policy.batch > 1 && !event->cloudevent) {
		outgoing_event_drop(event);
		err_set(err, "not a CloudEvent: batches hold nothing else");
		return DELIVER_BAD_LINE;
	}
	taken = deliver_route(d, event, &one, err);
	if (taken != DELIVER_TAKEN) {
		outgoing_event_drop(event);
		return taken;
	}
	taken = give_all(d, event, one, &given, err);
	d->room -= d->room > given ? given + (given == 0) : d->room;
	if (taken == DELIVER_TAKEN) {
		d->count.taken++;
		d->count.unmatched += given == 0;
	}
	outgoing_event_drop(event);
	return taken;
}

/* Is so much ready that more lines would only lie about and grow cold? */
static bool
sated(const struct deliver *d)
{
	size_t request =
	    d->schedule.policy.batch > 1 ? (size_t)d->schedule.policy.batch : 1;

	return !d->schedule.underused &&
	    d->schedule.loaded - d->schedule.waiting.count >=
	    AHEAD * request * (size_t)d->schedule.policy.concurrency;
}

/* Does nobody read the receipts?  Then no more of them are made than what is
 * under way brings. */
static bool
clogged(const struct deliver *d)
{
	return ndjson_unwritten(d->out->receipts) >= RECEIPTS_MAX;
}

bool
deliver_hungry(const struct deliver *d)
{
	if (d->schedule.stopped || d->failed ||
	    d->reader.held >= DELIVER_MEMORY_MAX || deliver_endpoints_full(d) ||
	    clogged(d))
		return false;
	if (d->store.spool != NULL)
		return d->room > 0 && !d->accept_failed && !d->accept_wait;
	return d->count.pending < (uint64_t)d->schedule.policy.queue &&
	    !sated(d);
}

bool
deliver_idle(const struct deliver *d)
{
	if (d->schedule.stopped)
		return d->schedule.in_flight == 0;
	if (d->store.spool != NULL)
		return deliver_store_idle(d);
	return d->count.pending == 0;
}

void
deliver_stop(struct deliver *d)
{
	d->schedule.stopped = true;
}

static void
take_answers(struct deliver *d)
{
	struct outgoing_answer a;

	while (transport_take_answer(d->transport, &a))
		deliver_answered(d, &a);
}

static void
refresh_metrics(struct deliver *d)
{
	struct err why;

	d->metrics_due = d->schedule.now + METRICS_EVERY;
	if (deliver_write_metrics(d, &why) != 0 && !d->metrics_failed) {
		d->metrics_failed = true;
		d->out->report(
		    d->out->context, DELIVER_NOTE_OUTPUT, "", why.text);
	}
}

/* Write out what this turn gave.  An audit that cannot be written makes none
 * of it undone. */
static int
flush(struct deliver *d, struct err *err)
{
	int rc = d->audit != NULL ? deliver_audit_flush(d->audit, err) : 0;

	deliver_store_commit(d);
	if (ndjson_flush(d->out->receipts) != 0)
		deliver_output_is_bad(d, errno, "<stdout>: write failed");
	if (d->out->metrics != NULL && d->schedule.now >= d->metrics_due)
		refresh_metrics(d);
	if (!d->store_failed || rc != 0)
		return rc;
	*err = d->store_err;
	return -1;
}

/* Send what can be sent now. */
static void
begin_turn(struct deliver *d)
{
	uint64_t settled = deliver_settled(d);

	deliver_store_load(d);
	deliver_settle_hopeless(d);
	if (deliver_settled(d) != settled)
		deliver_store_commit(d); /* before receipts say so */
	deliver_send(d);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* When there is something to be done without an answer (monotonic); -1: never.
 */
static int64_t
next_time(const struct deliver *d)
{
	int64_t next = deliver_store_sync_time(d);

	if (clogged(d))
		return next;
	if (d->schedule.stopped)
		return -1;
	next = sooner(next, schedule_next_time(&d->schedule));
	for (const struct deliver_endpoint *e = d->endpoint;
	     e != NULL && d->store.spool != NULL; e = e->next) {
		if (!e->queue.off && e->due < INT64_MAX &&
		    e->queue.loaded <=
			schedule_window(&d->schedule, &e->queue) / 2)
			next = sooner(next,
			    d->schedule.now + (e->due - d->schedule.wall));
	}
	return next;
}

int
deliver_turn(struct deliver *d, const int fd[], bool readable[], size_t n,
    int64_t ms, struct err *err)
{
	bool was_idle = deliver_idle(d), was_hungry = deliver_hungry(d);
	int64_t next;

	deliver_take_time(d);
	deliver_store_accept(d);
	if (!clogged(d))
		begin_turn(d);
	if (ndjson_flush(d->out->receipts) != 0)
		deliver_output_is_bad(d, errno, "<stdout>: write failed");
	if (!d->schedule.stopped && (d->room == 0 || d->accept_wait) &&
	    d->store.spool != NULL && (ms < 0 || ms > ACCEPT_EVERY))
		ms = ACCEPT_EVERY;
	/* The caller may have nothing more to wait for, or may give us lines
	 * now. */
	if ((!was_idle && deliver_idle(d)) ||
	    (!was_hungry && deliver_hungry(d)))
		ms = 0;
	next = next_time(d);
	if (next >= 0) {
		int64_t left =
		    next > d->schedule.now ? next - d->schedule.now : 0;

		if (ms < 0 || left < ms)
			ms = left;
	}
	if (d->out->metrics != NULL && (ms < 0 || ms > METRICS_EVERY))
		ms = METRICS_EVERY;
	if (transport_wait(d->transport, fd, readable, n, ms) != 0)
		return err_sys(err, errno, "cannot wait for answers");
	deliver_take_time(d);
	take_answers(d);
	deliver_store_housekeeping(d);
	return flush(d, err);
}

int
deliver_abandon(struct deliver *d, const char *reason, struct err *err)
{
	deliver_take_time(d);
	d->schedule.stopped = true;
	deliver_store_accept(d);
	transport_cancel(d->transport);
	take_answers(d);
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && d->store.spool == NULL; e = e->next)
		deliver_drop(d, e, SCHEDULE_IS_ABANDONED, reason);
	return flush(d, err);
}

bool
deliver_closed(const struct deliver *d)
{
	return d->failed || d->accept_failed;
}

void
deliver_count(const struct deliver *d, struct deliver_counts *c)
{
	*c = d->count;
	c->in_flight = d->schedule.in_flight;
}
