#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/random.h"
#include "crypto/digest.h"
#include "instant/instant.h"
#include "queue/producer_internal.h"

/* How long WAIT waits on the server, in ms.  Lines behind it wait, too. */
#define WAIT_MS "1000"

/* Stop filling the pipeline at so many bytes that the socket has not taken. */
#define UNSENT_MAX ((size_t)4 << 20)

char queue_of_config[1], queue_of_wait[1], queue_of_trim[1];

static void
put_hex(char *to, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[p[i] >> 4];
		to[2 * i + 1] = digits[p[i] & 15];
	}
	to[2 * n] = '\0';
}

int
queue_item_hash(struct queue_item *i)
{
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct span line = i->receipt.line.line;

	if (crypto_sha256(line.p, line.n, digest) != 0)
		return -1;
	put_hex(i->hash, digest, (QUEUE_HASH_MAX - 1) / 2);
	return 0;
}

static enum queue_state
no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return QUEUE_FAILED;
}

/* A setting as an argument of the configuration's script. */
static struct span
setting(int64_t value, char text[24])
{
	text[0] = '\0';
	if (value >= 0)
		snprintf(text, 24, "%lld", (long long)value);
	return span_of(text);
}

static enum queue_state
ask_config(struct queue_producer *p, struct err *err)
{
	char text[3][24];
	struct span word[4];

	queue_key(&p->key, redis_stream(p->o.redis), "config");
	word[0] = buf_span(&p->key);
	word[1] = setting(
	    p->o.partitions > 0 ? p->o.partitions : QUEUE_PARTITIONS, text[0]);
	word[2] = setting(p->o.keep, text[1]);
	word[3] = setting(p->o.max_len, text[2]);
	if (buf_failed(&p->key) ||
	    redis_eval(
		p->o.redis, p->config_script, word, 1, 4, queue_of_config) != 0)
		return no_memory(err);
	p->asked = true;
	p->sent++;
	return QUEUE_GOOD;
}

int
queue_sender_init(struct queue_producer *p)
{
	uint8_t random[16];

	if (compat_random(random, sizeof(random)) != 0)
		return -1;
	put_hex(p->sender, random, sizeof(random));
	return 0;
}

/* Collect the lines of the next batch. */
static struct queue_batch *
collect(struct queue_producer *p)
{
	struct queue_batch *b = malloc(sizeof(*b));
	size_t bytes = 0;

	if (b == NULL)
		return NULL;
	b->next = NULL;
	b->count = 0;
	while (p->next < p->tail && b->count < QUEUE_BATCH_MAX &&
	    bytes < QUEUE_BATCH_BYTES) {
		struct queue_item *i = *queue_item_at(p, p->next++);

		if (i->state != QUEUE_ITEM_WAITING)
			continue;
		b->item[b->count++] = i;
		bytes += i->size;
	}
	return b;
}

/* Append ${key} to p->names.  Its place is not known until all are there. */
static struct span
add_name(struct queue_producer *p, const struct buf *key)
{
	p->names.failed = p->names.failed || buf_failed(key);
	buf_add_span(&p->names, buf_span(key));
	return (struct span){NULL, key->len};
}

static void
place_names(struct queue_producer *p, size_t keys)
{
	const char *at = p->names.data;

	for (size_t i = 0; i < keys; i++) {
		p->word[i].p = at;
		at += p->word[i].n;
	}
}

/* The names of the keys of a batch. */
static size_t
add_keys(struct queue_producer *p, const struct queue_batch *b)
{
	struct span stream = redis_stream(p->o.redis);
	size_t n = 0;

	buf_clear(&p->names);
	queue_key(&p->key, stream, "n");
	p->word[n++] = add_name(p, &p->key);
	queue_key(&p->key, stream, "sender:%s", p->sender);
	p->word[n++] = add_name(p, &p->key);
	for (size_t i = 0; i < b->count; i++) {
		const struct queue_receipt *r = &b->item[i]->receipt;

		queue_key_partition(&p->key, stream, r->partition);
		p->word[n++] = add_name(p, &p->key);
		queue_key_seen(&p->key, stream, r->line.id);
		if (r->line.again)
			buf_addf(&p->key, ":%s", b->item[i]->hash);
		p->word[n++] = add_name(p, &p->key);
	}
	place_names(p, n);
	return n;
}

