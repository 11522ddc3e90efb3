#include <errno.h>
#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"
#include "http/http.h"
#include "instant/instant.h"
#include "mail/address.h"
#include "outgoing/shown.h"
#include "json/json.h"

/* Event types of this length or more match no pattern. */
#define TYPE_MAX 256

static int
fill(struct deliver *d, struct deliver_endpoint *e,
    const struct deliver_endpoint_options *o)
{
	struct json_writer w;
	struct buf shown;

	e->is_mail = mail_is_mailto(span_of(o->http.url));
	e->name = strdup(o->name != NULL ? o->name : o->http.url);
	if (e->name == NULL)
		return -1;
	buf_init(&shown);
	outgoing_show(&shown, span_of(e->name));
	e->shown = buf_string(&shown);
	if (e->shown == NULL) {
		buf_release(&shown);
		return -1;
	}
	json_writer_init(&w, &e->shown_json);
	json_put_text(&w, e->shown);
	if (buf_failed(&e->shown_json))
		return -1;
	for (size_t i = 0; i < o->types; i++) {
		e->type[i] = strdup(o->type[i]);
		if (e->type[i] == NULL)
			return -1;
		e->types++;
	}
	if (d->origin != NULL && !e->is_mail) {
		struct buf b;

		buf_init(&b);
		buf_addf(&b, "WebHook-Request-Origin: %s", d->origin);
		e->origin_header = buf_string(&b);
		if (e->origin_header == NULL) {
			buf_release(&b);
			return -1;
		}
		e->queue.consent = SCHEDULE_CONSENT_WANTED;
	}
	e->node.key = span_of(e->name);
	e->keys = e->is_mail ? NULL : o->keys;
	e->queue.rate = o->rate < 0 ? d->schedule.policy.rate : o->rate;
	e->queue.concurrency =
	    (size_t)(o->concurrency > 0 ? o->concurrency
					: d->schedule.policy.per_endpoint);
	return 0;
}

/* Respect the Retry-After of an earlier run, which ends at ${until}. */
static void
restore_not_before(struct deliver *d, struct deliver_endpoint *e, int64_t until)
{
	int64_t wait = until - d->schedule.wall;
	char text[INSTANT_TEXT_MAX];

	/* The clock may have been set back. */
	if (wait > HTTP_RETRY_AFTER_MAX)
		wait = HTTP_RETRY_AFTER_MAX;
	e->queue.not_before = d->schedule.now + wait;
	instant_format(d->schedule.wall + wait, text);
	deliver_note(d, DELIVER_NOTE_STATE, e,
	    "asked for no requests before %s (Retry-After)", text);
}

/* Add ${e} to the store, and restore its state from there. */
static int
enter(struct deliver *d, struct deliver_endpoint *e, struct err *err)
{
	struct store_known_endpoint known;

	if (store_add_endpoint(
		d->store, e->name, !e->added, &e->kept, &known, err) != 0)
		return -1;
	e->queue.off = known.off;
	if (known.not_before > d->schedule.wall)
		restore_not_before(d, e, known.not_before);
	if (e->queue.off)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "is switched off since it answered 410; %zu of its events "
		    "%s kept",
		    e->kept.pending, e->kept.pending == 1 ? "is" : "are");
	return 0;
}

struct deliver_endpoint *
deliver_endpoint_new(struct deliver *d,
    const struct deliver_endpoint_options *o, bool *bad, struct err *err)
{
	struct deliver_endpoint *e;
	struct outgoing_shown shown;
	struct err why = {""};

	*bad = false;
	if (o->types > DELIVER_TYPES_MAX) {
		err_set(err, "more than %d types", DELIVER_TYPES_MAX);
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL || fill(d, e, o) != 0 ||
	    hash_table_put(&d->names, &e->node) != 0) {
		err_set(err, "out of memory");
		deliver_endpoint_free(d, e);
		return NULL;
	}
	deliver_metrics_init(e);
	errno = 0;
	e->target = transport_target_open(d->transport, &o->http, &why);
	if (e->target == NULL) {
		*bad = errno != ENOMEM;
		err_set(err, "%s: %s",
		    outgoing_shown_url(&shown, span_of(o->http.url)), why.text);
		hash_table_remove(&d->names, &e->node);
		deliver_endpoint_free(d, e);
		return NULL;
	}
	e->added = d->adding;
	if (enter(d, e, &why) != 0) {
		err_set(err, "%s: %s", d->store->name, why.text);
		hash_table_remove(&d->names, &e->node);
		deliver_endpoint_free(d, e);
		return NULL;
	}
	schedule_add_endpoint(&d->schedule, &e->queue);
	*d->endpoint_end = e;
	d->endpoint_end = &e->next;
	return e;
}

