/* Observation: read and search. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"

/* How often a search continues after a bounded effort without a result, before
 * its page ends with a link to the next. */
#define EFFORTS_MAX 16

void
hubserver_observation_read(struct hubserver_call *c)
{
	struct err err;
	int found = hub_read(c->server->hub, c->id, &c->body, &err);

	if (found > 0)
		hubserver_answer(c, 200);
	else if (found == 0)
		hubserver_refuse(c, 404, "not-found", "",
		    "there is no such Observation, or it is no longer kept");
	else
		hubserver_refuse(c, 503, "exception", "", err.text);
}

static int
take_parameter(
    void *context, struct span name, struct span value, struct err *err)
{
	if (span_is(name, "_sort")) {
		if (span_is(value, "-date"))
			return 0;
		return err_set(err, "_sort: only -date is supported");
	}
	return hub_filter_add(context, name, value, err);
}

/* The cursor as text, "TIME.NUMBER". */
static int
read_cursor(const char *text, struct hub_cursor *cursor)
{
	int64_t number;
	const char *dot = strchr(text, '.');

	if (text[0] == '\0')
		return 0;
	if (dot == NULL ||
	    json_integer((struct span){text, (size_t)(dot - text)}, INT64_MIN,
		INT64_MAX, &cursor->time) != 0 ||
	    json_integer(span_of(dot + 1), 0, INT64_MAX, &number) != 0)
		return -1;
	cursor->number = (uint64_t)number;
	return 0;
}

/* Add results to the page.  Return 1 if there may be more, 0 if there are none,
 * or -1 with ${err}. */
static int
add_results(struct hubserver_call *c, struct hubserver_page *page,
    const struct hub_filter *filter, struct hub_cursor *cursor, struct err *err)
{
	struct buf *text = &c->server->text;
	unsigned efforts = 0;
	char id[65];

	while (hubserver_page_has_room(c, page)) {
		buf_clear(text);
		switch (
		    hub_search(c->server->hub, filter, cursor, text, id, err)) {
		case HUB_SEARCH_FAILED:
			return -1;
		case HUB_SEARCH_END:
			return 0;
		case HUB_SEARCH_FOUND:
			c->body.failed |= text->failed;
			hubserver_page_add(
			    c, page, "Observation", id, buf_span(text));
			break;
		case HUB_SEARCH_MORE:
			if (++efforts == EFFORTS_MAX)
				return 1;
			break;
		}
	}
	return page->count > 0;
}

static void
search(struct hubserver_call *c, struct hub_filter *filter)
{
	struct hub_cursor cursor = {0, 0};
	struct hubserver_page page;
	struct err err;
	char next[64];
	int more;

	if (hubserver_page_query(c, &page, take_parameter, filter) != 0)
		return;
	if (read_cursor(page.after, &cursor) != 0) {
		hubserver_refuse(
		    c, 400, "invalid", "", "_after: not from a link");
		return;
	}
	hubserver_page_begin(c, &page);
	more = add_results(c, &page, filter, &cursor, &err);
	if (more < 0) {
		hubserver_refuse(c, 503, "exception", "", err.text);
		return;
	}
	snprintf(next, sizeof(next), "%" PRId64 ".%" PRIu64, cursor.time,
	    cursor.number);
	hubserver_page_end(c, &page, "Observation", more > 0 ? next : NULL, -1);
}

void
hubserver_observation_search(struct hubserver_call *c)
{
	struct hub_filter *filter = hub_filter_new(HUB_FOR_SEARCH);

	if (filter == NULL) {
		hubserver_refuse(c, 503, "exception", "", "out of memory");
		return;
	}
	search(c, filter);
	hub_filter_free(filter);
}
