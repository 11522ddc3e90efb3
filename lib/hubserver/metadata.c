/* The CapabilityStatement. */
#include "hubserver/private.h"
#include "instant/instant.h"

#define GUIDE "http://hl7.org/fhir/uv/subscriptions-backport/"

static void
put(struct json_writer *w, const char *key, const char *value)
{
	json_key(w, key);
	json_put_text(w, value);
}

/* Write an array of objects that have only a code. */
static void
put_interactions(struct json_writer *w, const char *const *code)
{
	json_key(w, "interaction");
	json_array_begin(w);
	for (; *code != NULL; code++) {
		json_object_begin(w);
		put(w, "code", *code);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
put_parameter(struct json_writer *w, const char *name, const char *type)
{
	json_object_begin(w);
	put(w, "name", name);
	put(w, "type", type);
	json_object_end(w);
}

static void
put_operation(struct json_writer *w, const char *name, const char *definition)
{
	json_object_begin(w);
	put(w, "name", name);
	put(w, "definition", definition);
	json_object_end(w);
}

static void
put_subscription(struct json_writer *w)
{
	static const char *const codes[] = {
	    "create", "read", "update", "delete", "search-type", NULL};

	json_object_begin(w);
	put(w, "type", "Subscription");
	json_key(w, "supportedProfile");
	json_array_begin(w);
	json_put_text(w, GUIDE "StructureDefinition/backport-subscription");
	json_array_end(w);
	put_interactions(w, codes);
	put(w, "versioning", "versioned-update");
	json_key(w, "readHistory");
	json_put_bool(w, false);
	json_key(w, "updateCreate");
	json_put_bool(w, false);
	json_key(w, "conditionalCreate");
	json_put_bool(w, false);
	put(w, "conditionalRead", "not-match");
	json_key(w, "searchParam");
	json_array_begin(w);
	put_parameter(w, "_id", "token");
	put_parameter(w, "status", "token");
	put_parameter(w, "type", "token");
	put_parameter(w, "url", "uri");
	put_parameter(w, "criteria", "string");
	put_parameter(w, "payload", "token");
	json_array_end(w);
	json_key(w, "operation");
	json_array_begin(w);
	put_operation(w, "status",
	    GUIDE "OperationDefinition/backport-subscription-status");
	put_operation(w, "events",
	    GUIDE "OperationDefinition/backport-subscription-events");
	put_operation(w, "get-ws-binding-token",
	    GUIDE
	    "OperationDefinition/backport-subscription-get-ws-binding-token");
	json_array_end(w);
	json_object_end(w);
}

static void
put_topic(struct json_writer *w)
{
	static const char *const codes[] = {"read", "search-type", NULL};

	json_object_begin(w);
	put(w, "type", "SubscriptionTopic");
	put_interactions(w, codes);
	json_key(w, "searchParam");
	json_array_begin(w);
	put_parameter(w, "_id", "token");
	put_parameter(w, "url", "uri");
	put_parameter(w, "status", "token");
	put_parameter(w, "resource", "token");
	json_array_end(w);
	json_object_end(w);
}

/* Return the type of the search parameter ${name} of Observation. */
static const char *
parameter_type(const char *name)
{
	if (strcmp(name, "date") == 0)
		return "date";
	if (strcmp(name, "subject") == 0 || strcmp(name, "patient") == 0)
		return "reference";
	if (strcmp(name, "value-quantity") == 0)
		return "quantity";
	return strstr(name, "value-quantity") != NULL ? "composite" : "token";
}

static void
put_observation(struct json_writer *w)
{
	static const char *const codes[] = {"read", "search-type", NULL};
	const char *name;

	json_object_begin(w);
	put(w, "type", "Observation");
	put_interactions(w, codes);
	json_key(w, "searchParam");
	json_array_begin(w);
	for (size_t i = 0;
	     (name = hub_filter_parameter(HUB_FOR_SEARCH, i)) != NULL; i++)
		put_parameter(w, name, parameter_type(name));
	json_array_end(w);
	json_object_end(w);
}

static void
put_rest(struct json_writer *w, const struct hubserver_options *o)
{
	json_key(w, "rest");
	json_array_begin(w);
	json_object_begin(w);
	put(w, "mode", "server");
	json_key(w, "security");
	json_object_begin(w);
	json_key(w, "cors");
	json_put_bool(w, o->origins > 0);
	put(w, "description",
	    o->keys != NULL
		? "A bearer token for the audience " HUBSERVER_AUDIENCE
		: "Clients of this machine need no token");
	json_object_end(w);
	json_key(w, "resource");
	json_array_begin(w);
	put_subscription(w);
	put_topic(w);
	put_observation(w);
	json_array_end(w);
	json_object_end(w);
	json_array_end(w);
}

void
hubserver_metadata(struct hubserver_call *c)
{
	char date[INSTANT_TEXT_MAX];
	struct json_writer w;

	instant_format(c->server->started, date);
	json_writer_init(&w, &c->body);
	json_object_begin(&w);
	put(&w, "resourceType", "CapabilityStatement");
	put(&w, "status", "active");
	put(&w, "date", date);
	put(&w, "kind", "instance");
	json_key(&w, "instantiates");
	json_array_begin(&w);
	json_put_text(
	    &w, GUIDE "CapabilityStatement/backport-subscription-server-r4b");
	json_array_end(&w);
	json_key(&w, "software");
	json_object_begin(&w);
	put(&w, "name", "vitals-hub");
	put(&w, "version", VITALS_VERSION);
	json_object_end(&w);
	json_key(&w, "implementation");
	json_object_begin(&w);
	put(&w, "description", "Subscriptions to vital signs");
	json_key(&w, "url");
	json_put_string(&w, buf_span(&c->server->base));
	json_object_end(&w);
	put(&w, "fhirVersion", "4.3.0");
	json_key(&w, "format");
	json_array_begin(&w);
	json_put_text(&w, "application/fhir+json");
	json_array_end(&w);
	put_rest(&w, &c->server->options);
	json_object_end(&w);
	hubserver_answer(c, 200);
}
