/* Reading the channel of a Subscription. */
#include "buf/ascii.h"
#include "hub/channel.h"
#include "hub/subscription_read.h"

static int
take_content(
    struct hub_reader *r, struct span name, const struct json_index *extension)
{
	static const char path[] = "Subscription.channel.payload.extension";
	const char *text;

	if (!span_is(name, "backport-payload-content"))
		return 0;
	if (r->has_content)
		return hub_read_wrong(
		    r, "structure", path, "has more than one content level");
	text = hub_read_required(r, extension, "valueCode", path);
	if (text == NULL)
		return -1;
	for (unsigned i = FHIR_EMPTY; i <= FHIR_FULL_RESOURCE; i++) {
		if (strcmp(
			fhir_notify_content_code((enum fhir_notify_content)i),
			text) == 0) {
			r->s->content = (enum fhir_notify_content)i;
			r->has_content = true;
			return 0;
		}
	}
	return hub_read_wrong(r, "value", path,
	    "the content level must be empty, id-only or full-resource");
}

/* Set *${value} to an integer of the extension. */
static int
take_integer(struct hub_reader *r, const struct json_index *extension,
    const char *member, int64_t min, int64_t max, unsigned *value)
{
	static const char path[] = "Subscription.channel.extension";
	const struct json_member *m = json_index_find(extension, member);
	int64_t n;

	if (m == NULL)
		return hub_read_wrong(r, "required", path, "has no value");
	if (m->type != JSON_NUMBER ||
	    json_integer(m->value, min, max, &n) != 0) {
		err_set(&r->issue->err, "must be an integer from %lld to %lld",
		    (long long)min, (long long)max);
		return hub_read_wrong(r, "value", path, NULL);
	}
	*value = (unsigned)n;
	return 0;
}

static int
take_channel(
    struct hub_reader *r, struct span name, const struct json_index *extension)
{
	struct hub_subscription *s = r->s;

	if (span_is(name, "backport-heartbeat-period"))
		return take_integer(r, extension, "valueUnsignedInt",
		    r->o->heartbeat_min_s, HUB_HEARTBEAT_MAX, &s->heartbeat_s);
	if (span_is(name, "backport-timeout"))
		return take_integer(r, extension, "valueUnsignedInt", 0,
		    HUB_TIMEOUT_MAX, &s->timeout_s);
	if (!span_is(name, "backport-max-count"))
		return 0;
	if (take_integer(r, extension, "valuePositiveInt", 1, INT32_MAX,
		&s->max_count) != 0)
		return -1;
	if (s->max_count > HUB_BATCH_MAX)
		s->max_count = HUB_BATCH_MAX;
	return 0;
}

static int
refuse_type(
    struct hub_reader *r, struct span name, const struct json_index *extension)
{
	(void)extension;
	if (!span_is(name, "backport-channel-type"))
		return 0;
	return hub_read_wrong(r, "not-supported",
	    "Subscription.channel.type.extension",
	    "other channel types are not supported");
}

/* ---- The channel ----------------------------------------------------------- */

/* Is there already a header with the name of the one after the last? */
static bool
is_duplicate(const struct hub_subscription *s)
{
	const char *name = s->header[s->headers];
	size_t n = (size_t)(strchr(name, ':') - name) + 1;

	for (size_t i = 0; i < s->headers; i++) {
		size_t same = 0;

		while (same < n &&
		    ascii_lower(s->header[i][same]) == ascii_lower(name[same]))
			same++;
		if (same == n)
			return true;
	}
	return false;
}

