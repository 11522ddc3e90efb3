#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "instant/instant.h"
#include "queue/producer_internal.h"

/* How long WAIT waits on the server, in ms.  Lines behind it wait, too. */
#define WAIT_MS "1000"

/* Stop filling the pipeline at so many bytes that the socket has not taken. */
#define UNSENT_MAX ((size_t)4 << 20)

char queue_of_config[1], queue_of_wait[1], queue_of_trim[1];

int
queue_item_hash(struct queue_item *i)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[CRYPTO_SHA256_SIZE];
	struct span line = i->receipt.line.line;

	if (crypto_sha256(line.p, line.n, digest) != 0)
		return -1;
	for (size_t b = 0; b < (QUEUE_HASH_MAX - 1) / 2; b++) {
		i->hash[2 * b] = digits[digest[b] >> 4];
		i->hash[2 * b + 1] = digits[digest[b] & 15];
	}
	i->hash[QUEUE_HASH_MAX - 1] = '\0';
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

/* The name of the key that shows whether ${i} was added. */
static void
seen_key(struct queue_producer *p, const struct queue_item *i, struct buf *key)
{
	queue_key_seen(key, redis_stream(p->o.redis), i->receipt.line.id);
	if (i->receipt.line.again)
		buf_addf(key, ":%s", i->hash);
}

static enum queue_state
send_item(struct queue_producer *p, struct queue_item *i, struct err *err)
{
	const struct queue_line *l = &i->receipt.line;
	uint32_t partition =
	    queue_partition(p->config.partitions, l->session, l->id);
	uint64_t last = p->last[partition];
	struct span stream = redis_stream(p->o.redis), word[10];
	char number[24], ttl[24];
	size_t keys = 3, n;

	queue_key_partition(&p->key, stream, partition);
	queue_key(&p->numbers, stream, "n");
	seen_key(p, i, &p->seen);
	word[0] = buf_span(&p->key);
	word[1] = buf_span(&p->numbers);
	word[2] = buf_span(&p->seen);
	/* Without this, a server that was full could take this line after all
	 * and not the one before it. */
	if (last > p->head &&
	    (*queue_item_at(p, last - 1))->state == QUEUE_ITEM_SENT) {
		seen_key(p, *queue_item_at(p, last - 1), &p->before);
		word[keys++] = buf_span(&p->before);
	}
	n = keys;
	word[n++] = setting(partition, number);
	word[n++] = l->id;
	word[n++] = span_of(i->hash);
	word[n++] = setting(p->o.dedupe_ms, ttl);
	word[n++] = l->line;
	word[n++] = p->o.replicas > 0 ? SPAN_LIT("1") : SPAN_LIT("0");
	if (buf_failed(&p->key) || buf_failed(&p->numbers) ||
	    buf_failed(&p->seen) || buf_failed(&p->before) ||
	    redis_eval(p->o.redis, p->add_script, word, keys, n, i) != 0)
		return no_memory(err);
	i->receipt.partition = partition;
	i->state = QUEUE_ITEM_SENT;
	p->last[partition] = i->at + 1;
	p->sent++;
	return QUEUE_GOOD;
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
	queue_key(&p->numbers, redis_stream(p->o.redis), "config");
	word[0] = buf_span(&p->key);
	word[1] = buf_span(&p->numbers);
	if (buf_failed(&p->key) || buf_failed(&p->numbers) ||
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
	while (state == QUEUE_GOOD && queue_can_send(p)) {
		struct queue_item *i = *queue_item_at(p, p->next++);

		if (i->state != QUEUE_ITEM_WAITING)
			continue;
		state = send_item(p, i, err);
		p->unconfirmed = p->o.replicas > 0;
	}
	if (state == QUEUE_GOOD && p->unconfirmed)
		state = send_wait(p, err);
	return state == QUEUE_GOOD ? send_trims(p, err) : state;
}
