/* What becomes of claims: see the tables in dedupe/dedupe.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "compat/random.h"
#include "instant/instant.h"
#include "receive/private.h"

/* How often to look for claims to send again, to renew, or that wait too
 * long. */
#define TICK_MS 250

/* Redis gets the hashes of the state file. */
_Static_assert(
    DEDUPE_HASH == INBOX_HASH && RECEIVE_HASH == INBOX_HASH, "one length");

static const char unavailable[] = "another receiver has it, or had: try again";

/* ---- Decisions --------------------------------------------------------- */

/* Count the lines of ${c}, with a state file, and answer its request. */
static void
announce(struct receive *r, struct receive_claim *c)
{
	const struct dedupe_question *q = &c->question;
	uint64_t granted = 0;

	for (size_t i = 0; q->verdict == DEDUPE_GRANTED && i < q->count; i++)
		granted +=
		    q->found.data[i] == '+' && receive_claim_mark(c, i) != 0;
	r->unprinted -= c->added - granted;
	c->added = granted;
	if (q->verdict == DEDUPE_CONFLICT) {
		receive_claim_conflict(r, c);
	} else if (q->verdict == DEDUPE_BUSY) {
		receive_claim_answer(r, c, 503, unavailable);
	} else {
		r->counters.accepted += granted;
		r->counters.duplicates += (uint64_t)q->count - granted;
		receive_claim_answer(r, c, granted > 0 ? 202 : 200, NULL);
	}
}

/* Put the decision about ${c} into the open transaction. */
static int
apply_one(struct receive *r, struct receive_claim *c, struct err *err)
{
	const struct dedupe_question *q = &c->question;
	bool granted = q->verdict == DEDUPE_GRANTED;

	for (size_t i = 0; i < q->count; i++) {
		int64_t number = receive_claim_mark(c, i);

		if (number == 0 || (granted && q->found.data[i] == '+'))
			continue;
		/* The ID of a granted request stays: it is safe elsewhere. */
		if (inbox_drop(r->options.inbox, number, !granted, err) != 0)
			return -1;
	}
	c->applied = true;
	return c->last == 0 ? 0 : inbox_decide(r->options.inbox, c->last, err);
}

/* Put the decisions into the transaction. */
static void
apply(struct receive *r)
{
	struct err err;

	if (r->decided == NULL)
		return;
	if (receive_open(r, &err) != 0) {
		receive_inbox_failed(r, &err);
		return;
	}
	for (struct receive_claim *c = r->decided; c != NULL; c = c->next) {
		if (!c->applied && apply_one(r, c, &err) != 0) {
			receive_inbox_failed(r, &err);
			return;
		}
	}
	receive_flush_soon(r);
}

/* ${c}, with a state file, is decided. */
static void
decide(struct receive *r, struct receive_claim *c)
{
	struct receive_claim **p = &r->decided;

	announce(r, c);
	while (*p != NULL)
		p = &(*p)->next;
	c->next = NULL;
	*p = c;
}

/* ---- Without a state file ---------------------------------------------- */

/* Print those lines of ${c} that are granted. */
static int
print(struct receive *r, struct receive_claim *c)
{
	const struct dedupe_question *q = &c->question;
	struct buf granted;
	size_t from = 0;
	int rc;

	buf_init(&granted);
	for (size_t i = 0; i < q->count; i++) {
		size_t end = (size_t)receive_claim_mark(c, i);

		if (q->found.data[i] == '+') {
			buf_add(&granted, c->lines.data + from, end - from);
			c->added++;
		}
		from = end;
	}
	r->counters.duplicates += (uint64_t)q->count - c->added;
	if (c->added == 0) {
		receive_claim_answer(r, c, 200, NULL);
		receive_claim_end(r, c);
		buf_release(&granted);
		return 0;
	}
	c->printing = true;
	rc = buf_failed(&granted)
	    ? -1
	    : receive_print_claim(r, c, buf_span(&granted));
	buf_release(&granted);
	return rc;
}

/* ${c}, without a state file, has an answer to its claim, to its renewal, or to
 * its settlement. */
static void
proceed(struct receive *r, struct receive_claim *c)
{
	enum dedupe_verdict verdict = c->question.verdict;

	c->asking = false;
	if (c->failed) {
		receive_claim_end(r, c);
	} else if (c->printing) {
		if (!c->printed)
			return; /* renewed */
		if (c->question.step == DEDUPE_CLAIM) {
			receive_claim_printed(r, c);
			return;
		}
		/* Printed: whatever the verdict, there is nothing to repeat. */
		receive_claim_answer(r, c, 202, NULL);
		receive_claim_end(r, c);
	} else if (verdict == DEDUPE_GRANTED) {
		if (print(r, c) == 0)
			return;
		receive_claim_answer(r, c, 503, "out of memory");
		receive_claim_end(r, c);
	} else {
		if (verdict == DEDUPE_CONFLICT)
			receive_claim_conflict(r, c);
		else
			receive_claim_answer(r, c, 503, unavailable);
		receive_claim_end(r, c);
	}
}

