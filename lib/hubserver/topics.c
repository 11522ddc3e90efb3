/* SubscriptionTopic: read and search. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"

void
hubserver_topic_read(struct hubserver_call *c)
{
	const struct hub_topic *topic = hub_topic_by_id(c->id);
	struct json_writer w;

	if (topic == NULL) {
		hubserver_refuse(c, 404, "not-found", "",
		    "there is no such SubscriptionTopic");
		return;
	}
	json_writer_init(&w, &c->body);
	hub_topic_put(topic, &w);
	hubserver_answer(c, 200);
}

/* What a search is for: topic N lacks something if bit N is set. */
struct wanted {
	unsigned excluded;
};

static bool
has(const struct hub_topic *topic, struct span name, struct span value)
{
	if (span_is(name, "status"))
		return hubserver_is_code(
		    value, "http://hl7.org/fhir/publication-status", "active");
	if (span_is(name, "resource"))
		return span_is(value, "Observation");
	if (span_is(name, "url"))
		return hub_topic_by_url(value) == topic;
	return hub_topic_by_id(value) == topic;
}

static int
take_parameter(
    void *context, struct span name, struct span value, struct err *err)
{
	struct wanted *wanted = context;
	const struct hub_topic *topic;

	if (!span_is(name, "status") && !span_is(name, "resource") &&
	    !span_is(name, "url") && !span_is(name, "_id"))
		return err_set(err, "%.*s: not a search parameter here",
		    (int)(name.n > 64 ? 64 : name.n), name.p);
	for (unsigned i = 0; (topic = hub_topic(i)) != NULL; i++) {
		struct span list = value, one;
		bool any = false;

		while (hubserver_next_value(&list, &one))
			any |= has(topic, name, one);
		if (!any)
			wanted->excluded |= 1U << i;
	}
	return 0;
}

/* Answer with the topics from number ${after} on. */
static void
search(struct hubserver_call *c, struct hubserver_page *page,
    const struct wanted *wanted, int64_t after)
{
	struct buf *text = &c->server->text;
	const struct hub_topic *topic;
	int64_t total = 0, last = after;
	struct json_writer w;
	bool more = false;
	char next[24];

	hubserver_page_begin(c, page);
	for (unsigned i = 0; (topic = hub_topic(i)) != NULL; i++) {
		if ((wanted->excluded >> i & 1) != 0)
			continue;
		total++;
		if (i < after)
			continue;
		if (!hubserver_page_has_room(c, page)) {
			more = page->count > 0;
			continue;
		}
		buf_clear(text);
		json_writer_init(&w, text);
		hub_topic_put(topic, &w);
		c->body.failed |= text->failed;
		hubserver_page_add(
		    c, page, "SubscriptionTopic", topic->id, buf_span(text));
		last = i + 1;
	}
	snprintf(next, sizeof(next), "%" PRId64, last);
	hubserver_page_end(
	    c, page, "SubscriptionTopic", more ? next : NULL, total);
}

void
hubserver_topic_search(struct hubserver_call *c)
{
	struct wanted wanted = {0};
	struct hubserver_page page;
	int64_t after = 0;

	if (hubserver_page_query(c, &page, take_parameter, &wanted) != 0)
		return;
	if (page.after[0] != '\0' &&
	    json_integer(span_of(page.after), 0, INT64_MAX, &after) != 0)
		hubserver_refuse(
		    c, 400, "invalid", "", "_after: not from a link");
	else
		search(c, &page, &wanted, after);
}
