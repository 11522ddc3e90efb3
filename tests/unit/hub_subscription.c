/* Reading and writing Subscriptions. */
#include "hub.h"

static const struct hub_subscription_options options = {.heartbeat_min_s = 10};

static struct hub_subscription *
read_text(struct span text, struct hub_issue *issue)
{
	return hub_subscription_new(text, &options, issue);
}

/* ---- What is accepted ------------------------------------------------------- */

static void
check_full(void)
{
	struct hub_wish w = {.type = "rest-hook",
	    .endpoint = "https://app.example:8443/hook?a=1",
	    .payload = "application/fhir+json; fhirVersion=4.0",
	    .content = "full-resource",
	    .filter = "Observation?code=8867-4&patient=7",
	    .more =
		",\"header\":[\"Authorization: Bearer a\\u0062c\",\"X-A:b\"]"
		",\"extension\":[{\"url\":\"" HUB_GUIDE_URL
		"backport-heartbeat-period\",\"valueUnsignedInt\":60},"
		"{\"url\":\"" HUB_GUIDE_URL
		"backport-timeout\",\"valueUnsignedInt\":5},{\"url\":"
		"\"" HUB_GUIDE_URL
		"backport-max-count\",\"valuePositiveInt\":7},{\"url\":"
		"\"urn:other\",\"valueString\":\"x\"}]"};
	struct hub_subscription *s;
	struct hub_issue issue;
	struct buf b;

	buf_init(&b);
	hub_wish_write(&w, &b);
	s = read_text(buf_span(&b), &issue);
	CHECK_TEXT(issue.err.text, "", "a full subscription is accepted");
	CHECK(s != NULL && s->channel == HUB_REST_HOOK &&
		s->version == FHIR_R4 && s->content == FHIR_FULL_RESOURCE &&
		s->status == FHIR_REQUESTED && s->end == INT64_MAX,
	    "with its codes");
	CHECK_TEXT(s->endpoint, w.endpoint, "its endpoint");
	CHECK_TEXT(s->payload, w.payload, "its content type");
	CHECK(s->headers == 2, "its headers");
	CHECK_TEXT(s->header[0], "Authorization: Bearer abc", "unescaped");
	CHECK_TEXT(s->header[1], "X-A:b", "and in order");
	CHECK(s->heartbeat_s == 60 && s->timeout_s == 5 && s->max_count == 7,
	    "its numbers");
	CHECK_TEXT(s->topic->id, "vital-signs", "and its topic");
	hub_subscription_free(s);
	buf_release(&b);
}

static void
check_accepted(const struct hub_wish *w, const char *what)
{
	struct hub_subscription *s;
	struct hub_issue issue;
	struct buf b;

	buf_init(&b);
	hub_wish_write(w, &b);
	s = read_text(buf_span(&b), &issue);
	CHECK(s != NULL, what);
	CHECK_TEXT(issue.err.text, "", "is accepted");
	hub_subscription_free(s);
	buf_release(&b);
}

/* ---- What is refused -------------------------------------------------------- */