/* ---- The event loop ---------------------------------------------------- */

static void
turn(void *context)
{
	struct receive *r = context;
	struct dedupe_question *q;

	r->turning = false;
	dedupe_shared_turn(r->options.shared);
	while ((q = dedupe_shared_next(r->options.shared)) != NULL) {
		if (r->options.inbox != NULL)
			decide(r, q->context);
		else
			proceed(r, q->context);
	}
	apply(r);
}

/* Redis does not answer: let senders try again. */
static void
answer_overdue(struct receive *r, int64_t now)
{
	for (struct dedupe_question *q = dedupe_shared_first(r->options.shared);
	     q != NULL; q = q->next) {
		struct receive_claim *c = q->context;

		if (now - c->since >= RECEIVE_WAIT_MS)
			receive_claim_answer(
			    r, c, 503, "Redis does not answer: try again");
	}
}

/* The reader of the output is slow: keep the claims of what waits for it. */
static void
renew(struct receive *r, int64_t now)
{
	if (now - r->renewed < DEDUPE_CLAIM_MS / 3)
		return;
	r->renewed = now;
	for (size_t i = 0; i < r->writing.count; i++) {
		struct receive_claim *c =
		    r->writing.item[r->writing.first + i].claim;

		if (c == NULL || c->asking)
			continue;
		receive_claim_ask(r, c);
	}
}

static void
tick(void *context)
{
	struct receive *r = context;
	int64_t now = instant_monotonic();

	renew(r, now);
	answer_overdue(r, now);
	turn(r);
	serve_after(r->serve, TICK_MS, tick, r);
}

/* Ask again for the lines of earlier runs that are undecided. */
static int
ask_again(struct receive *r, struct err *err)
{
	struct receive_claim *c = NULL;
	struct inbox_undecided u = {.number = 0};
	int64_t request = 0;
	struct buf text;
	int rc;

	buf_init(&text);
	while ((rc = inbox_next_undecided(
		    r->options.inbox, u.number, &text, &u, err)) > 0) {
		if (c == NULL || u.request != request) {
			if (c != NULL) {
				c->last = u.number - 1;
				receive_claim_begin(r, c);
			}
			c = receive_claim_new(NULL, NULL);
			if (c == NULL) {
				rc = err_set(err, "out of memory");
				break;
			}
			request = c->number = u.request;
		}
		dedupe_question_add(
		    &c->question, u.id, (const uint8_t *)u.hash.p, true);
		receive_claim_add_mark(c, u.number);
		c->added++;
		r->unprinted++;
		if (buf_failed(&c->question.items) || buf_failed(&c->marks)) {
			rc = err_set(err, "out of memory");
			break;
		}
	}
	buf_release(&text);
	if (rc < 0) {
		receive_claim_free(c);
		return -1;
	}
	if (c == NULL) {
		r->decided_to = inbox_last(r->options.inbox);
		return 0;
	}
	c->last = inbox_last(r->options.inbox);
	receive_claim_begin(r, c);
	return 0;
}

int
receive_share_start(struct receive *r, struct err *err)
{
	uint64_t bits;

	if (!receive_shares(r))
		return 0;
	r->turn = turn;
	if (r->options.inbox != NULL) {
		r->owner = inbox_share(r->options.inbox, err);
		if (r->owner == NULL)
			return -1;
		r->decided_to = inbox_decided(r->options.inbox);
		if (ask_again(r, err) != 0)
			return -1;
	} else {
		if (compat_random(&bits, sizeof(bits)) != 0)
			return err_sys(err, errno, "no random bytes");
		snprintf(r->run, sizeof(r->run), "%016" PRIx64, bits);
		r->owner = r->run;
	}
	if (serve_on_readable(
		r->serve, dedupe_shared_fd(r->options.shared), turn, r) != 0 ||
	    serve_after(r->serve, TICK_MS, tick, r) != 0)
		return err_set(err, "out of memory");
	return 0;
}

void
receive_share_finish(struct receive *r, int64_t ms)
{
	struct dedupe_question *q;

	if (!receive_shares(r))
		return;
	dedupe_shared_wait(r->options.shared, ms);
	while ((q = dedupe_shared_next(r->options.shared)) != NULL) {
		struct receive_claim *c = q->context;

		if (r->options.inbox != NULL)
			decide(r, c);
		else if (c->printed || c->failed)
			proceed(r, c);
		else if (!c->printing)
			receive_claim_end(r, c);
	}
	apply(r);
}
