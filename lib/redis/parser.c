#include "redis/parser.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

/* The first block of memory for a reply; later ones double. */
#define BLOCK_FIRST ((size_t)16 << 10)
#define BLOCK_LAST ((size_t)4 << 20)

#define ALIGNMENT sizeof(max_align_t)

struct block {
	struct block *next; /* the one before it */
	size_t size, used;
	max_align_t bytes[];
};

struct redis_parser {
	redisReader *reader;
	struct redis_reply root;
	struct block *block; /* the newest; the reply is in all of them */
	size_t items;        /* of the reply so far */
	size_t fed;          /* bytes since the last whole reply */
	bool whole;          /* the last one was returned */
	const char *wrong;   /* which limit it exceeds; NULL: none */
};

/* ---- Memory of one reply ------------------------------------------------ */

static void *
take(struct redis_parser *p, size_t n)
{
	struct block *b = p->block;
	void *at;

	n = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (b == NULL || b->size - b->used < n) {
		size_t size = b == NULL    ? BLOCK_FIRST
		    : b->size < BLOCK_LAST ? 2 * b->size
					   : BLOCK_LAST;

		if (size < n)
			size = n;
		b = malloc(sizeof(*b) + size);
		if (b == NULL)
			return NULL;
		*b = (struct block){.next = p->block, .size = size};
		p->block = b;
	}
	at = (char *)b->bytes + b->used;
	b->used += n;
	return at;
}

/* Forget the reply; keep one block of ordinary size. */
static void
forget(struct redis_parser *p)
{
	struct block *b = p->block, *next;

	for (; b != NULL && b->next != NULL; b = next) {
		next = b->next;
		free(b);
	}
	if (b != NULL && b->size > BLOCK_FIRST) {
		free(b);
		b = NULL;
	}
	if (b != NULL)
		b->used = 0;
	p->block = b;
	p->items = 0;
}

/* ---- Called by hiredis for each item ------------------------------------ */

static struct redis_reply *
place(const redisReadTask *t)
{
	struct redis_parser *p = t->privdata;
	struct redis_reply *in;

	if (t->parent == NULL)
		return &p->root;
	in = t->parent->obj;
	return &in->item[t->idx];
}

static void *
create_text(const redisReadTask *t, char *text, size_t n)
{
	struct redis_parser *p = t->privdata;
	struct redis_reply *r = place(t);
	char *copy = take(p, n + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text, n);
	copy[n] = '\0';
	*r = (struct redis_reply){
	    .type = t->type == REDIS_REPLY_ERROR ? REDIS_ERROR : REDIS_TEXT,
	    .text = {copy, n}};
	return r;
}

static void *
create_items(const redisReadTask *t, size_t n)
{
	struct redis_parser *p = t->privdata;
	struct redis_reply *r = place(t), *item;
	size_t depth = 1;

	for (const redisReadTask *up = t->parent; up != NULL; up = up->parent)
		depth++;
	if (depth > REDIS_DEPTH_MAX) {
		p->wrong = "a reply with too many levels";
		return NULL;
	}
	if (n > REDIS_ITEMS_MAX - p->items) {
		p->wrong = "a reply with too many items";
		return NULL;
	}
	p->items += n;
	item = take(p, n * sizeof(*item));
	if (item == NULL)
		return NULL;
	/* An item without content stays nil, whatever its kind. */
	for (size_t i = 0; i < n; i++)
		item[i] = (struct redis_reply){.type = REDIS_NIL};
	*r =
	    (struct redis_reply){.type = REDIS_ARRAY, .item = item, .items = n};
	return r;
}

static void *
create_integer(const redisReadTask *t, long long n)
{
	struct redis_reply *r = place(t);

	*r = (struct redis_reply){.type = REDIS_INTEGER, .integer = n};
	return r;
}

static void *
create_nil(const redisReadTask *t)
{
	struct redis_reply *r = place(t);

	*r = (struct redis_reply){.type = REDIS_NIL};
	return r;
}

static void
keep(void *reply)
{
	(void)reply; /* all of a reply is freed together, by forget */
}

#if HIREDIS_MAJOR >= 1
#define create_array create_items
/* RESP 3, which a server uses only if it is asked to. */
static void *
create_double(const redisReadTask *t, double value, char *text, size_t n)
{
	(void)value;
	return create_text(t, text, n);
}

static void *
create_bool(const redisReadTask *t, int value)
{
	return create_integer(t, value);
}
#else
static void *
create_array(const redisReadTask *t, int n)
{
	return create_items(t, n < 0 ? 0 : (size_t)n);
}
#endif

static redisReplyObjectFunctions functions = {
    .createString = create_text,
    .createArray = create_array,
    .createInteger = create_integer,
#if HIREDIS_MAJOR >= 1
    .createDouble = create_double,
    .createBool = create_bool,
#endif
    .createNil = create_nil,
    .freeObject = keep,
};

/* ---- The parser --------------------------------------------------------- */

struct redis_parser *
redis_parser_new(void)
{
	struct redis_parser *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->reader = redisReaderCreateWithFunctions(&functions);
	if (p->reader == NULL) {
		free(p);
		return NULL;
	}
	p->reader->privdata = p;
	return p;
}

void
redis_parser_free(struct redis_parser *p)
{
	if (p == NULL)
		return;
	redisReaderFree(p->reader);
	forget(p);
	free(p->block);
	free(p);
}

int
redis_parser_feed(struct redis_parser *p, struct span bytes)
{
	if (redisReaderFeed(p->reader, bytes.p, bytes.n) != REDIS_OK)
		return -1;
	p->fed += bytes.n;
	return 0;
}

enum redis_parsed
redis_parser_next(
    struct redis_parser *p, struct redis_reply *reply, struct err *err)
{
	void *got = NULL;

	if (p->whole)
		forget(p);
	p->whole = false;
	if (redisReaderGetReply(p->reader, &got) != REDIS_OK) {
		err_set(err, "not a Redis server: %s",
		    p->wrong != NULL ? p->wrong : p->reader->errstr);
		return REDIS_PARSE_BAD;
	}
	if (got == NULL && p->fed > REDIS_REPLY_MAX) {
		err_set(err, "not a Redis server: a reply longer than %zu MiB",
		    REDIS_REPLY_MAX >> 20);
		return REDIS_PARSE_BAD;
	}
	if (got == NULL)
		return REDIS_PARSE_MORE;
	p->whole = true;
	p->fed = p->reader->len - p->reader->pos;
	*reply = p->root;
	return REDIS_PARSED;
}