/* A member of the resource is replaced: the first ${from} becomes ${to}. */
static const struct {
	const char *from, *to, *code, *expression, *why;
} table[] = {
    {"{\"resourceType\"", "[\"resourceType\"", "structure", "",
	"not a JSON object"},
    {"\"Subscription\"", "\"Observation\"", "structure", "",
	"the resource is not a Subscription"},
    {"\"status\":\"requested\",", "", "required", "Subscription.status",
	"is missing"},
    {"requested", "waiting", "value", "Subscription.status",
	"must be requested, active, error or off"},
    {"\"requested\"", "7", "structure", "Subscription.status",
	"must be a text that is not empty"},
    {"\"requested\"", "\"\"", "structure", "Subscription.status",
	"must be a text that is not empty"},
    {"\"reason\":\"a test\",", "", "required", "Subscription.reason",
	"is missing"},
    {"\"reason\"", "\"end\":\"tomorrow\",\"reason\"", "value",
	"Subscription.end", "must be an instant"},
    {"\"reason\"", "\"color\":\"red\",\"reason\"", "structure",
	"Subscription.color", "is not an element"},
    {"\"reason\"", "\"modifierExtension\":[],\"reason\"", "not-supported",
	"Subscription.modifierExtension", "is not supported"},
    {"\"reason\"", "\"meta\":1,\"reason\"", "structure", "Subscription.meta",
	"must be an object"},
    {"\"reason\"", "\"reason\":\"b\",\"reason\"", "structure", "", NULL},
    {HUB_TOPIC "vital-signs", HUB_TOPIC "others", "not-supported",
	"Subscription.criteria",
	"must be the canonical URL of a SubscriptionTopic of this server"},
    {HUB_TOPIC "vital-signs", HUB_TOPIC "vital-signs|9.9", "not-supported",
	"Subscription.criteria",
	"must be the canonical URL of a SubscriptionTopic of this server"},
    {"Observation?", "Patient?", "value", "Subscription.criteria.extension",
	"is not Observation?NAME=VALUE"},
    {"\"valueString\"", "\"valueCode\"", "required",
	"Subscription.criteria.extension", "is missing"},
    {"\"rest-hook\"", "\"sms\"", "not-supported", "Subscription.channel.type",
	"must be rest-hook, websocket or email"},
    {"\"type\":\"rest-hook\"",
	"\"type\":\"rest-hook\",\"_type\":{\"extension\":[{\"url\":"
	"\"" HUB_GUIDE_URL "backport-channel-type\"}]}",
	"not-supported", "Subscription.channel.type.extension",
	"other channel types are not supported"},
    {"\"endpoint\":\"https://app.example/hook\",", "", "required",
	"Subscription.channel.endpoint", "is missing"},
    {"https://app", "http://app", "value", "Subscription.channel.endpoint",
	"must be an https URL"},
    {"https://app", "ftp://app", "value", "Subscription.channel.endpoint",
	"must be an https URL"},
    {"https://app.example", "https://", "value",
	"Subscription.channel.endpoint", "has no host"},
    {"https://app", "https://a@app", "value", "Subscription.channel.endpoint",
	"must not have a user or password"},
    {"/hook", "/hook#x", "value", "Subscription.channel.endpoint",
	"must not have a fragment"},
    {"/hook", "/a hook", "value", "Subscription.channel.endpoint",
	"has a character that a URL cannot have"},
    {"application/fhir+json", "application/fhir+xml", "not-supported",
	"Subscription.channel.payload", "must be application/fhir+json"},
    {"application/fhir+json", "application/fhir+json;fhirVersion=5.0",
	"not-supported", "Subscription.channel.payload",
	"may only have the parameter fhirVersion, which must be 4.0 or 4.3"},
    {"\"id-only\"", "\"everything\"", "value",
	"Subscription.channel.payload.extension",
	"the content level must be empty, id-only or full-resource"},
    {"backport-payload-content", "backport-other", "required",
	"Subscription.channel.payload.extension",
	"the extension backport-payload-content is missing"},
    {"\"payload\"", "\"header\":[\"Host: a\"],\"payload\"", "value",
	"Subscription.channel.header", "Host is set by the sender"},
    {"\"payload\"", "\"header\":[\"webhook-id: a\"],\"payload\"", "value",
	"Subscription.channel.header", "webhook-id is set by the sender"},
    {"\"rest-hook\",\"endpoint\":\"https://app.example/hook\"",
	"\"email\",\"endpoint\":\"https://app.example/hook\"", "value",
	"Subscription.channel.endpoint", "not a mailto: URL"},
    {"\"rest-hook\",\"endpoint\":\"https://app.example/hook\"",
	"\"email\",\"endpoint\":\"mailto:a@b.example,c@d.example\"", "value",
	"Subscription.channel.endpoint",
	"a mailto: URL has one address and nothing else"},
    {"app.example", "app.example:0", "value", "Subscription.channel.endpoint",
	"has an invalid port"},
    {"app.example", "app.example:65536", "value",
	"Subscription.channel.endpoint", "has an invalid port"},
    {"app.example", "app..example", "value", "Subscription.channel.endpoint",
	"has an invalid host"},
    {"app.example", "app.example:x", "value", "Subscription.channel.endpoint",
	"has an invalid host"},
    {"\"payload\"", "\"header\":[\"no colon\"],\"payload\"", "value",
	"Subscription.channel.header", "must be NAME: VALUE"},
    {"\"payload\"", "\"header\":[\"a b: c\"],\"payload\"", "value",
	"Subscription.channel.header", "must be NAME: VALUE"},
    {"\"payload\"", "\"header\":[\"A: b\\nC: d\"],\"payload\"", "value",
	"Subscription.channel.header",
	"has a character that a header cannot have"},
    {"\"payload\"", "\"header\":\"A: b\",\"payload\"", "structure",
	"Subscription.channel.header", "must be an array"},
    {"\"payload\"",
	"\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	"backport-heartbeat-period\",\"valueUnsignedInt\":9}],\"payload\"",
	"value", "Subscription.channel.extension",
	"must be an integer from 10 to 86400"},
    {"\"payload\"",
	"\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	"backport-max-count\",\"valuePositiveInt\":0}],\"payload\"",
	"value", "Subscription.channel.extension",
	"must be an integer from 1 to 2147483647"},
    {"\"payload\"",
	"\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	"backport-timeout\"}],\"payload\"",
	"required", "Subscription.channel.extension", "has no value"},
    {"\"payload\"", "\"extension\":[1],\"payload\"", "structure",
	"Subscription.channel.extension",
	"has an element that is not an extension"},
    {"\"payload\"", "\"payloads\"", "structure",
	"Subscription.channel.payloads", "is not an element"},
};

/* Replace the first ${from} in ${b}. */
static void
change(struct buf *b, const char *from, const char *to)
{
	const char *at = strstr(buf_string(b), from);
	struct buf c;

	CHECK(at != NULL, from);
	if (at == NULL)
		return;
	buf_init(&c);
	buf_add(&c, b->data, (size_t)(at - b->data));
	buf_add_text(&c, to);
	buf_add_text(&c, at + strlen(from));
	buf_release(b);
	*b = c;
}

