#include <stdio.h>
#include <stdlib.h>

#include "instant/instant.h"
#include "redis/command.h"
#include "redis/internal.h"

#define RING_FIRST 64

static int
grow(struct redis_flight *f)
{
	size_t cap = f->cap == 0 ? RING_FIRST : 2 * f->cap;
	void **ring;

	if (f->count == REDIS_IN_FLIGHT_MAX)
		return -1;
	ring = calloc(cap, sizeof(*ring));
	if (ring == NULL)
		return -1;
	for (size_t i = 0; i < f->count; i++)
		ring[i] = f->context[(f->first + i) & (f->cap - 1)];
	free(f->context);
	f->context = ring;
	f->cap = cap;
	f->first = 0;
	return 0;
}

static int
send_words(struct redis *r, const struct span first[], size_t n,
    const struct span then[], size_t m, void *context)
{
	struct redis_flight *f = &r->flight;

	if (f->count == f->cap && grow(f) != 0)
		return -1;
	if (r->state == REDIS_READY) {
		if (redis_command_add(&r->out, first, n, then, m) != 0)
			return -1;
		if (f->count == f->lost)
			r->heard = instant_monotonic();
	} else {
		if (f->lost++ == 0)
			r->lost = r->reason;
	}
	f->context[(f->first + f->count++) & (f->cap - 1)] = context;
	redis_link_arm(r);
	return 0;
}

int
redis_send(struct redis *r, const struct span word[], size_t n, void *context)
{
	return send_words(r, word, n, NULL, 0, context);
}

int
redis_eval(struct redis *r, int script, const struct span word[], size_t keys,
    size_t n, void *context)
{
	char count[24];
	struct span first[3] = {
	    SPAN_LIT("EVALSHA"), span_of(r->sha[script]), {count, 0}};

	first[2].n = (size_t)snprintf(count, sizeof(count), "%zu", keys);
	return send_words(r, first, 3, word, n, context);
}

/* Parse the next reply.  Return whether it is an answer; if it ends the
 * connection, r->reason says why. */
static bool
parse(struct redis *r, bool *lost)
{
	switch (redis_parser_next(r->parser, &r->peeked, &r->reason)) {
	case REDIS_PARSED:
		break;
	case REDIS_PARSE_MORE:
		return false;
	case REDIS_PARSE_BAD:
		*lost = true;
		return false;
	}
	*lost = true;
	if (r->flight.count == r->flight.lost) {
		err_set(&r->reason, "not a Redis server: a reply to nothing");
		return false;
	}
	if (r->peeked.type == REDIS_ERROR &&
	    redis_error_passing(r->peeked.text)) {
		err_set(&r->reason, "%s", r->peeked.text.p);
		return false;
	}
	*lost = false;
	return true;
}

bool
redis_flight_peek(struct redis *r)
{
	bool lost = false;

	if (r->flight.lost > 0 || r->has_peeked)
		return true;
	if (r->state != REDIS_READY)
		return false;
	r->has_peeked = parse(r, &lost);
	if (lost)
		redis_link_lose(r, false);
	return r->flight.lost > 0 || r->has_peeked;
}

bool
redis_next(struct redis *r, struct redis_answer *a)
{
	struct redis_flight *f = &r->flight;

	if (!redis_flight_peek(r)) {
		redis_link_arm(r);
		return false;
	}
	a->context = f->context[f->first];
	f->first = (f->first + 1) & (f->cap - 1);
	f->count--;
	if (f->lost > 0) {
		f->lost--;
		a->reply = (struct redis_reply){
		    .type = REDIS_LOST, .text = span_of(r->lost.text)};
	} else {
		r->has_peeked = false;
		a->reply = r->peeked;
	}
	return true;
}

size_t
redis_unsent(const struct redis *r)
{
	return r->out.len - r->sent;
}
