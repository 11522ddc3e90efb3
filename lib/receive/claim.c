/* Claims: requests of which other receivers may have copies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "id/id.h"
#include "instant/instant.h"
#include "receive/private.h"

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
