/* From a verified payload to its answer: the transaction and the output. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "id/id.h"
#include "instant/instant.h"
#include "receive/private.h"

/* The output is filled up from the inbox to so many bytes. */
#define AHEAD ((uint64_t)1 << 20)

/* Printed lines are dropped from the inbox so often, if no commit comes by. */
#define MARK_MS 500

/* How often IDs past their time are looked for. */
#define FORGET_MS 3600000

static const char retry_later[] = "Retry-After: 1\r\n";

static struct receive_pending *
push(struct receive_queue *q)
{
	if (q->first + q->count == q->cap && q->first > 0) {
		memmove(
		    q->item, q->item + q->first, q->count * sizeof(*q->item));
		q->first = 0;
	}
	if (q->count == q->cap) {
		size_t cap = q->cap == 0 ? 64 : 2 * q->cap;
		struct receive_pending *item =
		    realloc(q->item, cap * sizeof(*item));

		if (item == NULL)
			return NULL;
		q->item = item;
		q->cap = cap;
	}
	return &q->item[q->first + q->count++];
}

static struct receive_pending
pop(struct receive_queue *q)
{
	q->count--;
	return q->item[q->first++];
}

static void
answer(struct receive *r, struct serve_request *request, int status)
{
	if (status >= 500) {
		receive_refuse(r, request, status, retry_later, "try again");
		return;
	}
	receive_tell(r, RECEIVE_TAKEN, serve_request_peer(request),
	    status == 202 ? "accepted" : "known already");
	serve_answer(request, status, NULL, (struct span){NULL, 0});
}

static void flush(void *context);

static void
flush_soon(struct receive *r)
{
	if (r->flushing)
		return;
	r->flushing = true;
	if (serve_soon(r->serve, flush, r) != 0)
		flush(r);
}

/* The state file cannot be written: its senders must try again. */
static void
inbox_failed(struct receive *r, const struct err *err)
{
	receive_tell(r, RECEIVE_TROUBLE, NULL, err->text);
	inbox_rollback(r->options.inbox);
	r->open = false;
	while (r->commit.count > 0) {
		struct receive_pending p = pop(&r->commit);

		r->taken -= p.lines;
		r->counters.accepted -= p.lines;
		answer(r, p.request, 503);
	}
}

/* Drop what is printed from the inbox. */
static void
mark(void *context)
{
	struct receive *r = context;
	struct err err;

	r->marking = false;
	if (r->open || r->printed == r->marked)
		return; /* the transaction will do it */
	if (inbox_printed(r->options.inbox, r->printed, &err) != 0)
		receive_tell(r, RECEIVE_TROUBLE, NULL, err.text);
	else
		r->marked = r->printed;
}

static void
mark_soon(struct receive *r)
{
	if (r->marking || r->printed == r->marked)
		return;
	r->marking = serve_after(r->serve, MARK_MS, mark, r) == 0;
}

/* Does the output want more of the inbox? */
static bool
has_space(const struct receive *r)
{
	return serve_output_end(r->output) - serve_output_done(r->output) <
	    AHEAD;
}

/* Queue lines of the inbox while the output has room. */
static void
pump(struct receive *r)
{
	struct err err;
	int rc = 1;

	while (!r->failed && rc > 0 && has_space(r)) {
		struct receive_pending *p;
		int64_t number;
		uint64_t end;

		buf_clear(&r->line);
		rc = inbox_next(
		    r->options.inbox, r->queued, &r->line, &number, &err);
		if (rc < 0)
			receive_tell(r, RECEIVE_TROUBLE, NULL, err.text);
		if (rc <= 0) {
			r->more = false;
			break;
		}
		buf_add_byte(&r->line, '\n');
		p = buf_failed(&r->line) ? NULL : push(&r->writing);
		if (p == NULL)
			break;
		end = serve_output_add(r->output, buf_span(&r->line));
		if (end == 0) {
			r->writing.count--;
			break;
		}
		*p = (struct receive_pending){
		    .offset = end, .lines = 1, .number = number};
		r->queued = number;
	}
}

/* What ends at ${offset} of the output or before it is safe. */
static void
settle(struct receive *r, uint64_t offset)
{
	while (r->writing.count > 0 &&
	    r->writing.item[r->writing.first].offset <= offset) {
		struct receive_pending p = pop(&r->writing);

		r->counters.printed += p.lines;
		r->taken -= p.lines < r->taken ? p.lines : r->taken;
		if (p.number > 0)
			r->printed = p.number;
		if (p.request != NULL)
			answer(r, p.request, p.status);
	}
}

