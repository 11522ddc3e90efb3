/* Puts a verified payload into the transaction, or into the output. */
#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "id/id.h"
#include "instant/instant.h"
#include "receive/private.h"

/* Build the line of item ${i} in r->line. */
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

/* Return ${id} as duplicates are recognised by it: the senders of two paths of
 * a file may use the same one.  Return p NULL if out of memory. */
static struct span
scoped(struct receive *r, const struct receive_payload *p, struct span id)
{
	if (!r->options.paths->from_file)
		return id;
	buf_clear(&r->scoped);
	buf_add_text(&r->scoped, p->path->path);
	buf_add_byte(&r->scoped, '\n');
	buf_add_span(&r->scoped, id);
	if (buf_failed(&r->scoped))
		return (struct span){NULL, 0};
	return buf_span(&r->scoped);
}

/* Compute the hash that distinguishes the body of item ${i} from others. */
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

/* An ID identifies one body.  To acknowledge another body would lose it. */
static void
refuse_other(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, struct span id)
{
	struct receive_outcome o = {
	    .status = 409, .verified = true, .id = p->header_id};
	char why[ID_MAX + 64];

	snprintf(why, sizeof(why), "the ID %.*s was accepted with another body",
	    (int)(id.n < ID_MAX ? id.n : ID_MAX), id.p);
	o.why = why;
	receive_reject(r, request, &o, NULL);
}

/* Store the line ${line}, which has to be decided with ${c}. */
static int
keep_for_claim(struct receive *r, struct receive_claim *c, struct span id,
    struct span line, const uint8_t hash[RECEIVE_HASH], int64_t now,
    struct err *err)
{
	if (inbox_add_undecided(
		r->options.inbox, line, id, &c->number, now, err) != 0)
		return -1;
	c->last = inbox_last(r->options.inbox);
	c->added++;
	dedupe_question_add(&c->question, id, hash, true);
	receive_claim_add_mark(c, c->last);
	return 0;
}

/* Store one item, unless its ID is known.  ${c} is NULL if it is decided. */
static enum inbox_noted
keep_item(struct receive *r, const struct receive_payload *p, size_t i,
    struct receive_claim *c, int64_t now, struct err *err)
{
	struct span id = scoped(r, p, id_of(r, p, i)), line;
	uint8_t hash[RECEIVE_HASH];
	enum inbox_noted noted;

	if (id.p == NULL || hash_of(r, p, i, hash) != 0) {
		err_set(err, "out of memory");
		return INBOX_FAILED;
	}
	noted = inbox_note(r->options.inbox, id,
	    (struct span){(const char *)hash, sizeof(hash)}, now, err);
	/* Its first copy may be undecided. */
	if (noted == INBOX_KNOWN && c != NULL && r->claims > 0) {
		dedupe_question_add(&c->question, id, hash, false);
		receive_claim_add_mark(c, 0);
	}
	if (noted != INBOX_NEW)
		return noted;
	line = line_of(r, p, i);
	if (buf_failed(&r->line)) {
		err_set(err, "out of memory");
		return INBOX_FAILED;
	}
	if (c != NULL)
		return keep_for_claim(r, c, id, line, hash, now, err) != 0
		    ? INBOX_FAILED
		    : INBOX_NEW;
	return inbox_add(r->options.inbox, line, now, err) != 0 ? INBOX_FAILED
								: INBOX_NEW;
}

/* Store the ${n} items of ${p}, or none of them.  Return what was found: KNOWN if
 * all are known; or CONFLICT, and then *${other} is the ID.  *${added} counts new
 * ones. */
static enum inbox_noted
keep_all(struct receive *r, const struct receive_payload *p, size_t n,
    struct receive_claim *c, uint64_t *added, struct span *other,
    struct err *err)
{
	int64_t now = instant_now();

	*added = 0;
	if (receive_open(r, err) != 0)
		return INBOX_FAILED;
	r->brought += p->body.n;
	if (n > 1 && inbox_mark(r->options.inbox, err) != 0)
		return INBOX_FAILED;
	for (size_t i = 0; i < n; i++) {
		switch (keep_item(r, p, i, c, now, err)) {
		case INBOX_NEW:
			++*added;
			break;
		case INBOX_KNOWN:
			break;
		case INBOX_CONFLICT:
			*other = id_of(r, p, i);
			return n == 1 || inbox_undo(r->options.inbox, err) == 0
			    ? INBOX_CONFLICT
			    : INBOX_FAILED;
		case INBOX_FAILED:
			return INBOX_FAILED;
		}
	}
	if (c != NULL &&
	    (buf_failed(&c->question.items) || buf_failed(&c->marks))) {
		err_set(err, "out of memory");
		return INBOX_FAILED;
	}
	return *added > 0 ? INBOX_NEW : INBOX_KNOWN;
}

/* An ID is known here with another body, but that one may be undecided. */
static void
refuse_conflict(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, struct span other)
{
	if (r->claims > 0)
		receive_reject(r, request,
		    &(struct receive_outcome){.status = 503,
			.verified = true,
			.id = p->header_id,
			.why = "another body with this ID waits for Redis"},
		    receive_retry_later);
	else
		refuse_other(r, request, p, other);
}

