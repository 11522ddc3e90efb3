#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "diag/diag.h"
#include "enqueue/internal.h"
#include "instant/instant.h"
#include "json/json.h"

void
enqueue_fail(struct enqueue_run *r, int status)
{
	r->status = cli_worst(r->status, status);
}

void
enqueue_is_fatal(struct enqueue_run *r, int status, const char *text)
{
	if (!r->fatal)
		diag_error("%s", text);
	r->fatal = true;
	enqueue_fail(r, status);
}

void
enqueue_note(void *context, enum redis_note what, const char *text)
{
	const struct enqueue_run *r = context;

	if (what == REDIS_NOTE_DETAIL)
		diag_verbose("%s: %s", redis_name(r->redis), text);
	else
		diag_note("%s: %s", redis_name(r->redis), text);
}

static void
output_failed(struct enqueue_run *r)
{
	if (r->output_failed)
		return;
	diag_errno(errno, "<stdout>: write failed");
	r->output_failed = true;
	r->fatal = true;
	enqueue_fail(r, CLI_SYSTEM);
}

static void
members(const struct enqueue_run *r, struct json_writer *w, struct span id,
    const struct queue_receipt *q)
{
	json_key(w, "record");
	json_put_text(w, "receipt");
	json_key(w, "id");
	json_put_string(w, id);
	json_key(w, "queue");
	json_put_text(w, redis_name(r->redis));
	json_key(w, "status");
	json_put_text(w,
	    q == NULL                           ? "spooled"
		: q->outcome == QUEUE_DUPLICATE ? "duplicate"
						: "queued");
	if (q != NULL) {
		json_key(w, "partition");
		json_put_integer(w, q->partition);
		json_key(w, "n");
		json_put_integer(w, (int64_t)q->n);
		json_key(w, "entry");
		json_put_text(w, q->entry);
	}
	instant_put(w, "settled", instant_now());
}

void
enqueue_receipt(
    struct enqueue_run *r, struct span id, const struct queue_receipt *q)
{
	struct json_writer w;

	json_writer_init(&w, q == NULL ? &r->held : ndjson_record(r->out));
	json_object_begin(&w);
	members(r, &w, id, q);
	json_object_end(&w);
	if (q == NULL)
		buf_add_byte(&r->held, '\n');
	else if (ndjson_commit(r->out) != 0)
		output_failed(r);
}

void
enqueue_release_receipts(struct enqueue_run *r)
{
	if (r->held.len == 0)
		return;
	buf_add_span(ndjson_record(r->out), buf_span(&r->held));
	if (buf_failed(&r->held)) {
		errno = ENOMEM;
		output_failed(r);
	} else if (ndjson_commit_raw(r->out) != 0) {
		output_failed(r);
	}
	buf_clear(&r->held);
}

void
enqueue_refuse(struct enqueue_run *r, const struct queue_line *line)
{
	struct ndjson_line text = {.text = line->line, .newline = true};
	struct err why;

	r->count.refused++;
	enqueue_fail(r, CLI_DATA);
	err_set(&why, "id \"%.*s\" is in the queue with another body",
	    (int)line->id.n, line->id.p);
	if ((line->number & ENQUEUE_SPOOLED) != 0) {
		diag_error("%s: %s", r->o->spool, why.text);
		if (ndjson_append(r->bad.fd, line->line) != 0) {
			diag_errno(errno, "%s: write failed", r->o->rejects);
			r->fatal = true;
			enqueue_fail(r, CLI_SYSTEM);
		}
		return;
	}
	text.number = line->number;
	if (filter_bad_line(&r->bad, &text, true, why.text) != 0) {
		r->fatal = true;
		enqueue_fail(r, CLI_SYSTEM);
	}
	if (r->o->strict)
		r->more = false;
}

void
enqueue_drain_output(struct enqueue_run *r)
{
	int64_t end = instant_monotonic() + (int64_t)ENQUEUE_GRACE * 1000;

	while (!r->output_failed && ndjson_unwritten(r->out) > 0) {
		struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
		int64_t left = end - instant_monotonic();

		if (r->stop >= 0 && left <= 0)
			break;
		/* In steps: a signal may come meanwhile. */
		(void)poll(&p, 1, 100);
		enqueue_take_signals(r);
		if (ndjson_flush(r->out) != 0)
			output_failed(r);
		if (r->stop < 0 && p.revents == 0)
			end =
			    instant_monotonic() + (int64_t)ENQUEUE_GRACE * 1000;
	}
	if (ndjson_unwritten(r->out) > 0 && !r->output_failed) {
		diag_error(
		    "<stdout>: no reader: %zu bytes of receipts are lost",
		    ndjson_unwritten(r->out));
		enqueue_fail(r, CLI_SYSTEM);
		return;
	}
	ndjson_writer_nowait(r->out, false);
	diag_nowait(false);
}
