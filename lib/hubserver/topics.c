/* SubscriptionTopic: read and search. */
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

/* The parameters of a search: what the topic must have. */
struct wanted {
	bool none; /* no topic has all of it */
	const struct hub_topic *only;
};

static int
take_parameter(
    void *context, struct span name, struct span value, struct err *err)
{
	struct wanted *wanted = context;
	const struct hub_topic *topic;

	if (span_is(name, "status") || span_is(name, "resource")) {
		const char *have =
		    span_is(name, "status") ? "active" : "Observation";

		wanted->none |= !span_is(value, have);
		return 0;
	}
	if (span_is(name, "url"))
		topic = hub_topic_by_url(value);
	else if (span_is(name, "_id"))
		topic = hub_topic_by_id(value);
	else
		return err_set(err, "%.*s: not a search parameter here",
		    (int)(name.n > 64 ? 64 : name.n), name.p);
	wanted->none |=
	    topic == NULL || (wanted->only != NULL && wanted->only != topic);
	wanted->only = topic;
	return 0;
}

void
hubserver_topic_search(struct hubserver_call *c)
{
	struct wanted wanted = {false, NULL};
	const struct hub_topic *topic;
	struct hubserver_page page;
	struct json_writer w;

	if (hubserver_page_query(c, &page, take_parameter, &wanted) != 0)
		return;
	hubserver_page_begin(c, &page);
	for (size_t i = 0; (topic = hub_topic(i)) != NULL; i++) {
		struct buf *text = &c->server->text;

		if (wanted.none ||
		    (wanted.only != NULL && wanted.only != topic))
			continue;
		buf_clear(text);
		json_writer_init(&w, text);
		hub_topic_put(topic, &w);
		c->body.failed |= text->failed;
		hubserver_page_add(
		    c, &page, "SubscriptionTopic", topic->id, buf_span(text));
	}
	hubserver_page_end(
	    c, &page, "SubscriptionTopic", NULL, (int64_t)page.entries);
}