static void
accept_to_inbox(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_pending *pending = receive_push(&r->uncommitted);
	struct receive_claim *c =
	    receive_shares(r) ? receive_claim_new(request, p) : NULL;
	struct span other = {NULL, 0};
	struct err err = {"out of memory"};
	uint64_t added = 0;
	enum inbox_noted noted;

	if (pending == NULL || (receive_shares(r) && c == NULL)) {
		if (pending != NULL)
			r->uncommitted.count--;
		receive_claim_free(c);
		receive_refuse(
		    r, request, 503, receive_retry_later, "out of memory");
		return;
	}
	*pending = (struct receive_pending){.request = request,
	    .id = p->header_id,
	    .since = instant_monotonic()};
	noted = keep_all(r, p, n, c, &added, &other, &err);
	if (c != NULL &&
	    (noted == INBOX_FAILED || noted == INBOX_CONFLICT ||
		c->question.count == 0)) {
		receive_claim_free(c); /* there is nothing to decide */
		c = NULL;
	}
	if (noted == INBOX_FAILED) {
		receive_inbox_failed(r, &err);
		return;
	}
	if (noted == INBOX_CONFLICT) {
		r->uncommitted.count--;
		refuse_conflict(r, request, p, other);
		receive_flush_soon(r);
		return;
	}
	pending->status = added > 0 ? 202 : 200;
	pending->lines = added;
	pending->claim = c;
	r->unprinted += added;
	if (c == NULL)
		r->counters.accepted += added;
	r->counters.duplicates += n - (c != NULL ? c->question.count : added);
	receive_flush_soon(r);
}

/* Append the lines of all new items to ${lines}.  Return 0, or -1; then
 * *${other} is the ID that is known with another body, if that is why. */
static int
gather(struct receive *r, const struct receive_payload *p, size_t n,
    struct buf *lines, size_t *added, struct span *other)
{
	uint8_t hash[RECEIVE_HASH];

	*added = 0;
	for (size_t i = 0; i < n; i++) {
		struct span id = scoped(r, p, id_of(r, p, i));
		enum inbox_noted noted =
		    id.p == NULL || hash_of(r, p, i, hash) != 0
		    ? INBOX_FAILED
		    : receive_dedup_note(r->dedup, id, hash);

		if (noted == INBOX_CONFLICT)
			*other = id_of(r, p, i);
		if (noted == INBOX_CONFLICT || noted == INBOX_FAILED)
			return -1;
		if (noted == INBOX_KNOWN)
			continue;
		++*added;
		buf_add_span(lines, line_of(r, p, i));
		buf_add_byte(lines, '\n');
	}
	return buf_failed(lines) || buf_failed(&r->line) ? -1 : 0;
}

static void
accept_to_output(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_pending *pending = receive_push(&r->writing);
	struct span other = {NULL, 0};
	size_t added = 0;
	struct buf lines;
	uint64_t end;
	int rc;

	if (pending == NULL) {
		receive_refuse(
		    r, request, 503, receive_retry_later, "out of memory");
		return;
	}
	*pending = (struct receive_pending){.request = request,
	    .id = p->header_id,
	    .since = instant_monotonic()};
	buf_init(&lines);
	rc = gather(r, p, n, &lines, &added, &other);
	end = rc == 0 ? serve_output_add(r->output, buf_span(&lines)) : 0;
	buf_release(&lines);
	if (end == 0) {
		struct receive_pending answered = *pending;

		receive_dedup_undo(r->dedup, added);
		r->writing.count--;
		if (other.p != NULL)
			refuse_other(r, request, p, other);
		else
			receive_answer(r, &answered, n == 0 ? 200 : 503);
		return;
	}
	pending->status = added > 0 ? 202 : 200;
	pending->offset = end;
	pending->lines = added;
	r->unprinted += added;
	r->counters.accepted += added;
	r->counters.duplicates += n - added;
	receive_watch(r);
	receive_flush_soon(r);
}

/* Without a state file: ask who prints the items. */
static void
accept_to_claim(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_claim *c = receive_claim_new(request, p);
	uint8_t hash[RECEIVE_HASH];
	bool good = c != NULL;

	for (size_t i = 0; good && i < n; i++) {
		struct span id = scoped(r, p, id_of(r, p, i));

		good = id.p != NULL && hash_of(r, p, i, hash) == 0;
		if (!good)
			break;
		dedupe_question_add(&c->question, id, hash, true);
		buf_add_span(&c->lines, line_of(r, p, i));
		buf_add_byte(&c->lines, '\n');
		receive_claim_add_mark(c, (int64_t)c->lines.len);
	}
	if (!good || buf_failed(&r->line) || buf_failed(&c->lines) ||
	    buf_failed(&c->marks) || buf_failed(&c->question.items)) {
		receive_claim_free(c);
		receive_refuse(
		    r, request, 503, receive_retry_later, "out of memory");
		return;
	}
	receive_claim_begin(r, c);
}

void
receive_accept(struct receive *r, struct serve_request *request,
    const struct receive_payload *p)
{
	/* A message is one line, even if it has a batch. */
	size_t n = p->message.p != NULL ? 1 : r->items.count;

	if (r->options.inbox != NULL)
		accept_to_inbox(r, request, p, n);
	else if (receive_shares(r))
		accept_to_claim(r, request, p, n);
	else
		accept_to_output(r, request, p, n);
}