static enum queue_state
send_batch(struct queue_producer *p, struct queue_batch *b, struct err *err)
{
	char ttl[24], number[24], before[24] = "";
	char partition[QUEUE_PARTITIONS_MAX][4];
	size_t keys, n;

	for (size_t i = 0; i < b->count; i++) {
		const struct queue_line *l = &b->item[i]->receipt.line;

		b->item[i]->receipt.partition =
		    queue_partition(p->config.partitions, l->session, l->id);
	}
	n = keys = add_keys(p, b);
	p->word[n++] = setting(p->o.dedupe_ms, ttl);
	p->word[n++] = setting((int64_t)p->batches + 1, number);
	if (p->first != NULL)
		setting((int64_t)p->batches, before);
	p->word[n++] = span_of(before);
	for (size_t i = 0; i < b->count; i++) {
		struct queue_item *item = b->item[i];
		uint32_t at = item->receipt.partition;

		snprintf(partition[at], sizeof(partition[at]), "%u", at);
		p->word[n++] = span_of(partition[at]);
		p->word[n++] = item->receipt.line.id;
		p->word[n++] = span_of(item->hash);
		p->word[n++] = item->receipt.line.line;
		item->state = QUEUE_ITEM_SENT;
	}
	if (buf_failed(&p->names) ||
	    redis_eval(p->o.redis, p->add_script, p->word, keys, n, b) != 0)
		return no_memory(err);
	p->batches++;
	*p->last = b;
	p->last = &b->next;
	p->sent++;
	p->unconfirmed = p->o.replicas > 0;
	return QUEUE_GOOD;
}

static enum queue_state
send_lines(struct queue_producer *p, struct err *err)
{
	struct queue_batch *b = collect(p);
	enum queue_state state = QUEUE_GOOD;

	if (b == NULL)
		return no_memory(err);
	if (b->count > 0)
		state = send_batch(p, b, err);
	if (b->count == 0 || state != QUEUE_GOOD)
		free(b);
	return state;
}

static enum queue_state
send_wait(struct queue_producer *p, struct err *err)
{
	char replicas[24];
	const struct span word[3] = {SPAN_LIT("WAIT"),
	    setting(p->o.replicas, replicas), SPAN_LIT(WAIT_MS)};

	if (redis_send(p->o.redis, word, 3, queue_of_wait) != 0)
		return no_memory(err);
	p->unconfirmed = false;
	p->sent++;
	return QUEUE_GOOD;
}

static enum queue_state
send_trim(struct queue_producer *p, uint32_t partition, struct err *err)
{
	struct span word[2];

	queue_key_partition(&p->key, redis_stream(p->o.redis), partition);
	queue_key(&p->key2, redis_stream(p->o.redis), "config");
	word[0] = buf_span(&p->key);
	word[1] = buf_span(&p->key2);
	if (buf_failed(&p->key) || buf_failed(&p->key2) ||
	    redis_eval(p->o.redis, p->trim_script, word, 2, 2, queue_of_trim) !=
		0)
		return no_memory(err);
	p->grown[partition] = 0;
	p->sent++;
	return QUEUE_GOOD;
}

static enum queue_state
send_trims(struct queue_producer *p, struct err *err)
{
	enum queue_state state = QUEUE_GOOD;

	if (p->config.keep == 0 && p->config.max_len == 0)
		return QUEUE_GOOD;
	for (uint32_t i = 0; i < p->config.partitions && state == QUEUE_GOOD;
	     i++)
		if (p->grown[i] >= QUEUE_TRIM_EVERY)
			state = send_trim(p, i, err);
	return state;
}

/* After a failure: has the pause ended, and have all answers arrived, so that
 * the lines can be sent again in order? */
static bool
may_send(struct queue_producer *p)
{
	if (p->resume == 0)
		return true;
	if (p->sent > 0 || instant_monotonic() < p->resume)
		return false;
	p->resume = 0;
	return true;
}

bool
queue_can_send(const struct queue_producer *p)
{
	return p->next < p->tail && p->resume == 0 && p->agreed != 0 &&
	    p->agreed == redis_connection(p->o.redis) &&
	    redis_unsent(p->o.redis) < UNSENT_MAX;
}

enum queue_state
queue_send(struct queue_producer *p, struct err *err)
{
	enum queue_state state = QUEUE_GOOD;

	if (!may_send(p))
		return QUEUE_GOOD;
	if (p->agreed != redis_connection(p->o.redis))
		return p->asked ? QUEUE_GOOD : ask_config(p, err);
	while (state == QUEUE_GOOD && queue_can_send(p))
		state = send_lines(p, err);
	if (state == QUEUE_GOOD && p->unconfirmed)
		state = send_wait(p, err);
	return state == QUEUE_GOOD ? send_trims(p, err) : state;
}