static void
commit(struct receive *r)
{
	struct err err;

	if ((r->printed != r->marked &&
		inbox_printed(r->options.inbox, r->printed, &err) != 0) ||
	    inbox_commit(r->options.inbox, &err) != 0) {
		inbox_failed(r, &err);
		return;
	}
	r->open = false;
	r->marked = r->printed;
	r->more = true;
	while (r->commit.count > 0) {
		struct receive_pending p = pop(&r->commit);

		answer(r, p.request, p.status);
	}
}

/* After each round of requests: make safe what came, all at once. */
static void
flush(void *context)
{
	struct receive *r = context;

	r->flushing = false;
	if (r->open)
		commit(r);
	if (r->options.inbox != NULL)
		pump(r);
	serve_output_push(r->output);
	/* Repeated payloads may wait for nothing but this. */
	settle(r, serve_output_done(r->output));
}

static void
written(void *context, uint64_t offset, int errnum)
{
	struct receive *r = context;

	settle(r, offset);
	if (errnum != 0) {
		struct err err;

		err_sys(&err, errnum, "<stdout>: write failed");
		receive_tell(r, RECEIVE_TROUBLE, NULL, err.text);
		r->failed = true;
		while (r->writing.count > 0) {
			struct receive_pending p = pop(&r->writing);

			if (p.request != NULL)
				answer(r, p.request, 503);
		}
		serve_drain(r->serve);
		return;
	}
	if (r->options.inbox != NULL) {
		mark_soon(r);
		if (r->more && has_space(r))
			flush_soon(r);
	}
	if (r->options.count > 0 && r->counters.printed >= r->options.count)
		serve_drain(r->serve);
}

bool
receive_has_room(const struct receive *r)
{
	if (r->failed || serve_draining(r->serve))
		return false;
	if (r->options.count > 0 &&
	    r->counters.printed + r->taken >= r->options.count)
		return false;
	if (r->options.inbox != NULL)
		return inbox_waiting(r->options.inbox) < RECEIVE_WAITING_MAX;
	return serve_output_end(r->output) - serve_output_done(r->output) <
	    RECEIVE_QUEUE_MAX;
}

/* The line of item ${i}, into r->line. */
static struct span
line_of(struct receive *r, const struct receive_payload *p, size_t i)
{
	if (p->message.p != NULL)
		return p->message;
	buf_clear(&r->line);
	receive_add_line(&r->line, r->items.item[i].text);
	return buf_span(&r->line);
}

static struct span
id_of(const struct receive *r, const struct receive_payload *p, size_t i)
{
	if (p->message.p != NULL || r->items.item[i].id.p == NULL)
		return p->id;
	return r->items.item[i].id;
}

/* What tells the body of item ${i} from others. */
static int
hash_of(const struct receive *r, const struct receive_payload *p, size_t i,
    uint8_t hash[RECEIVE_HASH])
{
	struct span s = p->message.p != NULL ? p->body : r->items.item[i].text;
	uint8_t digest[CRYPTO_SHA256_SIZE];

	if (crypto_sha256(s.p, s.n, digest) != 0)
		return -1;
	memcpy(hash, digest, RECEIVE_HASH);
	return 0;
}

/* An ID stands for one body: to say that the other one is safe would lose it. */
static void
refuse_other(struct receive *r, struct serve_request *request, struct span id)
{
	char why[ID_MAX + 64];

	snprintf(why, sizeof(why), "the ID %.*s was taken with another body",
	    (int)(id.n < ID_MAX ? id.n : ID_MAX), id.p);
	receive_refuse(r, request, 409, NULL, why);
}

/* Keep one item.  Return 1 where it is new, 0 where it is known, 2 where it is
 * with another body, -1. */
static int
keep_item(struct receive *r, const struct receive_payload *p, size_t i,
    int64_t now, struct err *err)
{
	uint8_t hash[RECEIVE_HASH];
	struct span line;
	int rc;

	if (hash_of(r, p, i, hash) != 0)
		return err_set(err, "out of memory");
	rc = inbox_note(r->options.inbox, id_of(r, p, i),
	    (struct span){(const char *)hash, sizeof(hash)}, now, err);
	if (rc != 1)
		return rc;
	line = line_of(r, p, i);
	if (buf_failed(&r->line))
		return err_set(err, "out of memory");
	return inbox_keep(r->options.inbox, line, err) != 0 ? -1 : 1;
}