void
deliver_endpoint_free(struct deliver *d, struct deliver_endpoint *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->types; i++)
		free(e->type[i]);
	transport_target_close(d->transport, e->target);
	free(e->origin_header);
	free(e->shown);
	buf_release(&e->shown_json);
	free(e->name);
	free(e);
}

bool
deliver_endpoint_wants(
    const struct deliver_endpoint *e, const struct outgoing_event *event)
{
	char type[TYPE_MAX];

	if (e->types == 0)
		return true;
	if (event->type.n >= sizeof(type))
		return false;
	memcpy(type, event->type.p, event->type.n);
	type[event->type.n] = '\0';
	for (size_t i = 0; i < e->types; i++) {
		if (fnmatch(e->type[i], type, 0) == 0)
			return true;
	}
	return false;
}

struct deliver_endpoint *
deliver_endpoint_find(const struct deliver *d, struct span name)
{
	struct hash_node *n = hash_table_find(&d->names, name);
	size_t offset = offsetof(struct deliver_endpoint, node);

	return n == NULL
	    ? NULL
	    : (struct deliver_endpoint *)(void *)((char *)n - offset);
}

struct deliver_endpoint *
deliver_endpoint_named(const struct deliver *d, struct span name)
{
	struct deliver_endpoint *e = deliver_endpoint_find(d, name);

	if (e != NULL || !outgoing_is_masked(name))
		return e;
	for (e = d->endpoint; e != NULL; e = e->next) {
		if (span_is(name, e->shown))
			return e;
	}
	return NULL;
}

/* Can ${e} be removed: is it unused, and has it no state that must be kept? */
static bool
forgettable(const struct deliver *d, const struct deliver_endpoint *e)
{
	return !e->added && e->kept.pending == 0 && e->kept.coming == 0 &&
	    e->queue.in_flight == 0 && !e->queue.off &&
	    e->queue.not_before <= d->schedule.now;
}

/* Make room by removing an unused endpoint of a line, preferably not one that
 * is failing.  Return false if there is none. */
static bool
forget_one(struct deliver *d)
{
	struct deliver_endpoint **at = NULL, **p, *e;

	for (p = &d->endpoint; *p != NULL; p = &(*p)->next) {
		if (!forgettable(d, *p))
			continue;
		at = p;
		if (!(*p)->queue.breaker.open && (*p)->queue.asked == 0)
			break;
	}
	if (at == NULL)
		return false;
	e = *at;
	*at = e->next;
	if (d->endpoint_end == &e->next)
		d->endpoint_end = at;
	schedule_remove_endpoint(&d->schedule, &e->queue);
	store_remove_endpoint(d->store, &e->kept);
	hash_table_remove(&d->names, &e->node);
	deliver_endpoint_free(d, e);
	return true;
}

bool
deliver_endpoint_is_idle(
    const struct deliver *d, const struct deliver_endpoint *e)
{
	const struct schedule_endpoint *q = &e->queue;

	if (q->in_flight > 0 || e->kept.coming > 0)
		return false;
	if (e->kept.pending == 0)
		return true;
	if (!d->store->row->durable)
		return false;
	if (q->off || q->down ||
	    q->not_before > d->schedule.now + d->schedule.policy.retry_cap)
		return true;
	return q->ready == NULL && !e->kept.more && e->kept.quick == 0 &&
	    q->quick == 0 && store_next_time(&e->kept) > d->schedule.wall;
}

bool
deliver_endpoints_full(const struct deliver *d)
{
	bool passing = false;

	if (d->names.count < DELIVER_ENDPOINTS_MAX)
		return false;
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next) {
		if (forgettable(d, e))
			return false;
		passing =
		    passing || (!e->added && !deliver_endpoint_is_idle(d, e));
	}
	return passing;
}

struct deliver_endpoint *
deliver_endpoint_for(
    struct deliver *d, struct span url, bool *bad, struct err *err)
{
	struct deliver_endpoint_options o = d->line_options;
	struct deliver_endpoint *e = deliver_endpoint_find(d, url);
	char text[HTTP_URL_MAX + 1];

	if (e != NULL)
		return e;
	*bad = true;
	if (url.n > HTTP_URL_MAX || memchr(url.p, '\0', url.n) != NULL) {
		err_set(err,
		    "\"endpoint\" is not a URL, or is longer than "
		    "%zu bytes",
		    HTTP_URL_MAX);
		return NULL;
	}
	if (d->names.count >= DELIVER_ENDPOINTS_MAX && !forget_one(d)) {
		err_set(err, "more than %d endpoints are in use",
		    DELIVER_ENDPOINTS_MAX);
		return NULL;
	}
	memcpy(text, url.p, url.n);
	text[url.n] = '\0';
	o.http.url = text;
	o.name = NULL;
	return deliver_endpoint_new(d, &o, bad, err);
}
