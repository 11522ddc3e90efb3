/* What the files of the producer share; not for others. */
#ifndef QUEUE_PRODUCER_INTERNAL_H
#define QUEUE_PRODUCER_INTERNAL_H

#include "queue/producer.h"
#include "queue/scripts.h"
#include "queue/trim.h"

/* 128 bits of a SHA-256, in hexadecimal digits. */
#define QUEUE_HASH_MAX 33

enum queue_item_state {
	QUEUE_ITEM_WAITING, /* to be sent */
	QUEUE_ITEM_SENT,
	QUEUE_ITEM_ADDED, /* replicas are to confirm it */
	QUEUE_ITEM_DONE   /* the receipt is complete */
};

struct queue_item {
	uint64_t at; /* its place in the order of lines, from 0 */
	enum queue_item_state state;
	size_t size;
	bool lost; /* sent before, and the answer was lost */
	char hash[QUEUE_HASH_MAX];
	struct queue_receipt receipt;
	char bytes[];
};

/* Lines that one command adds. */
#define QUEUE_BATCH_MAX 256

/* A batch ends after the line with which it is so long. */
#define QUEUE_BATCH_BYTES ((size_t)256 << 10)

#define QUEUE_WORDS_MAX ((size_t)5 + 6 * QUEUE_BATCH_MAX)

struct queue_batch {
	struct queue_batch *next; /* sent after it */
	size_t count;
	struct queue_item *item[QUEUE_BATCH_MAX];
};

struct queue_producer {
	struct queue_producer_options o;
	int add_script, config_script, trim_script;

	/* Lines from head to before tail, in a ring of ${cap}; all before next
	 * are sent or settled. */
	struct queue_item **item;
	size_t cap;
	uint64_t head, tail, next;
	size_t bytes;             /* of them */
	struct queue_item *taken; /* by the caller */
	size_t sent;              /* commands without an answer */

	struct queue_config config;
	uint64_t agreed; /* the connection on which config was read */
	bool asked;      /* it is being read */

	char sender[33];  /* a random token */
	uint64_t batches; /* sent so far */
	/* Those without an answer: the last ones. */
	struct queue_batch *first, **last;
	struct span *word; /* of a command */

	/* Lines added to each partition since it was trimmed. */
	uint32_t grown[QUEUE_PARTITIONS_MAX];

	bool unconfirmed;  /* lines were added since the last WAIT */
	uint32_t failures; /* in a row: full, or without replicas */
	int64_t resume;    /* do not send before; 0: no pause */
	bool is_down;
	int64_t stuck; /* since when; -1: not */
	struct err reason;

	struct buf key, key2; /* names of keys */
	struct buf names;     /* those of a batch, one after the other */
};

static inline struct queue_item **
queue_item_at(const struct queue_producer *p, uint64_t at)
{
	return &p->item[at & (p->cap - 1)];
}

/* Each file calls only those above it in this list. */

/* ---- send.c */

/* Choose p->sender.  Return 0, or -1. */
int queue_sender_init(struct queue_producer *p);

/* Set i->hash.  Return 0, or -1 without memory. */
int queue_item_hash(struct queue_item *i);

/* Is there a line that can be sent now? */
bool queue_can_send(const struct queue_producer *p);

/* Send what can be sent. */
enum queue_state queue_send(struct queue_producer *p, struct err *err);

/* What answers belong to that are not of a line: the contexts of commands. */
extern char queue_of_config[1], queue_of_wait[1], queue_of_trim[1];

/* ---- answer.c */

enum queue_state queue_take_answer(
    struct queue_producer *p, const struct redis_answer *a, struct err *err);

#endif
