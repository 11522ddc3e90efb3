#include "deliver/deliver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "compat/random.h"
#include "deliver/internal.h"
#include "outgoing/shown.h"

/* How often the metrics file is replaced, ms. */
#define METRICS_EVERY 5000

/* How many requests per connection memory has events ready for. */
#define AHEAD 3

/* Bytes of unwritten receipts; at this size nothing more is sent. */
#define RECEIPTS_MAX ((size_t)256 << 10)

/* How often to check whether more lines can be taken, and whether the reader of a
 * FIFO takes more, in ms. */
#define ACCEPT_EVERY 50

struct deliver *
deliver_new(const struct schedule_policy *p, const struct deliver_outputs *o,
    struct err *err)
{
	struct schedule_policy policy = *p;
	struct transport *transport;

	deliver_fit_width(o, &policy);
	transport = transport_open((size_t)policy.concurrency, err);
	if (transport == NULL)
		return NULL;
	return deliver_new_over(
	    &policy, o, transport, deliver_read_clocks, err);
}

struct deliver *
deliver_new_over(const struct schedule_policy *p,
    const struct deliver_outputs *o, struct transport *transport,
    deliver_clocks *clocks, struct err *err)
{
	struct deliver *d = calloc(1, sizeof(*d));
	uint64_t random[2];
	int64_t now;
	struct err why;

	if (d == NULL) {
		transport_close(transport);
		err_set(err, "out of memory");
		return NULL;
	}
	d->out = o;
	d->transport = transport;
	d->read_clocks = clocks;
	d->endpoint_end = &d->endpoint;
	d->accepting_end = &d->accepting;
	outgoing_reader_init(&d->reader);
	buf_init(&d->headers.text);
	cloudevent_split_init(&d->split);
	buf_init(&d->dead_letter);
	buf_init(&d->ids);
	if (compat_random(random, sizeof(random)) != 0) {
		err_sys(err, errno, "no random bits");
		goto err0;
	}
	d->names.seed = random[0];
	schedule_init(&d->schedule, p, random);
	if (o->audit >= 0) {
		d->audit = deliver_audit_new(o->audit, o->audit_path, &why);
		if (d->audit == NULL) {
			err_set(err, "audit: %s", why.text);
			goto err0;
		}
		audit_nowait(d->audit);
	}
	if (deliver_open_letters(d) != 0) {
		err_set(err, "out of memory");
		goto err0;
	}
	d->store = store_memory_open(err);
	if (d->store == NULL)
		goto err0;
	d->read_clocks(&now, &d->began);
	schedule_set_time(&d->schedule, now, d->began);
	store_set_time(d->store, now, d->began);
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
	/* Cancel the requests, and free each with its answer. */
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
		deliver_endpoint_free(d, e);
	}
	transport_close(d->transport);
	store_close(d->store);
	hash_table_release(&d->names);
	outgoing_reader_release(&d->reader);
	audit_free(d->audit);
	ndjson_writer_free(d->letters);
	buf_release(&d->headers.text);
	cloudevent_split_release(&d->split);
	buf_release(&d->dead_letter);
	buf_release(&d->ids);
	for (size_t i = 0; i < 4; i++)
		free(d->line_text[i]);
	free(d->origin);
	free(d);
}

int
deliver_use_spool(
    struct deliver *d, const struct deliver_spool_options *o, struct err *err)
{
	const struct schedule_policy *p = &d->schedule.policy;
	struct store_disk_options disk = {.spool = o->spool,
	    .name = o->name,
	    .reader = &d->reader,
	    .quick_rounds = (uint32_t)p->max_attempts,
	    .ordered = p->ordered,
	    .batch = (size_t)p->batch,
	    .keep = o->keep,
	    .most = o->most};
	struct store *store = store_disk_open(&disk, err);

	if (store == NULL)
		return -1;
	d->follow = o->follow;
	deliver_use_store(d, store);
	return 0;
}

