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

/* Store one item, unless its ID is known. */
static enum inbox_noted
add_line(struct receive *r, const struct receive_payload *p, size_t i,
    int64_t now, struct err *err)
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
	if (noted != INBOX_NEW)
		return noted;
	line = line_of(r, p, i);
	if (buf_failed(&r->line)) {
		err_set(err, "out of memory");
		return INBOX_FAILED;
	}
	return inbox_add(r->options.inbox, line, now, err) != 0 ? INBOX_FAILED
								: INBOX_NEW;
}

static void
accept_to_inbox(struct receive *r, struct serve_request *request,
    const struct receive_payload *p, size_t n)
{
	struct receive_pending *pending = receive_push(&r->uncommitted);
	int64_t now = instant_now();
	struct span other = {NULL, 0};
	struct err err = {"out of memory"};
	uint64_t added = 0;
	enum inbox_noted noted = INBOX_KNOWN;
	bool good = true;

	if (pending == NULL) {
		receive_refuse(
		    r, request, 503, receive_retry_later, "out of memory");
		return;
	}
	*pending = (struct receive_pending){.request = request,
	    .id = p->header_id,
	    .since = instant_monotonic()};
	if (!r->open) {
		good = inbox_begin(r->options.inbox, &err) == 0;
		r->open = good;
		r->brought = 0;
	}
	r->brought += p->body.n;
	if (good && n > 1)
		good = inbox_mark(r->options.inbox, &err) == 0;
	for (size_t i = 0; good && noted != INBOX_CONFLICT && i < n; i++) {
		noted = add_line(r, p, i, now, &err);
		good = noted != INBOX_FAILED;
		added += noted == INBOX_NEW;
		if (noted == INBOX_CONFLICT) {
			good =
			    n == 1 || inbox_undo(r->options.inbox, &err) == 0;
			other = id_of(r, p, i);
		}
	}
	if (!good) {
		receive_inbox_failed(r, &err);
		return;
	}
	if (noted == INBOX_CONFLICT) {
		r->uncommitted.count--;
		refuse_other(r, request, p, other);
		receive_flush_soon(r);
		return;
	}
	pending->status = added > 0 ? 202 : 200;
	pending->lines = added;
	r->unprinted += added;
	r->counters.accepted += added;
	r->counters.duplicates += n - added;
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

void
receive_accept(struct receive *r, struct serve_request *request,
    const struct receive_payload *p)
{
	/* A message is one line, even if it has a batch. */
	size_t n = p->message.p != NULL ? 1 : r->items.count;

	if (r->options.inbox != NULL)
		accept_to_inbox(r, request, p, n);
	else
		accept_to_output(r, request, p, n);
}
