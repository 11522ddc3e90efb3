/* The audit file, which has a line for each attempt and each outcome. */
#include <errno.h>

#include "audit/audit.h"
#include "crypto/digest.h"
#include "deliver/internal.h"
#include "outgoing/status.h"
#include "json/json.h"

static const char *const kinds[] = {"attempt", "handshake", "settled", NULL};

static const char *const outcome_name[] = {[SCHEDULE_DELIVERED] = "delivered",
    [SCHEDULE_DEAD] = "dead",
    [SCHEDULE_EXPIRED] = "expired"};

struct audit *
deliver_audit_new(int fd, const char *path, struct err *err)
{
	struct audit *a = audit_new(fd, kinds, err);

	if (a == NULL || path == NULL || audit_follow(a, path) == 0)
		return a;
	err_set(err, "out of memory");
	audit_free(a);
	return NULL;
}

static void
put_ids(struct json_writer *w, const struct deliver_request *r)
{
	json_key(w, "id");
	json_put_text(w, r->carries.id);
	if (r->in.count > 1) {
		json_key(w, "batch");
		json_array_begin(w);
		for (struct schedule_entry *j = r->in.entry; j != NULL;
		     j = j->next)
			json_put_string(w, j->delivery.event->id);
		json_array_end(w);
	}
}

static void
put_answer(struct json_writer *w, const struct outgoing_answer *answer)
{
	json_key(w, "address");
	if (answer->address[0] != '\0')
		json_put_text(w, answer->address);
	else
		json_put_null(w);
	outgoing_put_status(w, "httpStatus", "smtpStatus", answer->status);
	json_key(w, "error");
	if (answer->error[0] != '\0')
		json_put_text(w, answer->error);
	else
		json_put_null(w);
	json_key(w, "elapsedSeconds");
	json_put_real(w, (double)answer->elapsed_us / 1e6, 6);
}

static void
put_payload(struct json_writer *w, struct span body)
{
	uint8_t digest[CRYPTO_SHA256_SIZE] = {0};
	struct buf hex;

	buf_init(&hex);
	if (crypto_sha256(body.p, body.n, digest) != 0)
		w->out->failed = true;
	crypto_hex(&hex, digest, sizeof(digest));
	json_key(w, "payloadBytes");
	json_put_integer(w, (int64_t)body.n);
	json_key(w, "payloadSha256");
	json_put_string(w, buf_span(&hex));
	if (buf_failed(&hex))
		w->out->failed = true;
	buf_release(&hex);
}

void
deliver_audit_attempt(struct audit *a, const struct deliver_request *r,
    const struct outgoing_answer *answer)
{
	struct json_writer *w =
	    audit_begin(a, r->in.handshake ? kinds[1] : kinds[0], r->sent);

	json_key(w, "endpoint");
	json_put_text(w, deliver_endpoint_of(r->in.endpoint)->shown);
	if (r->in.entry != NULL) {
		put_ids(w, r);
		json_key(w, "attempt");
		json_put_integer(w, r->in.entry->delivery.attempts);
		put_payload(w, r->carries.body);
	}
	put_answer(w, answer);
	audit_end(a);
}

void
deliver_audit_settled(struct audit *a, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled)
{
	const struct outgoing_event *event = j->delivery.event;
	struct json_writer *w = audit_begin(a, "settled", settled);

	json_key(w, "endpoint");
	json_put_text(w, deliver_endpoint_of(j->endpoint)->shown);
	json_key(w, "id");
	json_put_string(w, event->id);
	if (event->session.n > 0) {
		json_key(w, "session");
		json_put_string(w, event->session);
	}
	json_key(w, "status");
	json_put_text(w, outcome_name[outcome]);
	json_key(w, "attempts");
	json_put_integer(w, j->delivery.attempts);
	outgoing_put_status(
	    w, "httpStatus", "smtpStatus", j->delivery.last_status);
	json_key(w, "error");
	if (reason != NULL)
		json_put_text(w, reason);
	else
		json_put_null(w);
	instant_put(w, "accepted", j->delivery.since);
	json_key(w, "latencySeconds");
	json_put_real(w, (double)deliver_latency(j, settled) / 1000, 3);
	audit_end(a);
}

int
deliver_audit_flush(struct audit *a, struct err *err)
{
	if (audit_flush(a) == 0)
		return 0;
	if (errno == ENOMEM)
		return err_set(err, "audit: out of memory");
	return err_sys(err, errno, "audit: write failed");
}