static void
check_refused(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct hub_issue issue;
		struct hub_subscription *s;
		struct buf b;

		buf_init(&b);
		hub_wish_write(
		    &(struct hub_wish){.filter = "Observation?code=1"}, &b);
		change(&b, table[i].from, table[i].to);
		s = read_text(buf_span(&b), &issue);
		CHECK(s == NULL, table[i].to);
		CHECK_TEXT(issue.code, table[i].code, "the code");
		CHECK_TEXT(issue.expression, table[i].expression, "the place");
		if (table[i].why != NULL)
			CHECK_TEXT(issue.err.text, table[i].why, "the reason");
		hub_subscription_free(s);
		buf_release(&b);
	}
}

static void
check_sizes(void)
{
	struct hub_issue issue;
	struct hub_subscription *s;
	struct buf b, pad;

	buf_init(&pad);
	buf_init(&b);
	hub_wish_write(&(struct hub_wish){0}, &b);
	while (b.len + pad.len < HUB_RESOURCE_MAX)
		buf_add_byte(&pad, ' ');
	buf_add_span(&b, buf_span(&pad));
	s = read_text(buf_span(&b), &issue);
	CHECK(s != NULL, "64 KiB are accepted");
	hub_subscription_free(s);
	buf_add_byte(&b, ' ');
	s = read_text(buf_span(&b), &issue);
	CHECK(s == NULL, "one byte more is not");
	CHECK_TEXT(issue.err.text, "is longer than 64 KiB", "for its length");
	buf_release(&b);
	buf_release(&pad);
}

/* ---- Writing ---------------------------------------------------------------- */

static void
check_written(void)
{
	static const char text[] =
	    "{ \"id\":\"mine\", \"meta\":{\"versionId\":\"9\",\"tag\":[{"
	    "\"code\":\"t\"}]},\"resourceType\":\"Subscription\",\"status\":"
	    "\"requested\",\"error\":\"old\",\"reason\":\"a \\u0062\","
	    "\"criteria\":\"" HUB_TOPIC "observations|1.0.0\",\"channel\":{"
	    "\"type\":\"websocket\",\"payload\":\"application/fhir+json\","
	    "\"_payload\":{\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	    "backport-payload-content\",\"valueCode\":\"empty\"}]}}}";
	static const char want[] =
	    "{\"resourceType\":\"Subscription\",\"id\":\"s-1\",\"meta\":{"
	    "\"versionId\":\"3\",\"lastUpdated\":\"2026-11-23T06:33:30.000Z\","
	    "\"tag\":[{\"code\":\"t\"}]},\"status\":\"error\",\"reason\":"
	    "\"a \\u0062\",\"criteria\":\"" HUB_TOPIC
	    "observations|1.0.0\",\"channel\":{\"type\":\"websocket\","
	    "\"payload\":\"application/fhir+json\",\"_payload\":{"
	    "\"extension\":[{\"url\":\"" HUB_GUIDE_URL
	    "backport-payload-content\",\"valueCode\":\"empty\"}]}},"
	    "\"error\":\"410 \\\"Gone\\\"\"}";
	struct hub_issue issue;
	struct hub_subscription *s = read_text(span_of(text), &issue);
	struct buf b;

	CHECK_TEXT(issue.err.text, "", "a websocket is accepted");
	buf_init(&b);
	if (s != NULL) {
		snprintf(s->id, sizeof(s->id), "s-1");
		snprintf(s->error, sizeof(s->error), "410 \"Gone\"");
		s->version_id = 3;
		s->updated = INT64_C(1795415610000);
		s->status = FHIR_ERROR;
		hub_subscription_write(s, &b);
	}
	CHECK_TEXT(buf_string(&b), want, "and written with our members");
	buf_release(&b);
	hub_subscription_free(s);
}

int
main(void)
{
	check_full();
	check_accepted(&(struct hub_wish){.endpoint = "http://127.0.0.1:80/"},
	    "http to loopback");
	check_accepted(&(struct hub_wish){.endpoint = "http://[::1]:80/"},
	    "http to loopback (IPv6)");
	check_accepted(
	    &(struct hub_wish){.type = "email", .endpoint = "mailto:a@b.c"},
	    "an e-mail address");
	check_accepted(
	    &(struct hub_wish){.type = "email",
		.endpoint = "mailto:a@b.c",
		.payload = "text/plain;attach=application/fhir+json"},
	    "an attachment");
	check_accepted(&(struct hub_wish){.type = "email",
			   .endpoint = "mailto:a@b.c",
			   .payload = "text/plain"},
	    "an e-mail of text");
	check_accepted(&(struct hub_wish){.type = "websocket"}, "a websocket");
	check_accepted(
	    &(struct hub_wish){
		.payload = "application/fhir+json;fhirVersion=4.3"},
	    "R4B");
	check_refused();
	check_sizes();
	check_written();
	return check_done();
}
