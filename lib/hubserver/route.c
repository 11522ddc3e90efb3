/* The routing of requests. */
#include <stdio.h>

#include "buf/ascii.h"
#include "hubserver/private.h"

/* What the body of a request must be. */
enum body {
	NO_BODY,   /* is ignored */
	RESOURCE,  /* JSON */
	FORM,      /* the parameters of a search */
	PARAMETERS /* of an operation: a Parameters resource, a form, or empty */
};

/* Who may send it. */
enum open {
	WITH_TOKEN,
	PUBLIC
};

/* "*" is one segment of the path: an id.  Rows without one come first. */
static const struct route {
	const char *method, *path;
	hubserver_answerer *answer;
	enum body body;
	enum open open;
} row[] = {
    {"GET", "/metadata", hubserver_metadata, NO_BODY, PUBLIC},
    {"GET", "/healthz", hubserver_health, NO_BODY, PUBLIC},
    {"GET", "/metrics", hubserver_metrics, NO_BODY, WITH_TOKEN},
    {"GET", HUBSERVER_SOCKET_PATH, hubserver_socket_open, NO_BODY, PUBLIC},
    {"POST", "/Subscription", hubserver_subscription_create, RESOURCE,
	WITH_TOKEN},
    {"GET", "/Subscription", hubserver_subscription_search, NO_BODY,
	WITH_TOKEN},
    {"POST", "/Subscription/_search", hubserver_subscription_search, FORM,
	WITH_TOKEN},
    {"GET", "/Subscription/$status", hubserver_statuses, NO_BODY, WITH_TOKEN},
    {"POST", "/Subscription/$status", hubserver_statuses, PARAMETERS,
	WITH_TOKEN},
    {"GET", "/Subscription/$get-ws-binding-token", hubserver_binding_token,
	NO_BODY, WITH_TOKEN},
    {"POST", "/Subscription/$get-ws-binding-token", hubserver_binding_token,
	PARAMETERS, WITH_TOKEN},
    {"GET", "/Subscription/*", hubserver_subscription_read, NO_BODY,
	WITH_TOKEN},
    {"PUT", "/Subscription/*", hubserver_subscription_update, RESOURCE,
	WITH_TOKEN},
    {"DELETE", "/Subscription/*", hubserver_subscription_delete, NO_BODY,
	WITH_TOKEN},
    {"GET", "/Subscription/*/$status", hubserver_statuses, NO_BODY, WITH_TOKEN},
    {"POST", "/Subscription/*/$status", hubserver_statuses, PARAMETERS,
	WITH_TOKEN},
    {"GET", "/Subscription/*/$events", hubserver_events, NO_BODY, WITH_TOKEN},
    {"POST", "/Subscription/*/$events", hubserver_events, PARAMETERS,
	WITH_TOKEN},
    {"GET", "/Subscription/*/$get-ws-binding-token", hubserver_binding_token,
	NO_BODY, WITH_TOKEN},
    {"POST", "/Subscription/*/$get-ws-binding-token", hubserver_binding_token,
	PARAMETERS, WITH_TOKEN},
    {"GET", "/SubscriptionTopic", hubserver_topic_search, NO_BODY, WITH_TOKEN},
    {"POST", "/SubscriptionTopic/_search", hubserver_topic_search, FORM,
	WITH_TOKEN},
    {"GET", "/SubscriptionTopic/*", hubserver_topic_read, NO_BODY, WITH_TOKEN},
    {"GET", "/Observation", hubserver_observation_search, NO_BODY, WITH_TOKEN},
    {"POST", "/Observation/_search", hubserver_observation_search, FORM,
	WITH_TOKEN},
    {"GET", "/Observation/*", hubserver_observation_read, NO_BODY, WITH_TOKEN},
};

#define ROWS (sizeof(row) / sizeof(row[0]))

/* Does ${path} match ${pattern}?  Set *${id} to the segment that "*" matches. */
static bool
matches(struct span path, const char *pattern, struct span *id)
{
	const char *star = strchr(pattern, '*');
	struct span start, end;
	size_t n = 0;

	*id = (struct span){NULL, 0};
	if (star == NULL)
		return span_is(path, pattern);
	start = (struct span){pattern, (size_t)(star - pattern)};
	end = span_of(star + 1);
	if (path.n <= start.n || memcmp(path.p, start.p, start.n) != 0)
		return false;
	path.p += start.n;
	path.n -= start.n;
	while (n < path.n && path.p[n] != '/')
		n++;
	*id = (struct span){path.p, n};
	return n > 0 && path.p[0] != '$' && path.p[0] != '_' &&
	    path.n - n == end.n && memcmp(path.p + n, end.p, end.n) == 0;
}

/* Append ${path} to ${out}, with its escapes decoded: clients write "$" as
 * "%24". */
