/* The lines of the audit file. */
#include <errno.h>

#include "audit/audit.h"
#include "instant/instant.h"
#include "stream/private.h"

#define MINUTE_MS 60000

/* Refusals audited per minute; others are counted in the next audited one. */
#define AUDITED_MAX 600

const char *const stream_audit_kinds[] = {
    "connect", "end", "poll", "refusal", NULL};

bool
stream_audit_has_room(const struct stream *st)
{
	return audit_has_room(st->options.audit);
}

/* If auditing fails, the next tick stops the server. */
void
stream_audit_flush(struct stream *st)
{
	if (st->options.audit == NULL || audit_flush(st->options.audit) == 0)
		return;
	st->count.failed = true;
	err_sys(&st->failure, errno, "the audit file cannot be written");
}

static void
end_line(struct stream *st)
{
	audit_end(st->options.audit);
	stream_audit_flush(st);
}

static void
put_sessions(struct json_writer *w, const struct access_grant *g)
{
	struct span list = buf_span(&g->sessions), one;

	json_key(w, "sessions");
	json_array_begin(w);
	if (g->all)
		json_put_text(w, "*");
	while (!g->all && access_next_text(&list, &one))
		json_put_string(w, one);
	json_array_end(w);
}

void
stream_audit_client(
    const struct stream_client *c, const char *record, const char *reason)
{
	struct stream *st = c->stream;
	struct json_writer *w;

	if (st->options.audit == NULL)
		return;
	w = audit_begin(st->options.audit, record, instant_now());
	json_key(w, "client");
	json_put_text(w, c->peer);
	json_key(w, "kind");
	json_put_text(w, stream_transport[c->kind].name);
	json_key(w, "subject");
	json_put_string(w, buf_span(&c->grant.subject));
	put_sessions(w, &c->grant);
	if (reason != NULL) {
		json_key(w, "reason");
		json_put_text(w, reason);
		json_key(w, "elapsedSeconds");
		json_put_real(
		    w, (double)(instant_monotonic() - c->began) / 1000, 3);
		json_key(w, "sent");
		json_put_integer(w, (int64_t)c->sent);
		json_key(w, "lost");
		json_put_integer(w, (int64_t)c->dropped);
	}
	end_line(st);
}

void
stream_audit_refusal(
    struct stream *st, const char *peer, int status, const char *why)
{
	int64_t now = instant_monotonic();
	struct json_writer *w;

	if (st->options.audit == NULL)
		return;
	if (now - st->audited_minute >= MINUTE_MS) {
		st->audited_minute = now;
		st->audited = 0;
	}
	if (!stream_audit_has_room(st) || st->audited++ >= AUDITED_MAX) {
		st->omitted++;
		return;
	}
	w = audit_begin(st->options.audit, "refusal", instant_now());
	json_key(w, "client");
	json_put_text(w, peer);
	json_key(w, "httpStatus");
	if (status > 0)
		json_put_integer(w, status);
	else
		json_put_null(w);
	json_key(w, "reason");
	json_put_text(w, why);
	json_key(w, "omitted");
	json_put_integer(w, (int64_t)st->omitted);
	st->omitted = 0;
	end_line(st);
}