static int
read_headers(struct hub_reader *r)
{
	static const char path[] = "Subscription.channel.header";
	const struct json_member *m = json_index_find(&r->channel, "header");
	struct hub_subscription *s = r->s;
	struct json_member one = {.type = JSON_STRING};
	enum json_token token;

	if (m == NULL)
		return 0;
	if (m->type != JSON_ARRAY)
		return hub_read_wrong(r, "structure", path, "must be an array");
	if (s->channel != HUB_REST_HOOK)
		return hub_read_wrong(r, "not-supported", path,
		    "only a rest-hook can have headers");
	json_scan_start(&r->scan, m->value);
	(void)json_scan_next(&r->scan); /* was checked: '[' */
	while ((token = json_scan_next(&r->scan)) != JSON_ARRAY_END) {
		if (token != JSON_STRING)
			return hub_read_wrong(
			    r, "structure", path, "must be texts");
		if (s->headers == HUB_HEADERS_MAX)
			return hub_read_wrong(
			    r, "too-long", path, "has too many elements");
		/* With its quotes. */
		one.value =
		    (struct span){r->scan.span.p - 1, r->scan.span.n + 2};
		s->header[s->headers] = hub_read_text(r, &one, path);
		if (s->header[s->headers] == NULL)
			return -1;
		if (hub_header_check(
			span_of(s->header[s->headers]), &r->issue->err) != 0)
			return hub_read_wrong(r, "value", path, NULL);
		if (is_duplicate(s))
			return hub_read_wrong(
			    r, "duplicate", path, "has a header twice");
		s->headers++;
	}
	return 0;
}

static int
read_type(struct hub_reader *r)
{
	static const char path[] = "Subscription.channel.type";
	const char *type = hub_read_required(r, &r->channel, "type", path);

	if (type == NULL)
		return -1;
	for (unsigned i = HUB_REST_HOOK; i <= HUB_EMAIL; i++) {
		if (strcmp(hub_channel_code((enum hub_channel)i), type) != 0)
			continue;
		if (r->o->withheld[i])
			return hub_read_wrong(r, "not-supported", path,
			    "the channel is not available on this server");
		r->s->channel = (enum hub_channel)i;
		return 0;
	}
	return hub_read_wrong(
	    r, "not-supported", path, "must be rest-hook, websocket or email");
}

static int
read_endpoint(struct hub_reader *r)
{
	static const char path[] = "Subscription.channel.endpoint";
	struct hub_subscription *s = r->s;

	s->endpoint = "";
	if (s->channel == HUB_WEBSOCKET)
		return 0;
	s->endpoint = hub_read_required(r, &r->channel, "endpoint", path);
	if (s->endpoint == NULL)
		return -1;
	if (hub_endpoint_check(s->channel, span_of(s->endpoint),
		r->o->allow_http, &r->issue->err) != 0)
		return hub_read_wrong(r, "value", path, NULL);
	return 0;
}

int
hub_read_channel(struct hub_reader *r)
{
	static const char *const known[] = {
	    "id", "extension", "type", "endpoint", "payload", "header"};
	static const char path[] = "Subscription.channel";
	const struct json_member *m = json_index_find(&r->resource, "channel");
	struct hub_subscription *s = r->s;

	if (m == NULL)
		return hub_read_wrong(r, "required", path, "is missing");
	if (hub_read_enter(r, m, path, &r->channel) != 0 ||
	    hub_read_members(r, &r->channel, known, 6, path) != 0 ||
	    hub_read_primitive(r, json_index_find(&r->channel, "_type"),
		"Subscription.channel.type", refuse_type) != 0 ||
	    read_type(r) != 0 || read_endpoint(r) != 0)
		return -1;
	s->payload = hub_read_required(
	    r, &r->channel, "payload", "Subscription.channel.payload");
	if (s->payload == NULL)
		return -1;
	if (hub_payload_check(s->channel, span_of(s->payload), &s->version,
		&r->issue->err) != 0)
		return hub_read_wrong(
		    r, "not-supported", "Subscription.channel.payload", NULL);
	if (hub_read_primitive(r, json_index_find(&r->channel, "_payload"),
		"Subscription.channel.payload", take_content) != 0)
		return -1;
	if (!r->has_content)
		return hub_read_wrong(r, "required",
		    "Subscription.channel.payload.extension",
		    "the extension backport-payload-content is missing");
	if (read_headers(r) != 0)
		return -1;
	return hub_read_extensions(
	    r, &r->channel, "Subscription.channel.extension", take_channel);
}