void
deliver_use_store(struct deliver *d, struct store *store)
{
	store_close(d->store);
	d->store = store;
	store_set_time(store, d->schedule.now, d->schedule.wall);
	d->schedule.policy.durable = store->row->durable;
	d->schedule.policy.parks = store->row->parks;
	d->room = 1; /* until the first turn */
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
		return err_set(err, "duplicate endpoint %s",
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

void
deliver_set_binary(struct deliver *d)
{
	d->binary = true;
}

/* Is so much ready that more events would only wait in memory? */
static bool
backlog_full(const struct deliver *d)
{
	size_t request =
	    d->schedule.policy.batch > 1 ? (size_t)d->schedule.policy.batch : 1;

	return !d->schedule.underused &&
	    d->schedule.loaded - d->schedule.waiting.count >=
	    AHEAD * request * (size_t)d->schedule.policy.concurrency;
}

size_t
deliver_unwritten_letters(const struct deliver *d)
{
	return d->letters != NULL ? ndjson_unwritten(d->letters) : 0;
}

size_t
deliver_unwritten_audit(const struct deliver *d)
{
	return d->audit != NULL ? audit_unwritten(d->audit) : 0;
}

/* Does a FIFO have a reader that is slow? */
static bool
waits_for_reader(const struct deliver *d)
{
	return deliver_unwritten_letters(d) > 0 ||
	    deliver_unwritten_audit(d) > 0;
}

/* Is too much output unwritten because its reader is slow?  Then only the
 * requests under way may produce more. */
static bool
output_is_blocked(const struct deliver *d)
{
	return ndjson_unwritten(d->out->receipts) >= RECEIPTS_MAX ||
	    deliver_unwritten_letters(d) >= RECEIPTS_MAX ||
	    deliver_unwritten_audit(d) >= RECEIPTS_MAX;
}

bool
deliver_wants_lines(const struct deliver *d)
{
	if (d->schedule.stopped || d->failed || d->store->accept_failed ||
	    d->reader.held >= DELIVER_MEMORY_MAX || deliver_endpoints_full(d) ||
	    output_is_blocked(d))
		return false;
	if (d->store->row->durable)
		return d->room > 0 && !d->store->is_full;
	return d->store->pending < (uint64_t)d->schedule.policy.queue &&
	    !backlog_full(d);
}

bool
deliver_idle(const struct deliver *d)
{
	/* A service that can accept no more lines must end, to be restarted. */
	bool follow = d->follow && !deliver_closed(d);

	if (d->schedule.stopped)
		return d->schedule.in_flight == 0;
	if (d->accepting != NULL || follow)
		return false;
	for (const struct deliver_endpoint *e = d->endpoint;
	     e != NULL && d->store->pending > 0; e = e->next) {
		if (!deliver_endpoint_is_idle(d, e))
			return false;
	}
	return true;
}

void
deliver_stop(struct deliver *d)
{
	d->schedule.stopped = true;
}

void
deliver_unfollow(struct deliver *d)
{
	d->follow = false;
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

/* Write the output of this turn.  If the audit cannot be written, the rest
 * still is. */
int
deliver_flush(struct deliver *d, struct err *err)
{
	int rc = d->audit != NULL ? deliver_audit_flush(d->audit, err) : 0;

	store_flush(d->store);
	deliver_flush_letters(d);
	if (ndjson_flush(d->out->receipts) != 0)
		deliver_output_is_bad(d, errno, "<stdout>: write failed");
	if (d->out->metrics != NULL && d->schedule.now >= d->metrics_due)
		refresh_metrics(d);
	if (store_failure(d->store) == NULL || rc != 0)
		return rc;
	*err = *store_failure(d->store);
	return -1;
}

/* Send what can be sent now. */
static void
begin_turn(struct deliver *d)
{
	uint64_t settled = deliver_settled(d);

	deliver_withdraw(d);
	deliver_load(d);
	deliver_settle_unsendable(d);
	if (deliver_settled(d) != settled)
		store_flush(d->store); /* before the receipts */
	if (!d->store->is_paused)
		deliver_send(d);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Return when there is something to do even without an answer (monotonic); -1:
 * never. */
static int64_t
next_time(const struct deliver *d)
{
	int64_t next = store_flush_time(d->store);

	if (output_is_blocked(d) || d->store->is_paused)
		return next;
	if (d->schedule.stopped)
		return -1;
	next = earlier(next, schedule_next_time(&d->schedule));
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next) {
		int64_t due = store_next_time(&e->kept);

		if (!e->queue.off && due < INT64_MAX &&
		    e->queue.loaded <=
			schedule_window(&d->schedule, &e->queue) / 2)
			next = earlier(
			    next, d->schedule.now + (due - d->schedule.wall));
	}
	return next;
}

int
deliver_turn(struct deliver *d, const int fd[], bool readable[], size_t n,
    int64_t ms, struct err *err)
{
	bool was_idle = deliver_idle(d), wanted_lines = deliver_wants_lines(d);
	int64_t next;

	deliver_take_time(d);
	deliver_accept(d);
	if (!output_is_blocked(d))
		begin_turn(d);
	if (ndjson_flush(d->out->receipts) != 0)
		deliver_output_is_bad(d, errno, "<stdout>: write failed");
	if ((waits_for_reader(d) ||
		(!d->schedule.stopped && d->store->row->durable &&
		    (d->room == 0 || d->store->is_full))) &&
	    (ms < 0 || ms > ACCEPT_EVERY))
		ms = ACCEPT_EVERY;
	/* Do not wait if the run may end now, or if lines are wanted now. */
	if ((!was_idle && deliver_idle(d)) ||
	    (!wanted_lines && deliver_wants_lines(d)))
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
	store_forget(d->store);
	return deliver_flush(d, err);
}

int
deliver_abandon(struct deliver *d, const char *reason, struct err *err)
{
	deliver_take_time(d);
	d->schedule.stopped = true;
	deliver_accept(d);
	transport_cancel(d->transport);
	take_answers(d);
	deliver_withdraw(d);
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && !d->store->row->durable; e = e->next)
		deliver_drop(d, e, SCHEDULE_IS_ABANDONED, reason);
	return deliver_flush(d, err);
}

bool
deliver_closed(const struct deliver *d)
{
	return d->failed || d->store->accept_failed;
}

void
deliver_count(const struct deliver *d, struct deliver_counts *c)
{
	*c = d->count;
	c->pending = d->store->pending;
	c->in_flight = d->schedule.in_flight;
}
