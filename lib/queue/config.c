#include "queue/queue.h"

#include "buf/ascii.h"

static int64_t
number(const struct redis_reply *reply)
{
	uint64_t n;

	return reply->type == REDIS_TEXT && ascii_number(reply->text, &n)
	    ? (int64_t)n
	    : -1;
}

int
queue_config_parse(
    const struct redis_reply *reply, struct queue_config *c, struct err *err)
{
	int64_t version = 0, partitions = 0;

	*c = (struct queue_config){.partitions = 0};
	if (reply->type != REDIS_ARRAY)
		return err_set(
		    err, "the configuration of the queue is not a hash");
	if (reply->items == 0)
		return 0;
	for (size_t i = 0; i + 1 < reply->items; i += 2) {
		const struct redis_reply *value = &reply->item[i + 1];

		if (redis_text_is(&reply->item[i], "version"))
			version = number(value);
		else if (redis_text_is(&reply->item[i], "partitions"))
			partitions = number(value);
		else if (redis_text_is(&reply->item[i], "keep"))
			c->keep = number(value);
		else if (redis_text_is(&reply->item[i], "maxLen"))
			c->max_len = number(value);
	}
	if (version != QUEUE_VERSION)
		return err_set(err,
		    "the queue has layout %lld, and this version knows %d",
		    (long long)version, QUEUE_VERSION);
	if (partitions < 1 || partitions > QUEUE_PARTITIONS_MAX ||
	    c->keep < 0 || c->max_len < 0)
		return err_set(
		    err, "the configuration of the queue is damaged");
	c->partitions = (uint32_t)partitions;
	return 1;
}

int
queue_config_read(
    struct redis *r, struct queue_config *c, int64_t ms, struct err *err)
{
	struct span word[2] = {SPAN_LIT("HGETALL")};
	struct redis_reply reply;
	struct buf key;
	int rc = -1;

	buf_init(&key);
	queue_key(&key, redis_stream(r), "config");
	if (buf_failed(&key)) {
		err_set(err, "out of memory");
	} else {
		word[1] = buf_span(&key);
		rc = redis_call(r, word, 2, ms, &reply, err);
	}
	if (rc == 0)
		rc = queue_config_parse(&reply, c, err);
	buf_release(&key);
	return rc;
}
