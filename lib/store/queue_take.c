/* Where the deliveries of a queue are, and taking them into memory. */
#include <stdlib.h>
#include <string.h>

#include "store/queue.h"

/* ---- Lists ------------------------------------------------------------- */

void
store_queue_unlist(struct store_queue *q, struct store_queue_row *row)
{
	struct store_queue_endpoint *p = &q->endpoint[row->endpoint];

	if (row->place == STORE_QUEUE_IN_MEMORY) {
		row->of->in_memory--;
		return;
	}
	if (row->place >= STORE_QUEUE_PLACES)
		return;
	if (row->before != NULL)
		row->before->after = row->after;
	else
		p->first[row->place] = row->after;
	if (row->after != NULL)
		row->after->before = row->before;
	else
		p->last[row->place] = row->before;
	row->before = row->after = NULL;
}

void
store_queue_move(struct store_queue *q, struct store_queue_row *row,
    enum store_queue_place place)
{
	struct store_queue_endpoint *p = &q->endpoint[row->endpoint];

	store_queue_unlist(q, row);
	row->place = place;
	if (place == STORE_QUEUE_IN_MEMORY)
		row->of->in_memory++;
	if (place >= STORE_QUEUE_PLACES)
		return;
	row->before = p->last[place];
	if (p->last[place] != NULL)
		p->last[place]->after = row;
	else
		p->first[place] = row;
	p->last[place] = row;
}

/* ---- Taking ------------------------------------------------------------ */

/* Hand ${row} to the taker. */
static enum store_taken
hand_out(struct store_queue *q, struct store_queue_row *row,
    const struct store_taker *taker)
{
	struct outgoing_delivery d = {.event = row->of->event,
	    .first = row->first,
	    .since = row->of->event->accepted,
	    .batch = row->batch,
	    .attempts = row->attempts,
	    .round = row->round,
	    .last_status = row->status};
	enum store_taken taken;

	outgoing_event_ref(d.event);
	if (row->error != NULL)
		d.error = strdup(row->error);
	taken = taker->take(taker->context, &d, row->at);
	if (taken == STORE_TAKEN) {
		store_queue_move(q, row, STORE_QUEUE_IN_MEMORY);
		return taken;
	}
	outgoing_event_unref(d.event);
	free(d.error);
	if (taken == STORE_STAYS)
		store_queue_move(q, row, STORE_QUEUE_STAYS);
	return taken;
}

/* Make the deliveries ready whose wait is over, and find out when the next one
 * is. */
static void
wake(struct store_queue *q, struct store_endpoint *e)
{
	struct store_queue_endpoint *p = &q->endpoint[e->number];
	struct store_queue_row *row, *after;

	e->due = INT64_MAX;
	e->quick = 0;
	for (row = p->first[STORE_QUEUE_WAITS]; row != NULL; row = after) {
		after = row->after;
		if (row->at <= q->base.wall) {
			store_queue_move(q, row, STORE_QUEUE_READY);
			e->more = true;
			continue;
		}
		if (row->at < e->due)
			e->due = row->at;
		e->quick += row->round < q->base.quick_rounds;
	}
}

int
store_queue_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_endpoint *p = &q->endpoint[e->number];
	struct store_queue_row *row;

	(void)err;
	if (e->due <= s->wall)
		wake(q, e);
	for (size_t n = 0; n < room; n++) {
		row = p->first[STORE_QUEUE_READY];
		if (row == NULL || (n > 0 && taker->is_full(taker->context)) ||
		    hand_out(q, row, taker) == STORE_STOP)
			break;
	}
	e->more = p->first[STORE_QUEUE_READY] != NULL;
	return 0;
}

int
store_queue_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker,
    size_t *n, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_row *row, *after;

	(void)err;
	*n = 0;
	for (row = q->endpoint[e->number].first[STORE_QUEUE_STAYS];
	     row != NULL && *n < limit; row = after) {
		struct span other = row->of->event->session;

		after = row->after;
		if (other.n != session.n ||
		    memcmp(other.p, session.p, other.n) != 0)
			continue;
		if (hand_out(q, row, taker) == STORE_STOP)
			break;
		++*n;
	}
	return 0;
}
