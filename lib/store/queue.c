/* The store of a worker that takes events from a queue, which it shares with
 * other workers.  It has all of its events in memory; their state is written to
 * the queue, for the next worker of their partition. */
#include "store/queue.h"

#include <stdlib.h>
#include <string.h>

#include "compat/random.h"
#include "outgoing/dead_letter.h"
#include "outgoing/shown.h"

static int
no_memory(struct err *err)
{
	return err_set(err, "out of memory");
}

/* ---- Events ------------------------------------------------------------ */

static void
free_event(struct store_queue *q, struct store_queue_event *v)
{
	struct store_queue_row *row;

	hash_table_remove(&q->events, &v->node);
	while ((row = v->row) != NULL) {
		v->row = row->next;
		store_queue_unlist(q, row);
		free(row->error);
		free(row);
	}
	if (q->accepting == v)
		q->accepting = NULL;
	outgoing_event_unref(v->event);
	free(v);
}

/* If nothing is left to do for ${v}, end it. */
static void
end_if_done(struct store_queue *q, struct store_queue_event *v)
{
	struct queue_event *e = v->e;

	if (q->accepting == v)
		return;
	if (v->open == 0 && !e->lost)
		queue_worker_settle(q->worker, e);
	else if (v->open == 0 || (v->event->revoked && v->in_memory == 0))
		queue_worker_drop(q->worker, e);
	else
		return;
	free_event(q, v);
}

/* The event that is being accepted has all of its rows. */
static void
end_accepting(struct store_queue *q)
{
	struct store_queue_event *v = q->accepting;

	q->accepting = NULL;
	if (v != NULL)
		end_if_done(q, v);
}

static struct store_queue_event *
event_of(struct store_queue *q, int64_t seq)
{
	struct span key = {(const char *)&seq, sizeof(seq)};

	return (struct store_queue_event *)(void *)hash_table_find(
	    &q->events, key);
}

static struct store_queue_row *
row_of(struct store_queue *q, const struct store_endpoint *e, int64_t seq)
{
	struct store_queue_event *v = event_of(q, seq);
	struct store_queue_row *row = v != NULL ? v->row : NULL;

	while (row != NULL && row->endpoint != (size_t)e->number)
		row = row->next;
	return row;
}

static void
close_queue(struct store *s)
{
	struct store_queue *q = store_queue_of(s);

	for (size_t i = 0; i < q->events.buckets; i++) {
		while (q->events.bucket[i] != NULL)
			free_event(q,
			    (struct store_queue_event *)(void *)
				q->events.bucket[i]);
	}
	hash_table_release(&q->events);
	for (size_t i = 0; i < q->endpoints; i++)
		free(q->shown[i]);
	free(q->shown);
	free(q->endpoint);
	json_index_release(&q->ix);
	buf_release(&q->state);
	buf_release(&q->letter);
	free(q);
}

/* ---- Endpoints --------------------------------------------------------- */

static int
grow(struct store_queue *q)
{
	size_t n = q->endpoints + 1;
	struct store_queue_endpoint *endpoint =
	    realloc(q->endpoint, n * sizeof(*endpoint));
	char **shown;

	if (endpoint == NULL)
		return -1;
	q->endpoint = endpoint;
	shown = realloc(q->shown, n * sizeof(*shown));
	if (shown == NULL)
		return -1;
	q->shown = shown;
	memset(&q->endpoint[q->endpoints], 0, sizeof(*endpoint));
	q->shown[q->endpoints++] = NULL;
	return 0;
}

static int
add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct buf shown;
	size_t i = 0;

	(void)of_line;
	(void)known;
	while (i < q->endpoints && q->endpoint[i].kept != NULL)
		i++;
	buf_init(&shown);
	outgoing_show(&shown, span_of(name));
	if ((i == q->endpoints && grow(q) != 0) || buf_string(&shown) == NULL) {
		buf_release(&shown);
		return no_memory(err);
	}
	free(q->shown[i]);
	q->shown[i] = buf_string(&shown);
	q->endpoint[i].kept = e;
	e->number = (int64_t)i;
	return 0;
}

static void
remove_endpoint(struct store *s, const struct store_endpoint *e)
{
	store_queue_of(s)->endpoint[e->number].kept = NULL;
}

/* ---- Accepting --------------------------------------------------------- */

static enum store_event
accept_event(struct store *s, struct outgoing_event *event, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_event *v = calloc(1, sizeof(*v));
	int64_t read_at = event->accepted;

	end_accepting(q);
	if (v == NULL) {
		no_memory(err);
		return STORE_FAILED;
	}
	v->e = queue_worker_last(q->worker);
	v->e->context = v;
	v->seq = event->seq = ++q->seq;
	v->node.key = (struct span){(const char *)&v->seq, sizeof(v->seq)};
	if (hash_table_put(&q->events, &v->node) != 0) {
		free(v);
		no_memory(err);
		return STORE_FAILED;
	}
	event->accepted = v->e->accepted;
	if (event->time == read_at)
		event->time = event->accepted;
	v->event = event;
	outgoing_event_ref(event);
	q->accepting = v;
	return STORE_NEW;
}

