/* Handling answers: their effect on events and endpoints. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "deliver/internal.h"
#include "diag/plural.h"
#include "json/json.h"

/* Record the result of the last attempt with each delivery. */
static void
remember(const struct deliver_request *r, const struct outgoing_answer *a)
{
	for (struct schedule_entry *entry = r->in.entry; entry != NULL;
	     entry = entry->next) {
		struct outgoing_delivery *v = &entry->delivery;

		free(v->error);
		v->error =
		    a->verdict == OUTGOING_DELIVERED ? NULL : strdup(a->why);
		v->last_status = a->status;
	}
}

/* Was it the last attempt of the quick phase? */
static bool
is_last(const struct deliver *d, const struct deliver_request *r)
{
	return r->in.entry != NULL &&
	    r->in.entry->delivery.round + 1 >= d->schedule.policy.max_attempts;
}

/* Count a request that was made, and add it to the audit. */
static void
count_attempt(struct deliver *d, const struct deliver_request *r,
    const struct outgoing_answer *a)
{
	struct deliver_endpoint *e = deliver_endpoint_of(r->in.endpoint);

	if (d->audit != NULL)
		deliver_audit_attempt(d->audit, r, a);
	if (a->verdict != OUTGOING_DELIVERED) {
		e->failures++;
		if (a->verdict != OUTGOING_RETRY || is_last(d, r))
			deliver_show_reason(d, r, a);
	}
	if (r->in.handshake)
		return;
	e->attempts++;
	d->count.attempts++;
	for (const struct schedule_entry *entry = r->in.entry; entry != NULL;
	     entry = entry->next) {
		e->retries += entry->delivery.attempts > 1;
		d->count.retries += entry->delivery.attempts > 1;
	}
}

/* This machine has no descriptors, ports or memory for more requests.  That
 * does not count against the endpoint. */
static void
was_short(struct deliver *d, const struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	if (schedule_was_short(&d->schedule))
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "cannot make requests: %s; retrying in a second, with %zu "
		    "at once",
		    a->error, d->schedule.width);
}

/* Report the state changes of ${e} and act on them. */
static void
take_news(struct deliver *d, struct deliver_endpoint *e,
    const struct schedule_news *news, const char *why)
{
	const struct schedule_breaker *b = &e->queue.breaker;

	if (news->held)
		deliver_save_not_before(d, e);
	if (news->closed)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "circuit closed: it answers again");
	if (news->opened)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "circuit open after %u failure%s in a row: %s", b->failures,
		    diag_plural(b->failures), why);
	if (news->consents)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "consented to the handshake: sending its events");
	if (news->ask_again)
		deliver_note(d,
		    e->queue.asked == 1 ? DELIVER_NOTE_STATE
					: DELIVER_NOTE_DETAIL,
		    e, "no answer to the handshake: %s; retrying in %.1f s",
		    why, (double)(e->queue.ask_at - d->schedule.now) / 1000);
	deliver_take_outcomes(d, why);
	if (news->down)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "down: %u %s in a row failed: %s",
		    news->ask_again ? e->queue.asked : b->opened,
		    news->ask_again ? "handshakes" : "probes", why);
	if (news->off)
		deliver_note(d, DELIVER_NOTE_STATE, e, "switched off: %s", why);
	if (news->drop)
		deliver_drop(d, e, news->drop_cause, why);
}

/* Read WebHook-Allowed-Rate: requests per minute, as an integer above 0, or
 * "*".  Return requests per second; 0: no limit. */
static double
allowed_rate(const char *text)
{
	int64_t a_minute;

	if (json_integer(span_of(text), 1, INT32_MAX, &a_minute) != 0)
		return 0;
	return (double)a_minute / 60;
}

/* Handle the answer to a handshake, which asks an endpoint for its consent
 * before its first event (CloudEvents HTTP webhooks, section 4). */
static void
handshaken(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	bool consents = a->status > 0 &&
	    (strcmp(a->allowed_origin, "*") == 0 ||
		strcasecmp(a->allowed_origin, d->origin) == 0);
	struct schedule_news news;

	schedule_handshaken(&d->schedule, &e->queue, a, consents,
	    allowed_rate(a->allowed_rate), &news);
	take_news(d, e, &news,
	    news.drop_cause == SCHEDULE_IS_OFF && a->status > 0
		? "it does not consent to our origin (WebHook-Allowed-Origin)"
		: a->why);
}

void
deliver_answered(struct deliver *d, const struct outgoing_answer *a)
{
	struct deliver_request *r = a->context;
	struct deliver_endpoint *e = deliver_endpoint_of(r->in.endpoint);
	bool gone = a->verdict == OUTGOING_GONE && !r->in.handshake;
	struct schedule_news news;

	if (a->verdict != OUTGOING_SHORT)
		count_attempt(d, r, a);
	if (r->in.handshake) {
		handshaken(d, e, a);
	} else {
		if (a->verdict != OUTGOING_SHORT)
			remember(r, a);
		schedule_answered(&d->schedule, &r->in, a);
		deliver_take_outcomes(d, a->why);
		schedule_endpoint_answered(&d->schedule, &e->queue, a, &news);
		take_news(d, e, &news, a->why);
	}
	deliver_request_free(d, r);
	if (a->verdict == OUTGOING_SHORT)
		was_short(d, e, a);
	else if (gone)
		store_switch_off(d->store, &e->kept);
}
