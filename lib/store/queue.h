/* Shared by lib/store/queue*.c; private to them. */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "hash/table.h"
#include "queue/worker.h"
#include "store/store.h"
#include "json/json.h"

/* Where a delivery is. */
enum store_queue_place {
	STORE_QUEUE_READY,  /* memory has not had it yet */
	STORE_QUEUE_STAYS,  /* store_take_session will return it */
	STORE_QUEUE_WAITS,  /* until ${at} */
	STORE_QUEUE_PLACES, /* (the number of lists) */
	STORE_QUEUE_IN_MEMORY = STORE_QUEUE_PLACES,
	STORE_QUEUE_WITHDRAWN,
	STORE_QUEUE_SETTLED
};

/* The delivery of one event to one endpoint. */
struct store_queue_row {
	struct store_queue_row *next;           /* of the event */
	struct store_queue_row *before, *after; /* in the list of its place */
	struct store_queue_event *of;
	size_t endpoint;
	enum store_queue_place place;
	enum store_state state;
	int64_t at; /* see struct outgoing_delivery for the rest */
	int64_t first, batch;
	uint32_t attempts, round;
	int status;
	char *error; /* owned */
};

struct store_queue_event {
	struct hash_node node; /* first: the bytes of seq */
	int64_t seq;
	struct queue_event *e;
	struct outgoing_event *event; /* one reference */
	struct store_queue_row *row;
	size_t open;      /* rows that are not settled */
	size_t in_memory; /* of these */
};

struct store_queue_endpoint {
	struct store_endpoint *kept; /* NULL: the slot is unused */
	struct store_queue_row *first[STORE_QUEUE_PLACES];
	struct store_queue_row *last[STORE_QUEUE_PLACES];
};

struct store_queue {
	struct store base; /* first */
	struct queue_worker *worker;
	size_t most;
	struct store_queue_endpoint *endpoint;
	char **shown; /* the name of each, without secrets */
	size_t endpoints;
	struct hash_table events; /* by seq */
	int64_t seq;
	struct store_queue_event *accepting;
	struct json_index ix;
	struct buf state, letter;
};

static inline struct store_queue *
store_queue_of(struct store *s)
{
	return (struct store_queue *)s;
}

/* ---- queue_take.c */
/* Take ${row} from its list; move it to another. */
void store_queue_unlist(struct store_queue *q, struct store_queue_row *row);
void store_queue_move(struct store_queue *q, struct store_queue_row *row,
    enum store_queue_place place);
/* See struct store_row. */
int store_queue_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker, struct err *err);
int store_queue_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker,
    size_t *n, struct err *err);

/* ---- queue_state.c */
/* Append the state of ${v} as JSON: what a later worker must know.  ${shown} is
 * the name of each endpoint. */
void store_queue_state_write(
    const struct store_queue_event *v, char *const shown[], struct buf *out);
/* Fill in ${row} with what the state ${text} says about the endpoint ${shown}.
 * Return 1; 0 if it says nothing; or -1 if memory ran out. */
int store_queue_state_read(struct json_index *ix, struct span text,
    const char *shown, struct store_queue_row *row);

#endif
