#include <stdlib.h>
#include <string.h>

#include "compat/random.h"
#include "diag/plural.h"
#include "instant/instant.h"
#include "queue/producer_internal.h"

/* The pause after the N-th failure in a row: half of it, and a random part. */
#define PAUSE_FIRST 100
#define PAUSE_LAST 5000

/* Send again from the first line that is not settled. */
static void
rewind_lines(struct queue_producer *p)
{
	p->next = p->head;
}

/* The server cannot take lines now, for p->reason. */
static void
pause_sending(struct queue_producer *p)
{
	int64_t ms = PAUSE_FIRST, now = instant_monotonic();
	uint64_t random = 0;

	for (uint32_t i = 0; i < p->failures && ms < PAUSE_LAST; i++)
		ms *= 2;
	/* Without random bits the pause is merely the shortest. */
	(void)compat_random(&random, sizeof(random));
	p->failures++;
	p->resume = now + ms / 2 + (int64_t)(random % (uint64_t)(ms / 2 + 1));
	if (p->stuck < 0)
		p->stuck = now;
}

static void
resumed(struct queue_producer *p)
{
	p->failures = 0;
	if (!p->is_down)
		p->stuck = -1;
}

/* On a new connection: the lines that replicas have not confirmed may be lost
 * with the master. */
static void
doubt(struct queue_producer *p)
{
	for (uint64_t at = p->head; p->o.replicas > 0 && at < p->tail; at++) {
		struct queue_item *i = *queue_item_at(p, at);

		if (i->state != QUEUE_ITEM_ADDED)
			continue;
		i->state = QUEUE_ITEM_WAITING;
		i->lost = true;
		rewind_lines(p);
	}
}

static enum queue_state
take_config(
    struct queue_producer *p, const struct redis_reply *r, struct err *err)
{
	p->asked = false;
	if (queue_config_parse(r, &p->config, err) < 1)
		return QUEUE_FAILED;
	if (p->o.partitions > 0 && p->config.partitions != p->o.partitions) {
		err_set(err, "the queue has %u partition%s, not %u",
		    p->config.partitions, diag_plural(p->config.partitions),
		    p->o.partitions);
		return QUEUE_MISMATCH;
	}
	p->agreed = redis_connection(p->o.redis);
	doubt(p);
	return QUEUE_GOOD;
}

/* So many replicas have all that was added before the WAIT. */
static void
take_wait(struct queue_producer *p, const struct redis_reply *r)
{
	if (r->type != REDIS_INTEGER || r->integer < p->o.replicas) {
		err_set(&p->reason, "%lld of %lld replicas confirm the lines",
		    r->type == REDIS_INTEGER ? (long long)r->integer : 0LL,
		    (long long)p->o.replicas);
		pause_sending(p);
		p->unconfirmed = true;
		return;
	}
	resumed(p);
	for (uint64_t at = p->head; at < p->tail; at++) {
		struct queue_item *i = *queue_item_at(p, at);

		if (i->state == QUEUE_ITEM_ADDED)
			i->state = QUEUE_ITEM_DONE;
	}
}

static enum queue_state
bad_answer(struct err *err)
{
	err_set(err, "not a server with a queue: a bad answer");
	return QUEUE_FAILED;
}

static enum queue_state
take_entry(struct queue_producer *p, struct queue_item *i,
    const struct redis_reply *r, struct err *err)
{
	struct queue_receipt *to = &i->receipt;

	if (r->items != 3 || r->item[1].type != REDIS_TEXT ||
	    r->item[1].text.n >= QUEUE_ENTRY_MAX ||
	    r->item[2].type != REDIS_INTEGER)
		return bad_answer(err);
	memcpy(to->entry, r->item[1].text.p, r->item[1].text.n + 1);
	to->n = (uint64_t)r->item[2].integer;
	/* The one that was there is this one, if its answer was lost. */
	to->outcome = r->item[0].integer == QUEUE_CODE_ADDED || i->lost
	    ? QUEUE_ADDED
	    : QUEUE_DUPLICATE;
	i->state = p->o.replicas > 0 ? QUEUE_ITEM_ADDED : QUEUE_ITEM_DONE;
	p->grown[to->partition]++;
	if (p->o.replicas == 0)
		resumed(p);
	return QUEUE_GOOD;
}

static enum queue_state
take_line(struct queue_producer *p, struct queue_item *i,
    const struct redis_reply *r, struct err *err)
{
	if (r->type != REDIS_ARRAY || r->items == 0 ||
	    r->item[0].type != REDIS_INTEGER)
		return bad_answer(err);
	if (r->item[0].integer != QUEUE_CODE_OTHER_BODY)
		return take_entry(p, i, r, err);
	i->receipt.outcome = QUEUE_OTHER_BODY;
	i->state = QUEUE_ITEM_DONE;
	return QUEUE_GOOD;
}

/* The batch was not added, or nobody knows: send its lines again. */
static void
put_back(struct queue_producer *p, struct queue_batch *b, bool lost)
{
	for (size_t i = 0; i < b->count; i++) {
		b->item[i]->state = QUEUE_ITEM_WAITING;
		b->item[i]->lost = b->item[i]->lost || lost;
	}
	rewind_lines(p);
}

static enum queue_state
take_batch(struct queue_producer *p, struct queue_batch *b,
    const struct redis_reply *r, struct err *err)
{
	enum queue_state state = QUEUE_GOOD;

	/* Answers come in the order of the commands. */
	p->first = b->next;
	if (p->first == NULL)
		p->last = &p->first;
	if (r->type == REDIS_LOST || r->type == REDIS_ERROR ||
	    r->type == REDIS_NIL)
		put_back(p, b, r->type == REDIS_LOST);
	else if (r->type != REDIS_ARRAY || r->items != b->count)
		state = bad_answer(err);
	else
		for (size_t i = 0; i < b->count && state == QUEUE_GOOD; i++)
			state = take_line(p, b->item[i], &r->item[i], err);
	free(b);
	return state;
}

static bool
is_batch(const void *context)
{
	return context != queue_of_config && context != queue_of_wait &&
	    context != queue_of_trim;
}

/* The command was not executed, or nobody knows. */
static void
not_done(struct queue_producer *p, const struct redis_answer *a)
{
	if (a->context == queue_of_config)
		p->asked = false;
	else if (a->context == queue_of_wait)
		p->unconfirmed = p->o.replicas > 0;
	if (a->reply.type == REDIS_LOST)
		return;
	err_set(&p->reason, "%s", a->reply.text.p);
	pause_sending(p);
}

enum queue_state
queue_take_answer(
    struct queue_producer *p, const struct redis_answer *a, struct err *err)
{
	const struct redis_reply *r = &a->reply;
	bool failed = r->type == REDIS_ERROR;

	p->sent--;
	if (failed || r->type == REDIS_LOST)
		not_done(p, a);
	if (is_batch(a->context) &&
	    take_batch(p, a->context, r, err) != QUEUE_GOOD)
		return QUEUE_FAILED;
	if (failed && redis_error_kind(r->text) != REDIS_ERROR_FULL) {
		err_set(err, "%s", r->text.p);
		return QUEUE_FAILED;
	}
	if (failed || r->type == REDIS_LOST)
		return QUEUE_GOOD;
	if (a->context == queue_of_config)
		return take_config(p, r, err);
	if (a->context == queue_of_wait)
		take_wait(p, r);
	return QUEUE_GOOD;
}