static enum store_accepted
accept_one(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_event *v = q->accepting;
	struct store_queue_row *row = calloc(1, sizeof(*row)), **end = &v->row;

	(void)event;
	(void)is_new;
	(void)has_room;
	(void)unlogged;
	(void)old;
	if (row == NULL) {
		no_memory(err);
		return STORE_REFUSED;
	}
	row->of = v;
	row->endpoint = (size_t)e->number;
	row->place = STORE_QUEUE_SETTLED;
	while (*end != NULL)
		end = &(*end)->next;
	*end = row;
	if (v->e->state.n > 0 &&
	    store_queue_state_read(
		&q->ix, v->e->state, q->shown[row->endpoint], row) < 0) {
		no_memory(err);
		return STORE_REFUSED;
	}
	/* An earlier worker has settled it, and has written a receipt. */
	if (row->state >= STORE_DELIVERED)
		return STORE_PENDING;
	v->open++;
	store_queue_move(q, row, STORE_QUEUE_READY);
	e->more = true;
	return STORE_COMING_BACK;
}

/* ---- Outcomes ---------------------------------------------------------- */

static int
bury(struct store_queue *q, const struct store_queue_row *row,
    const char *reason)
{
	struct outgoing_dead_letter letter = {
	    .endpoint = q->shown[row->endpoint],
	    .reason = reason,
	    .attempts = row->attempts,
	    .last_status = row->status,
	    .time = q->base.wall};

	buf_clear(&q->letter);
	outgoing_dead_letter_write(&q->letter, row->of->event->line, &letter);
	return buf_failed(&q->letter)
	    ? -1
	    : queue_worker_bury(
		  q->worker, row->of->e, buf_span(&q->letter), span_of(reason));
}

static int
save(struct store *s, const struct store_endpoint *e,
    const struct outgoing_delivery *d, enum store_state state, int64_t at,
    const char *reason, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_row *row = row_of(q, e, d->event->seq);
	bool settled = state >= STORE_DELIVERED;

	if (row == NULL)
		return 0;
	row->state = state;
	row->at = settled || at <= s->wall ? 0 : at;
	row->first = d->first;
	row->batch = d->batch;
	row->attempts = d->attempts;
	row->round = d->round;
	row->status = d->last_status;
	free(row->error);
	row->error = reason != NULL ? strdup(reason) : NULL;
	if ((state == STORE_DEAD || state == STORE_EXPIRED) &&
	    bury(q, row, reason != NULL ? reason : "") != 0)
		return no_memory(err);
	if (settled) {
		s->revoked -= row->of->event->revoked;
		store_queue_move(q, row, STORE_QUEUE_SETTLED);
		row->of->open--;
	} else if (state == STORE_WAITING && !d->event->revoked) {
		store_queue_move(q, row, STORE_QUEUE_WAITS);
	}
	if (row->of->open > 0) {
		buf_clear(&q->state);
		store_queue_state_write(row->of, q->shown, &q->state);
		if (buf_failed(&q->state) ||
		    queue_worker_save(
			q->worker, row->of->e, buf_span(&q->state)) != 0)
			return no_memory(err);
	}
	end_if_done(q, row->of);
	return 0;
}

static void
withdraw(struct store *s, const struct store_endpoint *e,
    const struct outgoing_delivery *d)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_row *row = row_of(q, e, d->event->seq);

	if (row == NULL)
		return;
	s->revoked--;
	store_queue_unlist(q, row);
	row->place = STORE_QUEUE_WITHDRAWN;
	end_if_done(q, row->of);
}

void
store_queue_revoke(struct store *s, struct queue_event *e)
{
	struct store_queue *q = store_queue_of(s);
	struct store_queue_event *v = e->context;

	if (v == NULL) {
		queue_worker_drop(q->worker, e);
		return;
	}
	if (v->event->revoked)
		return;
	v->event->revoked = true;
	for (struct store_queue_row *row = v->row; row != NULL;
	     row = row->next) {
		struct store_endpoint *kept = q->endpoint[row->endpoint].kept;

		if (row->place == STORE_QUEUE_IN_MEMORY)
			s->revoked++;
		if (row->place >= STORE_QUEUE_PLACES)
			continue;
		store_queue_unlist(q, row);
		row->place = STORE_QUEUE_WITHDRAWN;
		kept->pending--;
		s->pending--;
	}
	end_if_done(q, v);
}

static int
commit(struct store *s, struct err *err)
{
	struct store_queue *q = store_queue_of(s);
	struct queue_worker_counts c;

	end_accepting(q);
	if (queue_worker_turn(q->worker, s->now, err) != 0)
		return -1;
	s->is_paused = !queue_worker_may_send(q->worker, s->now);
	queue_worker_count(q->worker, &c);
	s->is_full = c.events >= q->most;
	return 0;
}

/* The server syncs what it has written before it answers. */
static int
flush(struct store *s, struct err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static const struct store_row queue_row = {.name = "queue",
    .durable = true,
    .close = close_queue,
    .accept_event = accept_event,
    .accept = accept_one,
    .add_endpoint = add_endpoint,
    .remove_endpoint = remove_endpoint,
    .commit = commit,
    .save = save,
    .withdraw = withdraw,
    .take = store_queue_take,
    .take_session = store_queue_take_session,
    .flush = flush};

struct store *
store_queue_open(const struct store_queue_options *o, struct err *err)
{
	struct store_queue *q = calloc(1, sizeof(*q));

	if (q == NULL ||
	    compat_random(&q->events.seed, sizeof(q->events.seed)) != 0) {
		free(q);
		no_memory(err);
		return NULL;
	}
	q->base.row = &queue_row;
	q->base.name = o->name;
	q->base.quick_rounds = o->quick_rounds;
	q->worker = o->worker;
	q->most = o->most;
	json_index_init(&q->ix);
	buf_init(&q->state);
	buf_init(&q->letter);
	return &q->base;
}