static void
decode_path(struct span path, struct buf *out)
{
	for (size_t i = 0; i < path.n; i++) {
		bool escape = path.p[i] == '%' && i + 2 < path.n;
		int high = escape ? ascii_hex(path.p[i + 1]) : -1;
		int low = escape ? ascii_hex(path.p[i + 2]) : -1;

		if (high >= 0 && low >= 0) {
			buf_add_byte(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_add_byte(out, path.p[i]);
		}
	}
}

/* Find the row for ${c}, and set c->id.  Return NULL if ${c} was refused. */
static const struct route *
find(struct hubserver_call *c)
{
	struct span path = buf_span(&c->path), id;
	bool known = false;
	char allow[64] = "Allow: OPTIONS";

	for (size_t i = 0; i < ROWS; i++) {
		if (!matches(path, row[i].path, &id))
			continue;
		c->id = id;
		if (span_is(c->method, row[i].method))
			return &row[i];
		known = true;
		snprintf(allow + strlen(allow), sizeof(allow) - strlen(allow),
		    ", %s", row[i].method);
	}
	if (known) {
		buf_addf(&c->headers, "%s\r\n", allow);
		hubserver_refuse(c, 405, "not-supported", "",
		    "this method is not supported here");
	} else {
		hubserver_refuse(c, 404, "not-found", "", "nothing is here");
	}
	return NULL;
}

/* Does the client accept JSON, by its Accept header and _format? */
static bool
accepts_json(const struct serve_head *h, struct buf *text)
{
	struct span accept = serve_head_find(h, "accept", NULL);
	struct span query = h->query, name, value;
	bool good = accept.n == 0;

	while (!good && accept.n > 0) {
		const char *comma = memchr(accept.p, ',', accept.n);
		size_t n =
		    comma != NULL ? (size_t)(comma - accept.p) : accept.n;
		struct span one = {accept.p, n};

		good = hubserver_is_json(one) ||
		    hubserver_is_type(one, "*/*") ||
		    hubserver_is_type(one, "application/*");
		n += comma != NULL;
		accept.p += n;
		accept.n -= n;
	}
	while (serve_query_next(&query, text, &name, &value) > 0) {
		/* A "+" in a query means a blank. */
		if (span_is(name, "_format"))
			good = hubserver_is_json(value) ||
			    span_is(value, "json") ||
			    span_is(value, "application/fhir json");
	}
	return good;
}

/* Check the type of the body.  Return false if ${c} was refused. */
static bool
body_fits(struct hubserver_call *c, enum body want)
{
	struct span type = serve_head_find(c->head, "content-type", NULL);
	struct span body = serve_request_body(c->request);
	bool form = hubserver_is_form(type);
	bool good = true;

	switch (want) {
	case NO_BODY:
		break;
	case RESOURCE:
		good = hubserver_is_json(type);
		break;
	case FORM:
		good = form;
		break;
	case PARAMETERS:
		good = body.n == 0 || form || hubserver_is_json(type);
		break;
	}
	if (!good)
		hubserver_refuse(c, 415, "not-supported", "",
		    want == FORM ? "the content type is not "
				   "application/x-www-form-urlencoded"
				 : "the content type is not "
				   "application/fhir+json");
	return good;
}

/* Answer a CORS preflight (Fetch, 4.8). */
static void
answer_preflight(struct hubserver_call *c)
{
	buf_add_text(&c->headers,
	    "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE\r\n"
	    "Access-Control-Allow-Headers: Authorization, Content-Type, "
	    "Accept, If-Match, If-None-Match, Prefer\r\n"
	    "Access-Control-Max-Age: 600\r\n");
	hubserver_answer(c, 204);
}

static void
route(struct hubserver_call *c)
{
	const struct route *r;

	decode_path(c->head->path, &c->path);
	if (!hubserver_allow_origin(c))
		return;
	if (span_is(c->method, "OPTIONS")) {
		answer_preflight(c);
		return;
	}
	if (serve_head_find(c->head, "origin", NULL).p != NULL)
		buf_add_text(&c->headers,
		    "Access-Control-Expose-Headers: ETag, Location\r\n");
	if (!hubserver_audit_has_room(c->server)) {
		hubserver_refuse(
		    c, 503, "transient", "", "the audit file is not read");
		return;
	}
	r = find(c);
	if (r == NULL || (r->open != PUBLIC && !hubserver_allow(c)))
		return;
	if (r->open != PUBLIC && r->answer != hubserver_metrics &&
	    !accepts_json(c->head, &c->server->text)) {
		hubserver_refuse(c, 406, "not-supported", "",
		    "answers are application/fhir+json only");
		return;
	}
	if (body_fits(c, r->body))
		r->answer(c);
}

void
hubserver_handle(void *context, struct serve_request *r)
{
	struct hubserver_call c = {
	    .server = context,
	    .request = r,
	    .head = serve_request_head(r),
	};

	c.method =
	    span_is(c.head->method, "HEAD") ? SPAN_LIT("GET") : c.head->method;
	buf_init(&c.path);
	buf_init(&c.headers);
	buf_init(&c.body);
	access_grant_init(&c.grant);
	route(&c);
	access_grant_release(&c.grant);
	buf_release(&c.path);
	buf_release(&c.headers);
	buf_release(&c.body);
}
