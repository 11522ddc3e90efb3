/* Claims: requests of which other receivers may have copies. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id/id.h"
#include "instant/instant.h"
#include "receive/private.h"

/* The most claims that wait for Redis; beyond it, 503. */
#define CLAIMS_MAX 20000

struct receive_claim *
receive_claim_new(
    struct serve_request *request, const struct receive_payload *p)
{
	struct receive_claim *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	dedupe_question_init(&c->question);
	c->question.context = c;
	buf_init(&c->marks);
	buf_init(&c->lines);
	c->request = request;
	if (p != NULL)
		c->id = p->header_id;
	c->since = instant_monotonic();
	return c;
}

void
receive_claim_free(struct receive_claim *c)
{
	if (c == NULL)
		return;
	dedupe_question_release(&c->question);
	buf_release(&c->marks);
	buf_release(&c->lines);
	free(c);
}

int64_t
receive_claim_mark(const struct receive_claim *c, size_t i)
{
	int64_t mark;

	memcpy(&mark, c->marks.data + i * sizeof(mark), sizeof(mark));
	return mark;
}

void
receive_claim_add_mark(struct receive_claim *c, int64_t mark)
{
	buf_add(&c->marks, &mark, sizeof(mark));
}

void
receive_claim_answer(
    struct receive *r, struct receive_claim *c, int status, const char *why)
{
	struct receive_pending p = {.request = c->request,
	    .id = c->id,
	    .lines = c->added,
	    .since = c->since};
	struct receive_outcome o = {
	    .status = status, .why = why, .verified = true, .id = c->id};

	if (c->request == NULL)
		return;
	c->request = NULL;
	if (why == NULL)
		receive_answer(r, &p, status);
	else
		receive_reject(r, p.request, &o,
		    status == 503 ? receive_retry_later : NULL);
}

void
receive_claim_conflict(struct receive *r, struct receive_claim *c)
{
	struct span id = dedupe_question_id(&c->question, c->question.conflict);
	const char *end = memchr(id.p, '\n', id.n);
	char why[ID_MAX + 64];

	/* The path is in front of it. */
	if (r->options.paths->from_file && end != NULL)
		id = (struct span){end + 1, id.n - (size_t)(end + 1 - id.p)};
	snprintf(why, sizeof(why), "the ID %.*s was accepted with another body",
	    (int)(id.n < ID_MAX ? id.n : ID_MAX), id.p);
	receive_claim_answer(r, c, 409, why);
}

bool
receive_claims_work(const struct receive *r, const char **why)
{
	*why = "too many requests wait for Redis";
	if (receive_shares(r) && r->claims >= CLAIMS_MAX)
		return false;
	return !receive_shares(r) ||
	    dedupe_shared_works(r->options.shared, why);
}

void
receive_claim_ask(struct receive *r, struct receive_claim *c)
{
	c->asking = true;
	dedupe_shared_ask(r->options.shared, &c->question);
	if (!r->turning)
		r->turning = serve_soon(r->serve, r->turn, r) == 0;
}

void
receive_claim_begin(struct receive *r, struct receive_claim *c)
{
	struct dedupe_question *q = &c->question;

	if (r->options.inbox != NULL)
		q->step = DEDUPE_SETTLE;
	/* A line in a state file names the attempt. */
	snprintf(q->token, sizeof(q->token), "%s.%s%" PRIu64, r->owner,
	    c->number != 0 ? "" : "a",
	    c->number != 0 ? (uint64_t)c->number : ++r->attempts);
	r->claims++;
	receive_claim_ask(r, c);
}

void
receive_claim_printed(struct receive *r, struct receive_claim *c)
{
	c->printed = true;
	if (c->asking)
		return; /* a renewal: proceed continues */
	c->question.step = DEDUPE_SETTLE;
	receive_claim_ask(r, c);
}

void
receive_claim_end(struct receive *r, struct receive_claim *c)
{
	r->claims--;
	receive_claim_free(c);
}

void
receive_claim_unprinted(struct receive *r, struct receive_claim *c)
{
	receive_claim_answer(r, c, 503, "try again");
	c->failed = true;
	if (!c->asking)
		receive_claim_end(r, c);
}

void
receive_claims_committed(struct receive *r)
{
	while (r->decided != NULL && r->decided->applied) {
		struct receive_claim *c = r->decided;

		r->decided = c->next;
		r->claims--;
		receive_claim_free(c);
	}
	if (r->decided_to < inbox_decided(r->options.inbox))
		r->decided_to = inbox_decided(r->options.inbox);
}

void
receive_claims_rolled_back(struct receive *r)
{
	for (struct receive_claim *c = r->decided; c != NULL; c = c->next)
		c->applied = false;
}

void
receive_claims_free(struct receive *r)
{
	struct dedupe_question *q, *next;

	if (!receive_shares(r))
		return;
	while (r->decided != NULL) {
		struct receive_claim *c = r->decided;

		r->decided = c->next;
		receive_claim_free(c);
	}
	for (q = dedupe_shared_first(r->options.shared); q != NULL; q = next) {
		const struct receive_claim *c = q->context;

		next = q->next;
		/* Otherwise it is renewed, and in the queue of the output. */
		if (!c->printing || c->printed || c->failed)
			receive_claim_free(q->context);
	}
}
