/* Subscription: create, read, update, delete. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "buf/ascii.h"
#include "hubserver/private.h"
#include "instant/instant.h"

/* Append ETag and Last-Modified for ${s}, and with ${location}, Location. */
static void
add_version(struct hubserver_call *c, const struct hub_subscription *s)
{
	char date[64];
	time_t seconds = (time_t)(s->updated / 1000);
	struct tm tm;

	buf_addf(&c->headers, "ETag: W/\"%" PRIu64 "\"\r\n", s->version_id);
	if (gmtime_r(&seconds, &tm) != NULL &&
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0)
		buf_addf(&c->headers, "Last-Modified: %s\r\n", date);
}

/* Answer with ${s}, unless the client prefers to get nothing (R4, REST,
 * 3.1.0.1.3). */
static void
answer_changed(
    struct hubserver_call *c, const struct hub_subscription *s, int status)
{
	struct span prefer = serve_head_find(c->head, "prefer", NULL);

	add_version(c, s);
	if (!span_is(prefer, "return=minimal"))
		hub_subscription_write(s, &c->body);
	hubserver_answer(c, status);
}

/* Parse the version in an If-Match header: W/"3" or "3".  Set *${version} to 0
 * if there is none.  Return 0, or -1 after refusing ${c}. */
static int
read_version(struct hubserver_call *c, uint64_t *version)
{
	size_t headers;
	struct span value = serve_head_find(c->head, "if-match", &headers);
	int64_t number = 0;

	*version = 0;
	if (headers == 0 || span_is(value, "*"))
		return 0;
	if (value.n > 2 && memcmp(value.p, "W/", 2) == 0)
		value = (struct span){value.p + 2, value.n - 2};
	if (headers > 1 || value.n < 3 || value.p[0] != '"' ||
	    value.p[value.n - 1] != '"' ||
	    json_integer((struct span){value.p + 1, value.n - 2}, 1, INT64_MAX,
		&number) != 0) {
		hubserver_refuse(c, 400, "invalid", "",
		    "If-Match is not the version of a Subscription");
		return -1;
	}
	*version = (uint64_t)number;
	return 0;
}

void
hubserver_subscription_create(struct hubserver_call *c)
{
	struct hubserver *hs = c->server;
	const struct hub_subscription *s;
	struct hub_issue issue;
	enum hub_result result;

	if (serve_head_find(c->head, "if-none-exist", NULL).p != NULL) {
		hubserver_refuse(c, 400, "not-supported", "",
		    "conditional creates are not supported");
		return;
	}
	result = hub_create(hs->hub, serve_request_body(c->request),
	    buf_span(&c->grant.subject), instant_now(), &s, &issue);
	if (result != HUB_DONE) {
		hubserver_refuse_result(c, result, &issue);
		return;
	}
	if (!hubserver_committed(c))
		return;
	buf_add_text(&c->headers, "Location: ");
	buf_add_span(&c->headers, buf_span(&hs->base));
	buf_addf(&c->headers, "/Subscription/%s/_history/%" PRIu64 "\r\n",
	    s->id, s->version_id);
	answer_changed(c, s, 201);
	hubserver_deliver(hs);
}

void
hubserver_subscription_read(struct hubserver_call *c)
{
	const struct hub_subscription *s = hubserver_own(c);
	struct span known = serve_head_find(c->head, "if-none-match", NULL);
	char etag[32];

	if (s == NULL)
		return;
	add_version(c, s);
	snprintf(etag, sizeof(etag), "W/\"%" PRIu64 "\"", s->version_id);
	if (span_is(known, etag)) {
		hubserver_answer(c, 304);
		return;
	}
	hub_subscription_write(s, &c->body);
	hubserver_answer(c, 200);
}

/* Does the resource in the body have the id in the path?  If not, refuse
 * ${c}.  A body that is not an object at all is left to the hub. */
static bool
same_id(struct hubserver_call *c)
{
	const struct json_member *id;
	struct json_index ix;
	bool same = true;

	json_index_init(&ix);
	if (json_index_read(&ix, serve_request_body(c->request), NULL) == 0) {
		id = json_index_find(&ix, "id");
		same = id != NULL && id->type == JSON_STRING &&
		    json_string_is(
			json_inside(id->value), id->value_escaped, c->id);
	}
	json_index_release(&ix);
	if (!same)
		hubserver_refuse(c, 400, "invalid", "Subscription.id",
		    "the id is not that of the URL");
	return same;
}

void
hubserver_subscription_update(struct hubserver_call *c)
{
	struct hubserver *hs = c->server;
	const struct hub_subscription *s;
	struct hub_issue issue;
	enum hub_result result;
	uint64_t version;

	if (hubserver_own(c) == NULL || read_version(c, &version) != 0 ||
	    !same_id(c))
		return;
	result = hub_update(hs->hub, c->id, version,
	    serve_request_body(c->request), instant_now(), &s, &issue);
	if (result != HUB_DONE) {
		hubserver_refuse_result(c, result, &issue);
		return;
	}
	if (!hubserver_committed(c))
		return;
	answer_changed(c, s, 200);
	hubserver_deliver(hs);
}

void
hubserver_subscription_delete(struct hubserver_call *c)
{
	struct hub_issue issue;
	enum hub_result result;
	uint64_t version;

	if (hubserver_own(c) == NULL || read_version(c, &version) != 0)
		return;
	result = hub_delete(c->server->hub, c->id, version, &issue);
	if (result != HUB_DONE)
		hubserver_refuse_result(c, result, &issue);
	else if (hubserver_committed(c))
		hubserver_answer(c, 204);
}
