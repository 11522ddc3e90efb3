/* The lines of the audit file. */
#include <errno.h>

#include "audit/audit.h"
#include "hubserver/private.h"
#include "instant/instant.h"

#define MINUTE_MS 60000

/* Refusals audited per minute; others are counted in the next audited one. */
#define AUDITED_MAX 600

const char *const hubserver_audit_kinds[] = {
    "request", "notification", "receipt", "refusal", NULL};

/* Begin a line, or return NULL if there is no audit file. */
static struct json_writer *
begin(struct hubserver *hs, const char *record)
{
	return hs->options.audit != NULL
	    ? audit_begin(hs->options.audit, record, instant_now())
	    : NULL;
}

static void
put(struct json_writer *w, const char *key, struct span value)
{
	json_key(w, key);
	if (value.p == NULL)
		json_put_null(w);
	else
		json_put_string(w, value);
}

bool
hubserver_audit_has_room(const struct hubserver *hs)
{
	return audit_has_room(hs->options.audit);
}

/* Read no lines and receipts while there is no room. */
static void
pause_inputs(struct hubserver *hs)
{
	bool paused = !hubserver_audit_has_room(hs);

	if (paused == hs->paused)
		return;
	hs->paused = paused;
	if (hs->input != NULL)
		serve_input_pause(hs->input, paused);
	if (hs->receipts != NULL)
		serve_input_pause(hs->receipts, paused);
}

/* If auditing fails, the next tick stops the server. */
static void
flush(struct hubserver *hs)
{
	struct err err;

	if (hs->options.audit == NULL)
		return;
	if (audit_flush(hs->options.audit) != 0) {
		err_sys(&err, errno, "the audit file cannot be written");
		hubserver_fail(hs, &err);
	}
	pause_inputs(hs);
}

void
hubserver_audit_tick(struct hubserver *hs)
{
	int64_t now = instant_monotonic();
	bool was_unread = hs->unread;

	flush(hs);
	hs->unread = !hubserver_audit_has_room(hs);
	/* A slow reader may leave too much again and again. */
	if (!hs->unread || was_unread ||
	    (hs->unread_minute > 0 && now - hs->unread_minute < MINUTE_MS))
		return;
	hs->unread_minute = now;
	hubserver_report(hs, HUBSERVER_UNDELIVERED, "audit",
	    "the reader has 1 MiB left to read: until then nothing is accepted "
	    "or sent");
}

void
hubserver_audit_finish(struct hubserver *hs)
{
	struct err err;

	if (hs->options.audit == NULL || hs->count.failed ||
	    audit_finish(hs->options.audit, AUDIT_UNREAD_MS) == 0)
		return;
	err_sys(&err, errno, "the audit file cannot be written");
	hubserver_fail(hs, &err);
}

static void
end_line(struct hubserver *hs)
{
	audit_end(hs->options.audit);
	flush(hs);
}

void
hubserver_audit_request(const struct hubserver_call *c, int status)
{
	struct json_writer *w = begin(c->server, "request");

	if (w == NULL)
		return;
	put(w, "client", span_of(serve_request_peer(c->request)));
	put(w, "subject", buf_span(&c->grant.subject));
	put(w, "method", c->head->method);
	put(w, "path", c->head->path);
	json_key(w, "httpStatus");
	json_put_integer(w, status);
	end_line(c->server);
}

void
hubserver_audit_notification(
    struct hubserver *hs, const struct hub_notification *n, const char *peer)
{
	const struct hub_subscription *s = n->subscription;
	struct json_writer *w = begin(hs, "notification");

	if (w == NULL)
		return;
	put(w, "id", span_of(n->id));
	put(w, "subscription", span_of(s->id));
	put(w, "subject", span_of(s->owner));
	put(w, "channel", span_of(hub_channel_code(s->channel)));
	put(w, "client", peer != NULL ? span_of(peer) : (struct span){NULL, 0});
	put(w, "type", span_of(fhir_notify_kind_code(n->kind)));
	put(w, "content", span_of(fhir_notify_content_code(s->content)));
	json_key(w, "firstEvent");
	json_put_integer(w, (int64_t)n->first);
	json_key(w, "lastEvent");
	json_put_integer(w, (int64_t)n->last);
	end_line(hs);
}

void
hubserver_audit_receipt(
    struct hubserver *hs, struct span id, struct span status)
{
	struct json_writer *w = begin(hs, "receipt");

	if (w == NULL)
		return;
	put(w, "id", id);
	put(w, "status", status);
	end_line(hs);
}

void
hubserver_audit_refusal(
    struct hubserver *hs, const char *peer, int status, const char *why)
{
	int64_t now = instant_monotonic();
	struct json_writer *w;

	if (now - hs->audited_minute >= MINUTE_MS) {
		hs->audited_minute = now;
		hs->audited = 0;
	}
	if (!hubserver_audit_has_room(hs) || hs->audited++ >= AUDITED_MAX) {
		hs->omitted++;
		return;
	}
	w = begin(hs, "refusal");
	if (w == NULL)
		return;
	put(w, "client", span_of(peer));
	json_key(w, "httpStatus");
	if (status > 0)
		json_put_integer(w, status);
	else
		json_put_null(w);
	put(w, "reason", span_of(why));
	json_key(w, "omitted");
	json_put_integer(w, (int64_t)hs->omitted);
	hs->omitted = 0;
	end_line(hs);
}
