#include "queue/producer.h"

#include <stdlib.h>
#include <string.h>

#include "instant/instant.h"
#include "queue/producer_internal.h"

/* ---- Lines -------------------------------------------------------------- */

struct queue_producer *
queue_producer_new(const struct queue_producer_options *o, struct err *err)
{
	struct queue_producer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		goto err0;
	p->o = *o;
	p->cap = 1;
	while (p->cap < o->window)
		p->cap *= 2;
	p->item = calloc(p->cap, sizeof(struct queue_item *));
	p->word = calloc(QUEUE_WORDS_MAX, sizeof(*p->word));
	if (p->item == NULL || p->word == NULL || queue_sender_init(p) != 0)
		goto err1;
	p->stuck = -1;
	p->last = &p->first;
	p->add_script = redis_script(o->redis, queue_add_script);
	p->config_script = redis_script(o->redis, queue_config_script);
	p->trim_script = redis_script(o->redis, queue_trim_script);
	return p;
err1:
	free(p->word);
	free(p->item);
	free(p);
err0:
	err_set(err, "out of memory");
	return NULL;
}

void
queue_producer_free(struct queue_producer *p)
{
	struct queue_batch *b;

	if (p == NULL)
		return;
	while ((b = p->first) != NULL) {
		p->first = b->next;
		free(b);
	}
	for (uint64_t at = p->head; at < p->tail; at++)
		free(*queue_item_at(p, at));
	free(p->taken);
	free(p->item);
	buf_release(&p->key);
	buf_release(&p->key2);
	buf_release(&p->names);
	free(p->word);
	free(p);
}

bool
queue_producer_has_room(const struct queue_producer *p)
{
	return p->tail - p->head < p->o.window && p->bytes < QUEUE_BYTES_MAX;
}

size_t
queue_producer_pending(const struct queue_producer *p)
{
	return (size_t)(p->tail - p->head);
}

/* The oldest line is the caller's now. */
static struct queue_item *
take_head(struct queue_producer *p)
{
	struct queue_item *i = *queue_item_at(p, p->head++);

	p->bytes -= i->size;
	p->taken = i;
	return i;
}

static struct span
put(char **at, struct span s)
{
	struct span copy = {*at, s.n};

	if (s.n > 0)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

int
queue_producer_add(struct queue_producer *p, const struct queue_line *line)
{
	size_t size = line->id.n + line->session.n + line->line.n;
	struct queue_item *i;
	char *at;

	if (!queue_producer_has_room(p))
		return -1;
	i = malloc(sizeof(*i) + size);
	if (i == NULL)
		return -1;
	memset(i, 0, sizeof(*i));
	i->size = sizeof(*i) + size;
	at = i->bytes;
	i->receipt.line = (struct queue_line){.number = line->number,
	    .id = put(&at, line->id),
	    .session = put(&at, line->session),
	    .line = put(&at, line->line),
	    .again = line->again};
	i->at = p->tail;
	if (queue_item_hash(i) != 0) {
		free(i);
		return -1;
	}
	*queue_item_at(p, p->tail++) = i;
	p->bytes += i->size;
	return 0;
}

/* ---- Receipts ----------------------------------------------------------- */

bool
queue_producer_next(struct queue_producer *p, struct queue_receipt *to)
{
	free(p->taken);
	p->taken = NULL;
	if (p->head == p->tail ||
	    (*queue_item_at(p, p->head))->state != QUEUE_ITEM_DONE)
		return false;
	*to = take_head(p)->receipt;
	return true;
}

void
queue_producer_stop(struct queue_producer *p)
{
	p->sent = 0;
}

bool
queue_producer_withdraw(struct queue_producer *p, struct queue_line *to)
{
	free(p->taken);
	p->taken = NULL;
	if (p->head == p->tail || p->sent > 0)
		return false;
	*to = take_head(p)->receipt.line;
	if (p->next < p->head)
		p->next = p->head;
	return true;
}

/* ---- The turn ----------------------------------------------------------- */

static void
note_stuck(struct queue_producer *p)
{
	int64_t down = redis_down_since(p->o.redis);

	if (down >= 0) {
		/* The pause of a full server began before it went. */
		if (p->stuck < 0 || p->stuck > down)
			p->stuck = down;
		err_set(&p->reason, "%s", redis_down_reason(p->o.redis));
		p->is_down = true;
	} else if (p->is_down && p->config.partitions > 0 &&
	    p->agreed == redis_connection(p->o.redis)) {
		p->is_down = false;
		p->stuck = -1;
	}
}

enum queue_state
queue_producer_turn(struct queue_producer *p, struct err *err)
{
	struct redis_answer a;
	enum queue_state state = QUEUE_GOOD;

	redis_turn(p->o.redis);
	while (state == QUEUE_GOOD && redis_next(p->o.redis, &a))
		state = queue_take_answer(p, &a, err);
	note_stuck(p);
	if (state == QUEUE_GOOD && redis_connection(p->o.redis) != 0) {
		state = queue_send(p, err);
		redis_turn(p->o.redis);
	}
	return state;
}

bool
queue_producer_ready(const struct queue_producer *p)
{
	return p->agreed != 0;
}

int64_t
queue_producer_wait(const struct queue_producer *p)
{
	int64_t left = p->resume - instant_monotonic();

	if (queue_can_send(p))
		return 0;
	/* Without a pause, and before it ends, answers wake the caller. */
	if (p->resume == 0 || p->sent > 0 || redis_connection(p->o.redis) == 0)
		return -1;
	return left > 0 ? left : 0;
}

int64_t
queue_producer_stuck_since(const struct queue_producer *p)
{
	return p->stuck;
}

bool
queue_producer_full(const struct queue_producer *p)
{
	return p->stuck >= 0 && !p->is_down;
}

const char *
queue_producer_stuck_reason(const struct queue_producer *p)
{
	return p->stuck < 0 ? "" : p->reason.text;
}
