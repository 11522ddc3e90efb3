/* What remains of each request: a line of the audit file, and counts. */
#include <errno.h>
#include <stdio.h>

#include "crypto/digest.h"
#include "id/id.h"
#include "instant/instant.h"
#include "receive/private.h"

#define MINUTE_MS 60000

/* How often to try to write an audit file that could not be written, and to write
 * what the reader of a FIFO has not taken. */
#define AUDIT_RETRY_MS 1000
#define AUDIT_PUSH_MS 100

/* The most bytes of a path in the audit file. */
#define PATH_MAX_SHOWN 256

const char *const receive_audit_kinds[] = {"request", NULL};

static const double latency_bounds[] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};

/* ---- Audit ------------------------------------------------------------- */

static void push(void *context);

static bool
flush(struct receive *r)
{
	struct err err;

	r->audit_tried = instant_monotonic();
	r->audit_broken = audit_flush(r->options.audit) != 0;
	if (r->audit_broken) {
		err_sys(&err, errno, "the audit file cannot be written");
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
	} else if (audit_unwritten(r->options.audit) > 0 && !r->audit_pushing) {
		r->audit_pushing =
		    serve_after(r->serve, AUDIT_PUSH_MS, push, r) == 0;
	}
	return !r->audit_broken;
}

/* The reader of a FIFO may have made room. */
static void
push(void *context)
{
	struct receive *r = context;

	r->audit_pushing = false;
	flush(r);
}

bool
receive_audit_works(struct receive *r, const char **why)
{
	*why = "the audit file cannot be written";
	if (r->audit_broken)
		return instant_monotonic() - r->audit_tried >= AUDIT_RETRY_MS &&
		    flush(r);
	*why = "the audit file is not read";
	return audit_has_room(r->options.audit);
}

/* Can a line that may be omitted be written? */
static bool
has_room(const struct receive *r)
{
	return !r->audit_broken && audit_has_room(r->options.audit);
}

void
receive_audit_finish(struct receive *r, int64_t ms)
{
	struct err err;

	/* What is broken was reported, and its payloads were not accepted. */
	if (r->options.audit == NULL || r->audit_broken ||
	    audit_finish(r->options.audit, ms) == 0)
		return;
	err_sys(&err, errno, "the audit file cannot be written");
	receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
	r->failed = true;
}

/* Is another line beyond the limit of this minute? */
static bool
beyond_limit(struct receive *r)
{
	int64_t now = instant_monotonic();

	if (r->audited == 0 || now - r->audited_minute >= MINUTE_MS) {
		r->audited_minute = now;
		r->audited = 0;
	}
	return r->audited++ >= RECEIVE_AUDITED_MAX;
}

static void
put_text_or_null(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	if (text != NULL)
		json_put_text(w, text);
	else
		json_put_null(w);
}

/* Write the ID, the size and the hash of the body. */
static void
put_payload(struct json_writer *w, const struct serve_request *request,
    const struct receive_outcome *o)
{
	struct span body = serve_request_body(request);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	bool hashed = crypto_sha256(body.p, body.n, digest) == 0;
	char id[ID_TEXT_MAX];
	struct buf hex;

	json_key(w, "id");
	if (o->id.p != NULL) {
		json_put_string(w, o->id);
	} else if (o->verified && hashed) {
		id_of_digest(digest, id);
		json_put_text(w, id);
	} else {
		json_put_null(w);
	}
	json_key(w, "payloadBytes");
	json_put_integer(w, (int64_t)body.n);
	json_key(w, "payloadSha256");
	buf_init(&hex);
	crypto_hex(&hex, digest, hashed ? sizeof(digest) : 0);
	if (hashed && !buf_failed(&hex))
		json_put_string(w, buf_span(&hex));
	else
		json_put_null(w);
	buf_release(&hex);
}

/* Write a line; ${request} is NULL if the server refused it. */
static bool
put_line(struct receive *r, const char *peer,
    const struct serve_request *request, const struct receive_outcome *o)
{
	struct json_writer *w =
	    audit_begin(r->options.audit, "request", instant_now());
	int64_t elapsed = o->since > 0 ? instant_monotonic() - o->since : 0;

	json_key(w, "client");
	json_put_text(w, peer);
	json_key(w, "path");
	if (request != NULL) {
		struct span path = serve_request_head(request)->path;

		if (path.n > PATH_MAX_SHOWN)
			path.n = PATH_MAX_SHOWN;
		json_put_string(w, path);
	} else {
		json_put_null(w);
	}
	json_key(w, "httpStatus");
	if (o->status > 0)
		json_put_integer(w, o->status);
	else
		json_put_null(w);
	put_text_or_null(w, "reason", o->why);
	if (request != NULL)
		put_payload(w, request, o);
	json_key(w, "lines");
	json_put_integer(w, (int64_t)(o->status < 300 ? o->lines : 0));
	json_key(w, "elapsedSeconds");
	json_put_real(w, (double)elapsed / 1000, 3);
	json_key(w, "omitted");
	json_put_integer(w, (int64_t)r->audit_omitted);
	r->audit_omitted = 0;
	audit_end(r->options.audit);
	return flush(r);
}

bool
receive_audit(struct receive *r, const struct serve_request *request,
    const struct receive_outcome *o)
{
	if (r->options.audit == NULL)
		return true;
	/* Anybody can be refused, or ask by OPTIONS. */
	if ((o->why != NULL || !o->verified) &&
	    (!has_room(r) || beyond_limit(r))) {
		r->audit_omitted++;
		return !r->audit_broken;
	}
	return put_line(r, serve_request_peer(request), request, o);
}

/* Record a client that sent no request, or whose request the server refused. */
static void
record_client(
    struct receive *r, const char *peer, const struct receive_outcome *o)
{
	if (o->status > 0)
		receive_count(r, o);
	else
		r->failed_clients++;
	if (r->options.audit == NULL)
		return;
	if (!has_room(r) || beyond_limit(r))
		r->audit_omitted++;
	else
		put_line(r, peer, NULL, o);
}

void
receive_client_failed(void *context, const char *peer, const char *why)
{
	struct receive *r = context;

	record_client(r, peer, &(struct receive_outcome){.why = why});
	receive_report(r, RECEIVE_REFUSED, peer, why);
}

void
receive_client_refused(
    void *context, const char *peer, int status, const char *why)
{
	struct receive *r = context;
	char text[ERR_TEXT_MAX + 16];

	record_client(
	    r, peer, &(struct receive_outcome){.status = status, .why = why});
	/* On the Internet slow clients are too common to report. */
	if (status == 408)
		return;
	snprintf(text, sizeof(text), "refused: %d: %s", status, why);
	receive_report(r, RECEIVE_REFUSED, peer, text);
}

/* ---- Counts ------------------------------------------------------------ */

void
receive_counts_init(struct receive *r)
{
	r->latency.bound = latency_bounds;
	r->latency.bounds = sizeof(latency_bounds) / sizeof(latency_bounds[0]);
}

void
receive_count(struct receive *r, const struct receive_outcome *o)
{
	if (o->status == 503)
		r->counters.unsafe++;
	else if (o->status >= 400)
		r->counters.refused++;
	if (o->status >= 100 && o->status < 100 + RECEIVE_STATUSES)
		r->answered[o->status - 100]++;
	if (o->since > 0)
		metrics_observe(&r->latency,
		    (double)(instant_monotonic() - o->since) / 1000);
}
