/* Subscription: search. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"

/* The parameters, in the order of property(). */
enum parameter {
	BY_ID,
	BY_STATUS,
	BY_TYPE,
	BY_URL,
	BY_CRITERIA,
	BY_PAYLOAD,
	PARAMETERS
};

static const char *const parameter_name[PARAMETERS] = {
    "_id", "status", "type", "url", "criteria", "payload"};

struct wanted {
	struct buf value[PARAMETERS];
	bool given[PARAMETERS];
};

static int
take_parameter(
    void *context, struct span name, struct span value, struct err *err)
{
	struct wanted *wanted = context;

	for (size_t i = 0; i < PARAMETERS; i++) {
		if (!span_is(name, parameter_name[i]))
			continue;
		if (wanted->given[i])
			return err_set(err, "%s: duplicate", parameter_name[i]);
		wanted->given[i] = true;
		buf_add_span(&wanted->value[i], value);
		return buf_failed(&wanted->value[i])
		    ? err_set(err, "out of memory")
		    : 0;
	}
	return err_set(err, "%.*s: not a search parameter here",
	    (int)(name.n > 64 ? 64 : name.n), name.p);
}

static const char *
property(const struct hub_subscription *s, enum parameter p)
{
	switch (p) {
	case BY_ID:
		return s->id;
	case BY_STATUS:
		return fhir_notify_status_code(s->status);
	case BY_TYPE:
		return hub_channel_code(s->channel);
	case BY_URL:
		return s->endpoint;
	case BY_CRITERIA:
		return s->topic->url;
	case BY_PAYLOAD:
		return s->payload;
	case PARAMETERS:
		break;
	}
	return "";
}

/* The systems of the parameters that are codes; NULL for others. */
static const char *const parameter_system[PARAMETERS] = {
    [BY_STATUS] = "http://hl7.org/fhir/subscription-status",
    [BY_TYPE] = "http://hl7.org/fhir/subscription-channel-type",
};

/* Is ${text} one of the values in ${list}? */
static bool
is_one_of(struct span list, const char *uri, const char *text)
{
	struct span one;

	while (hubserver_next_value(&list, &one)) {
		if (uri != NULL ? hubserver_is_code(one, uri, text)
				: span_is(one, text))
			return true;
	}
	return false;
}

static bool
is_wanted(const struct wanted *wanted, const struct hub_subscription *s)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		if (wanted->given[i] &&
		    !is_one_of(buf_span(&wanted->value[i]), parameter_system[i],
			property(s, (enum parameter)i)))
			return false;
	}
	return true;
}

static void
search(struct hubserver_call *c, struct hubserver_page *page,
    const struct wanted *wanted, uint64_t after)
{
	const struct hub *hub = c->server->hub;
	struct buf *text = &c->server->text;
	const struct hub_subscription *s;
	uint64_t number = 0, last = after;
	bool more = false;
	int64_t total = 0;
	char next[24];

	hubserver_page_begin(c, page);
	while ((s = hub_after(hub, number)) != NULL) {
		number = s->number;
		if (!hubserver_owns(c, s) || !is_wanted(wanted, s))
			continue;
		total++;
		if (number <= after)
			continue;
		if (!hubserver_page_has_room(c, page)) {
			more = page->count > 0;
			continue;
		}
		buf_clear(text);
		hub_subscription_write(s, text);
		c->body.failed |= text->failed;
		hubserver_page_add(
		    c, page, "Subscription", s->id, buf_span(text));
		last = number;
	}
	snprintf(next, sizeof(next), "%" PRIu64, last);
	hubserver_page_end(c, page, "Subscription", more ? next : NULL, total);
}

void
hubserver_subscription_search(struct hubserver_call *c)
{
	struct wanted wanted = {.given = {false}};
	struct hubserver_page page;
	int64_t after = 0;

	for (size_t i = 0; i < PARAMETERS; i++)
		buf_init(&wanted.value[i]);
	if (hubserver_page_query(c, &page, take_parameter, &wanted) == 0) {
		if (page.after[0] != '\0' &&
		    json_integer(span_of(page.after), 0, INT64_MAX, &after) !=
			0)
			hubserver_refuse(
			    c, 400, "invalid", "", "_after: not from a link");
		else
			search(c, &page, &wanted, (uint64_t)after);
	}
	for (size_t i = 0; i < PARAMETERS; i++)
		buf_release(&wanted.value[i]);
}