static void
keep_in_inbox(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_pending *pending = push(&r->commit);
	int64_t now = instant_now();
	struct span other = {NULL, 0};
	struct err err = {"out of memory"};
	uint64_t fresh = 0;
	bool good = true;
	int rc = 0;

	if (pending == NULL) {
		answer(r, request, 503);
		return;
	}
	*pending = (struct receive_pending){.request = request};
	if (!r->open) {
		good = inbox_begin(r->options.inbox, &err) == 0;
		r->open = good;
	}
	if (good && n > 1)
		good = inbox_mark(r->options.inbox, &err) == 0;
	for (size_t i = 0; good && rc != 2 && i < n; i++) {
		rc = keep_item(r, p, i, now, &err);
		good = rc >= 0;
		fresh += rc == 1;
		if (rc == 2) {
			good =
			    n == 1 || inbox_undo(r->options.inbox, &err) == 0;
			other = id_of(r, p, i);
		}
	}
	if (!good) {
		inbox_failed(r, &err);
		return;
	}
	if (rc == 2) {
		r->commit.count--;
		refuse_other(r, request, other);
		flush_soon(r);
		return;
	}
	pending->status = fresh > 0 ? 202 : 200;
	pending->lines = fresh;
	r->taken += fresh;
	r->counters.accepted += fresh;
	r->counters.duplicates += n - fresh;
	flush_soon(r);
}

/* Append the lines of all items that are new to ${lines}.  Return 0; 2 where
 * the ID *${other} is known with another body; -1. */
static int
gather(struct receive *r, const struct receive_payload *p, size_t n,
    struct buf *lines, size_t *fresh, struct span *other)
{
	uint8_t hash[RECEIVE_HASH];

	*fresh = 0;
	for (size_t i = 0; i < n; i++) {
		int rc = hash_of(r, p, i, hash) != 0
		    ? -1
		    : receive_seen_note(r->seen, id_of(r, p, i), hash);

		*other = id_of(r, p, i);
		if (rc < 0 || rc == 2)
			return rc;
		if (rc == 0)
			continue;
		++*fresh;
		buf_add_span(lines, line_of(r, p, i));
		buf_add_byte(lines, '\n');
	}
	return buf_failed(lines) || buf_failed(&r->line) ? -1 : 0;
}

static void
keep_in_memory(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_pending *pending = push(&r->writing);
	struct span other = {NULL, 0};
	size_t fresh = 0;
	struct buf lines;
	uint64_t end;
	int rc;

	if (pending == NULL) {
		answer(r, request, 503);
		return;
	}
	buf_init(&lines);
	rc = gather(r, p, n, &lines, &fresh, &other);
	end = rc == 0 ? serve_output_add(r->output, buf_span(&lines)) : 0;
	buf_release(&lines);
	if (end == 0) {
		receive_seen_undo(r->seen, fresh);
		r->writing.count--;
		if (rc == 2)
			refuse_other(r, request, other);
		else
			answer(r, request, n == 0 ? 200 : 503);
		return;
	}
	*pending = (struct receive_pending){.request = request,
	    .status = fresh > 0 ? 202 : 200,
	    .offset = end,
	    .lines = fresh};
	r->taken += fresh;
	r->counters.accepted += fresh;
	r->counters.duplicates += n - fresh;
	flush_soon(r);
}

void
receive_keep(struct receive *r, struct serve_request *request,
    const struct receive_payload *p)
{
	/* A message is one line, even of a batch. */
	size_t n = p->message.p != NULL ? 1 : r->items.count;

	if (r->options.inbox != NULL)
		keep_in_inbox(r, request, p, n);
	else
		keep_in_memory(r, request, p, n);
}

static void
forget(void *context)
{
	struct receive *r = context;
	struct err err;

	if (!r->open &&
	    inbox_forget(r->options.inbox, instant_now() - r->options.keep_ms,
		&err) != 0)
		receive_tell(r, RECEIVE_TROUBLE, NULL, err.text);
	serve_after(r->serve, FORGET_MS, forget, r);
}

int
receive_start(struct receive *r, struct serve *s, struct err *err)
{
	r->serve = s;
	r->output = serve_output_new(s, r->options.fd, written, r);
	if (r->output == NULL)
		return err_set(err, "out of memory");
	if (r->options.inbox != NULL) {
		forget(r);
		r->more = true;
		flush_soon(r);
	}
	return 0;
}

int
receive_finish(struct receive *r)
{
	/* What a kept connection waited for, and lines of the inbox. */
	if (r->open)
		commit(r);
	if (r->options.inbox != NULL)
		pump(r);
	serve_output_finish(r->output, SERVE_DRAIN_MS);
	if (r->options.inbox != NULL)
		mark(r);
	return r->failed ? -1 : 0;
}
