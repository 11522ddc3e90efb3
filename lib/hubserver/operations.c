/* The operations $status and $events. */
#include <stdio.h>

#include "hubserver/private.h"
#include "instant/instant.h"

/* ---- $status ------------------------------------------------------------- */

struct asked {
	struct buf ids;      /* each with a final 0 byte; empty: all */
	struct buf statuses; /* likewise */
};

static int
take_asked(void *context, struct span name, struct span value, struct err *err)
{
	struct asked *asked = context;
	struct buf *list = span_is(name, "id") ? &asked->ids : &asked->statuses;

	if (!span_is(name, "id") && !span_is(name, "status"))
		return err_set(err, "%.*s: not a parameter here",
		    (int)(name.n > 64 ? 64 : name.n), name.p);
	if (memchr(value.p, '\0', value.n) != NULL)
		return err_set(err, "%.*s: not a code", (int)name.n, name.p);
	buf_add_span(list, value);
	buf_add_byte(list, '\0');
	return buf_failed(list) ? err_set(err, "out of memory") : 0;
}

/* Is ${text} in ${list}, or the list empty? */
static bool
listed(const struct buf *list, const char *text)
{
	struct span left = buf_span(list), one;

	if (left.n == 0)
		return true;
	while (access_next_text(&left, &one)) {
		if (span_is(one, text))
			return true;
	}
	return false;
}

/* Add the status of ${s} to the page.  Return 0, or -1 if out of memory. */
static int
add_status(struct hubserver_call *c, struct hubserver_page *page,
    const struct hub_subscription *s)
{
	struct buf *text = &c->server->text;
	char id[ID_TEXT_MAX];
	struct json_writer w;

	buf_clear(text);
	json_writer_init(&w, text);
	if (hub_put_status(c->server->hub, s, instant_now(), &w, id) != 0 ||
	    buf_failed(text))
		return -1;
	hubserver_page_add(c, page, NULL, id, buf_span(text));
	return 0;
}

/* Answer with the subscriptions that ${asked} names. */
static void
answer_statuses(struct hubserver_call *c, const struct asked *asked)
{
	const struct hub *hub = c->server->hub;
	const struct hub_subscription *s;
	struct hubserver_page page = {.count = HUBSERVER_PAGE_MAX};
	uint64_t number = 0;

	hubserver_page_begin(c, &page);
	while ((s = hub_after(hub, number)) != NULL) {
		number = s->number;
		if (!hubserver_owns(c, s) || !listed(&asked->ids, s->id) ||
		    !listed(
			&asked->statuses, fhir_notify_status_code(s->status)))
			continue;
		if (!hubserver_page_has_room(c, &page)) {
			hubserver_refuse(c, 403, "too-costly", "",
			    "too many Subscriptions: name some by id");
			return;
		}
		if (add_status(c, &page, s) != 0) {
			hubserver_refuse(
			    c, 503, "exception", "", "out of memory");
			return;
		}
	}
	hubserver_page_end(
	    c, &page, "Subscription/$status", NULL, (int64_t)page.entries);
}

/* Answer with the one subscription in the path. */
static void
answer_status(struct hubserver_call *c)
{
	const struct hub_subscription *s = hubserver_own(c);
	struct hubserver_page page = {.count = 1};
	char path[ID_TEXT_MAX + 32];

	if (s == NULL)
		return;
	snprintf(path, sizeof(path), "Subscription/%s/$status", s->id);
	hubserver_page_begin(c, &page);
	if (add_status(c, &page, s) != 0)
		hubserver_refuse(c, 503, "exception", "", "out of memory");
	else
		hubserver_page_end(c, &page, path, NULL, 1);
}

void
hubserver_statuses(struct hubserver_call *c)
{
	struct asked asked;

	buf_init(&asked.ids);
	buf_init(&asked.statuses);
	if (hubserver_parameters(c, take_asked, &asked) == 0) {
		if (c->id.n > 0)
			answer_status(c);
		else
			answer_statuses(c, &asked);
	}
	buf_release(&asked.ids);
	buf_release(&asked.statuses);
}

/* ---- $events ------------------------------------------------------------- */

struct range {
	int64_t first, last;
	int content; /* enum fhir_notify_content; -1: not given */
};

static int
take_range(void *context, struct span name, struct span value, struct err *err)
{
	struct range *range = context;

	if (span_is(name, "content")) {
		for (int i = 0; i <= (int)FHIR_FULL_RESOURCE; i++) {
			if (span_is(value,
				fhir_notify_content_code(
				    (enum fhir_notify_content)i))) {
				range->content = i;
				return 0;
			}
		}
		return err_set(
		    err, "content: not empty, id-only or full-resource");
	}
	if (span_is(name, "eventsSinceNumber")) {
		if (json_integer(
			value, 0, FHIR_NOTIFY_NUMBER_MAX, &range->first) == 0)
			return 0;
	} else if (span_is(name, "eventsUntilNumber")) {
		if (json_integer(
			value, 0, FHIR_NOTIFY_NUMBER_MAX, &range->last) == 0)
			return 0;
	} else {
		return err_set(err, "%.*s: not a parameter here",
		    (int)(name.n > 64 ? 64 : name.n), name.p);
	}
	return err_set(err, "%.*s: not an event number", (int)name.n, name.p);
}

void
hubserver_events(struct hubserver_call *c)
{
	const struct hub_subscription *s = hubserver_own(c);
	struct range range = {1, FHIR_NOTIFY_NUMBER_MAX, -1};
	uint64_t until;
	struct err err;

	if (s == NULL || hubserver_parameters(c, take_range, &range) != 0)
		return;
	if (hub_events(c->server->hub, s, (uint64_t)range.first,
		(uint64_t)range.last,
		range.content < 0 ? s->content
				  : (enum fhir_notify_content)range.content,
		instant_now(), &until, &c->body, &err) != 0)
		hubserver_refuse(c, 503, "exception", "", err.text);
	else
		hubserver_answer(c, 200);
}
