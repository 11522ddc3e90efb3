/* Reading a Subscription. */
#include "hub/subscription.h"

#include <stdlib.h>

#include "hub/subscription_read.h"
#include "instant/instant.h"

static int
read_status(struct hub_reader *r)
{
	static const char path[] = "Subscription.status";
	const char *status = hub_read_required(r, &r->resource, "status", path);

	if (status == NULL)
		return -1;
	for (unsigned i = FHIR_REQUESTED; i <= FHIR_OFF; i++) {
		if (strcmp(fhir_notify_status_code((enum fhir_notify_status)i),
			status) == 0) {
			r->s->status = (enum fhir_notify_status)i;
			return 0;
		}
	}
	return hub_read_wrong(
	    r, "value", path, "must be requested, active, error or off");
}

static int
read_end(struct hub_reader *r)
{
	const struct json_member *m = json_index_find(&r->resource, "end");
	const char *end;

	r->s->end = INT64_MAX;
	if (m == NULL)
		return 0;
	end = hub_read_text(r, m, "Subscription.end");
	if (end == NULL)
		return -1;
	if (instant_parse(span_of(end), &r->s->end) != 0)
		return hub_read_wrong(
		    r, "value", "Subscription.end", "must be an instant");
	return 0;
}

static int
take_filter(
    struct hub_reader *r, struct span name, const struct json_index *extension)
{
	static const char path[] = "Subscription.criteria.extension";
	const char *text;

	if (!span_is(name, "backport-filter-criteria"))
		return 0;
	text = hub_read_required(r, extension, "valueString", path);
	if (text == NULL)
		return -1;
	if (hub_filter_criteria(r->s->filter, span_of(text), &r->issue->err) !=
	    0)
		return hub_read_wrong(r, "value", path, NULL);
	return 0;
}

static int
read_criteria(struct hub_reader *r)
{
	static const char path[] = "Subscription.criteria";
	const char *url = hub_read_required(r, &r->resource, "criteria", path);

	if (url == NULL)
		return -1;
	r->s->topic = hub_topic_by_url(span_of(url));
	if (r->s->topic == NULL)
		return hub_read_wrong(r, "not-supported", path,
		    "must be the canonical URL of a SubscriptionTopic of this "
		    "server");
	r->s->filter = hub_filter_new(HUB_FOR_TOPIC);
	if (r->s->filter == NULL)
		return hub_read_wrong(r, "exception", path, "out of memory");
	return hub_read_primitive(
	    r, json_index_find(&r->resource, "_criteria"), path, take_filter);
}

static int
read_resource(struct hub_reader *r)
{
	static const char *const known[] = {"resourceType", "id", "meta",
	    "language", "text", "contained", "extension", "status", "contact",
	    "reason", "criteria", "error", "channel", "end"};
	const struct json_member *m;
	const char *type;

	if (json_index_read(&r->resource, r->s->text, &r->issue->err) != 0)
		return hub_read_wrong(r, "structure", "", NULL);
	type = hub_read_required(r, &r->resource, "resourceType", "");
	if (type == NULL)
		return -1;
	if (strcmp(type, "Subscription") != 0)
		return hub_read_wrong(
		    r, "structure", "", "the resource is not a Subscription");
	m = json_index_find(&r->resource, "meta");
	if (m != NULL && m->type != JSON_OBJECT)
		return hub_read_wrong(
		    r, "structure", "Subscription.meta", "must be an object");
	if (hub_read_members(r, &r->resource, known,
		sizeof(known) / sizeof(known[0]), "Subscription") != 0 ||
	    read_status(r) != 0 ||
	    hub_read_required(
		r, &r->resource, "reason", "Subscription.reason") == NULL ||
	    read_end(r) != 0 || read_criteria(r) != 0)
		return -1;
	return hub_read_channel(r);
}

/* Copy the resource; behind it is as much room for the unescaped texts. */
static int
copy(struct hub_reader *r, struct span resource)
{
	struct hub_subscription *s = r->s;

	if (resource.n > HUB_RESOURCE_MAX)
		return hub_read_wrong(
		    r, "too-long", "", "is longer than 64 KiB");
	s->memory = malloc(2 * resource.n + 1);
	if (s->memory == NULL)
		return hub_read_wrong(r, "exception", "", "out of memory");
	memcpy(s->memory, resource.p, resource.n);
	s->text = (struct span){s->memory, resource.n};
	r->next = s->memory + resource.n;
	return 0;
}

struct hub_subscription *
hub_subscription_new(struct span resource,
    const struct hub_subscription_options *o, struct hub_issue *issue)
{
	struct hub_subscription *s = calloc(1, sizeof(*s));
	struct hub_reader r = {.s = s, .o = o, .issue = issue};

	*issue = (struct hub_issue){.code = "exception"};
	if (s == NULL) {
		err_set(&issue->err, "out of memory");
		return NULL;
	}
	s->max_count = HUB_BATCH_MAX;
	json_index_init(&r.resource);
	json_index_init(&r.channel);
	json_index_init(&r.primitive);
	json_index_init(&r.extension);
	json_scan_init(&r.scan);
	if (copy(&r, resource) != 0 || read_resource(&r) != 0) {
		hub_subscription_free(s);
		s = NULL;
	}
	json_index_release(&r.resource);
	json_index_release(&r.channel);
	json_index_release(&r.primitive);
	json_index_release(&r.extension);
	json_scan_release(&r.scan);
	return s;
}

void
hub_subscription_free(struct hub_subscription *s)
{
	if (s == NULL)
		return;
	hub_filter_free(s->filter);
	free(s->memory);
	free(s->owner);
	free(s);
}
