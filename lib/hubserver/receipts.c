/* The receipts of vitals-post(1): what became of the messages. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"
#include "instant/instant.h"

/* The texts of a receipt; n 0: null or missing. */
struct receipt {
	struct span id, status, error;
	struct buf text;
};

/* Append the string member ${key} to ${text}, and return its offset; its length
 * is 0 if it is not a string. */
static size_t
add_member(const struct json_index *ix, const char *key, struct buf *text)
{
	const struct json_member *m = json_index_find(ix, key);
	size_t start = text->len;

	if (m != NULL && m->type == JSON_STRING)
		json_unescape(json_inside(m->value), text);
	return start;
}

/* Parse ${line}.  Return 0; or -1 with ${err}. */
static int
read_receipt(
    struct hubserver *hs, struct span line, struct receipt *r, struct err *err)
{
	size_t id, status, error, record;
	struct buf *text = &r->text;
	const char *p;

	if (json_index_read(&hs->index, line, err) != 0)
		return -1;
	record = add_member(&hs->index, "record", text);
	id = add_member(&hs->index, "id", text);
	status = add_member(&hs->index, "status", text);
	error = add_member(&hs->index, "error", text);
	if (buf_failed(text))
		return err_set(err, "out of memory");
	if (!span_is((struct span){buf_span(text).p + record, id - record},
		"receipt"))
		return err_set(err, "not a receipt of vitals-post");
	p = buf_span(text).p;
	r->id = (struct span){p + id, status - id};
	r->status = (struct span){p + status, error - status};
	r->error = (struct span){p + error, text->len - error};
	if (r->id.n == 0)
		return err_set(err, "a receipt without an id");
	return 0;
}

/* Settle the notification that ${r} is about. */
static int
settle(struct hubserver *hs, const struct receipt *r, struct err *err)
{
	bool delivered = span_is(r->status, "delivered");
	int known;

	if (!delivered && !span_is(r->status, "dead") &&
	    !span_is(r->status, "expired"))
		return err_set(err, "a receipt with an unknown status");
	hubserver_audit_receipt(hs, r->id, r->status);
	known = hub_settle(hs->hub, r->id,
	    delivered ? HUB_DELIVERED : HUB_UNDELIVERABLE,
	    r->error.n > 0 ? r->error : r->status, instant_now(), err);
	if (known < 0) {
		hubserver_fail(hs, err);
	} else if (known == 0) {
		/* A duplicate, or the subscription was deleted. */
		hs->count.unknown_receipts++;
	} else if (!delivered) {
		hs->count.undelivered++;
		hubserver_report(hs, HUBSERVER_UNDELIVERED, "receipts",
		    "notification %.*s was not delivered: %.*s", (int)r->id.n,
		    r->id.p, (int)r->error.n, r->error.p);
	}
	return 0;
}

/* For ndjson_pieces_add. */
static void
take_receipt(void *context, const struct ndjson_line *line, bool overlong)
{
	struct hubserver *hs = context;
	struct receipt r = {.id = {"", 0}};
	struct err err;
	char where[40];
	int rc;

	if (line->text.n == 0 && !overlong)
		return;
	hs->count.receipts++;
	buf_init(&r.text);
	if (overlong)
		rc = err_set(&err, "the line is too long");
	else
		rc = read_receipt(hs, line->text, &r, &err);
	if (rc == 0)
		rc = settle(hs, &r, &err);
	buf_release(&r.text);
	if (rc == 0)
		return;
	if (err_is_memory(&err))
		hubserver_fail(hs, &err);
	hs->count.bad_receipts++;
	snprintf(where, sizeof(where), "receipts:%" PRIu64, line->number);
	hubserver_report(hs, HUBSERVER_BAD_LINE, where, "%s", err.text);
}

void
hubserver_take_receipts(void *context, struct span bytes, int errnum)
{
	struct hubserver *hs = context;
	struct err err;

	if (hs->stopping || hs->count.failed)
		return;
	if (errnum != 0) {
		err_sys(&err, errnum, "receipts");
		hubserver_fail(hs, &err);
	} else if (bytes.n == 0) {
		hubserver_report(hs, HUBSERVER_UNDELIVERED, "receipts",
		    "they have ended: no delivery is confirmed any more");
	}
	if (ndjson_pieces_add(&hs->receipt_lines, bytes, take_receipt, hs) !=
	    0) {
		err_set(&err, "out of memory");
		hubserver_fail(hs, &err);
	}
	if (hub_commit(hs->hub, instant_now(), &err) != 0)
		hubserver_fail(hs, &err);
	hubserver_deliver(hs);
}
