#include "stream/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat/random.h"
#include "instant/instant.h"
#include "queue/queue.h"
#include "stream/reading.h"

/* How long one command of the start may take, and the pause until it is looked
 * again whether the queue exists. */
#define CALL_MS 5000
#define PAUSE_MS 200

/* Make the epoch ARGV[2], unless another one than ARGV[1] is there.  Return the
 * one that is there then. */
static const char epoch_script[] = "local now = redis.call('GET', KEYS[1])\n"
				   "if not now or now == ARGV[1] then\n"
				   "  redis.call('SET', KEYS[1], ARGV[2])\n"
				   "  return ARGV[2]\n"
				   "end\n"
				   "return now\n";

static int
make_keys(struct stream_source *s)
{
	struct span stream = redis_stream(s->live);

	queue_key_partition(&s->key, stream, 0);
	queue_key(&s->epoch_key, stream, "epoch");
	queue_key(&s->n_key, stream, "n");
	return buf_failed(&s->key) || buf_failed(&s->epoch_key) ||
		buf_failed(&s->n_key)
	    ? -1
	    : 0;
}

struct stream_source *
stream_source_new(const struct redis_options *o, struct err *err)
{
	struct stream_source *s = calloc(1, sizeof(*s));
	struct redis_options pages = *o;

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	buf_init(&s->key);
	buf_init(&s->epoch_key);
	buf_init(&s->n_key);
	/* The other connection reports the same. */
	pages.note = NULL;
	s->live = redis_new(o, err);
	s->pages = s->live != NULL ? redis_new(&pages, err) : NULL;
	if (s->pages == NULL)
		goto err0;
	s->script = redis_script(s->pages, epoch_script);
	if (make_keys(s) == 0)
		return s;
	err_set(err, "out of memory");
err0:
	stream_source_free(s);
	return NULL;
}

void
stream_source_free(struct stream_source *s)
{
	if (s == NULL)
		return;
	redis_free(s->live);
	redis_free(s->pages);
	buf_release(&s->key);
	buf_release(&s->epoch_key);
	buf_release(&s->n_key);
	free(s);
}

const char *
stream_source_name(const struct stream_source *s)
{
	return redis_name(s->live);
}

bool
stream_source_works(const struct stream_source *s, const char **why)
{
	*why = s->trouble[0] != '\0' ? s->trouble : redis_down_reason(s->live);
	return s->trouble[0] == '\0' && redis_connection(s->live) != 0;
}

/* ---- Entries ----------------------------------------------------------- */

int
stream_place_read(struct span entry, struct stream_place *p)
{
	uint64_t value[2] = {0, 0};
	size_t at = 0;

	for (size_t i = 0; i < entry.n; i++) {
		char c = entry.p[i];

		if (c == '-' && at == 0 && i > 0)
			at = 1;
		else if (c < '0' || c > '9' || value[at] > UINT64_MAX / 10 - 1)
			return -1;
		else
			value[at] = 10 * value[at] + (uint64_t)(c - '0');
	}
	if (at == 0 || value[0] > INT64_MAX)
		return -1;
	p->ms = (int64_t)value[0];
	p->order = value[1];
	return 0;
}

void
stream_place_write(const struct stream_place *p, char text[STREAM_PLACE_MAX])
{
	snprintf(
	    text, STREAM_PLACE_MAX, "%" PRId64 "-%" PRIu64, p->ms, p->order);
}

int
stream_source_epoch(struct stream_source *s, void *context)
{
	uint64_t bits;
	char fresh[HISTORY_EPOCH_MAX];

	if (compat_random(&bits, sizeof(bits)) != 0)
		return -1;
	snprintf(fresh, sizeof(fresh), "%016" PRIx64, bits);
	return redis_eval(s->pages, s->script,
	    (const struct span[]){
		buf_span(&s->epoch_key), span_of(s->epoch), span_of(fresh)},
	    1, 3, context);
}

bool
stream_epoch_ok(const struct redis_reply *reply)
{
	if (reply->type != REDIS_TEXT || reply->text.n != HISTORY_EPOCH_MAX - 1)
		return false;
	for (size_t i = 0; i < reply->text.n; i++) {
		if (strchr("0123456789abcdef", reply->text.p[i]) == NULL)
			return false;
	}
	return true;
}

/* ---- The start --------------------------------------------------------- */

/* Get the epoch. */
static int
start_epoch(struct stream_source *s, struct err *err)
{
	uint64_t bits;
	char fresh[HISTORY_EPOCH_MAX];
	struct redis_reply reply;

	if (compat_random(&bits, sizeof(bits)) != 0)
		return err_sys(err, errno, "no random bytes");
	snprintf(fresh, sizeof(fresh), "%016" PRIx64, bits);
	if (redis_call_script(s->pages, s->script,
		(const struct span[]){
		    buf_span(&s->epoch_key), SPAN_LIT(""), span_of(fresh)},
		1, 3, CALL_MS, &reply, err) != 0)
		return -1;
	if (!stream_epoch_ok(&reply))
		return err_set(err, "the epoch of the queue is damaged");
	memcpy(s->epoch, reply.text.p, reply.text.n);
	return 0;
}

/* Find the first entry in the order of ${command}, XRANGE or XREVRANGE, from
 * ${from} to ${to}.  Return 1 with ${e}; 0 if there is none; or -1. */
static int
first_entry(struct stream_source *s, const char *command, const char *from,
    const char *to, struct queue_entry *e, struct stream_place *place,
    struct err *err)
{
	struct redis_reply answer, *reply = &answer;

	if (redis_call(s->pages,
		(const struct span[]){span_of(command), buf_span(&s->key),
		    span_of(from), span_of(to), SPAN_LIT("COUNT"),
		    SPAN_LIT("1")},
		6, CALL_MS, reply, err) != 0)
		return -1;
	if (reply->type != REDIS_ARRAY || reply->items == 0)
		return 0;
	if (queue_entry_read(&reply->item[0], e, err) != 0)
		return -1;
	return stream_place_read(e->entry, place) == 0
	    ? 1
	    : err_set(err, "an entry is damaged");
}

/* Get the number of the last line that was added. */
static int
last_number(struct stream_source *s, uint64_t *n, struct err *err)
{
	struct redis_reply reply;
	char *end;
	char text[24];

	*n = 0;
	if (redis_call(s->pages,
		(const struct span[]){
		    SPAN_LIT("HGET"), buf_span(&s->n_key), SPAN_LIT("0")},
		3, CALL_MS, &reply, err) != 0)
		return -1;
	if (reply.type != REDIS_TEXT)
		return 0;
	snprintf(text, sizeof(text), "%.*s",
	    (int)(reply.text.n < 20 ? reply.text.n : 20), reply.text.p);
	*n = strtoull(text, &end, 10);
	return *end != '\0' ? err_set(err, "the number of lines is damaged")
			    : 0;
}

/* Find where to begin. */
static int
start_place(struct stream_source *s, struct history *h, struct err *err)
{
	int64_t since = instant_now() - history_age(h);
	struct queue_entry e;
	uint64_t next = 0;
	char from[24];
	int found;

	snprintf(from, sizeof(from), "%" PRId64, since > 0 ? since : 0);
	found = first_entry(s, "XRANGE", from, "+", &e, &s->last, err);
	if (found > 0) {
		next = e.n;
		/* XREAD returns what is after its place. */
		if (s->last.order > 0)
			s->last.order--;
		else
			s->last = (struct stream_place){
			    s->last.ms - 1, UINT64_MAX / 16};
	} else if (found == 0) {
		found =
		    first_entry(s, "XREVRANGE", "+", "-", &e, &s->last, err);
		next = found > 0 ? e.n : 0;
		if (found == 0)
			found = last_number(s, &next, err);
		next++;
	}
	if (found < 0)
		return -1;
	history_follow(h, span_of(s->epoch), next);
	found = first_entry(s, "XRANGE", "-", "+", &e, &s->oldest, err);
	if (found > 0) {
		s->oldest_n = e.n;
		history_set_oldest(h, e.n);
	}
	return found < 0 ? -1 : 0;
}

/* Wait for the queue.  Return 0, or -1. */
static int
start_queue(struct stream_source *s, int64_t end, struct err *err)
{
	struct queue_config config;
	int rc = queue_config_read(s->pages, &config, CALL_MS, err);

	while (rc == 0 && instant_monotonic() < end) {
		redis_wait(s->pages, NULL, NULL, 0, PAUSE_MS);
		rc = queue_config_read(s->pages, &config, CALL_MS, err);
	}
	if (rc == 0)
		return err_set(err,
		    "there is no such queue: vitals-enqueue --partitions 1 "
		    "makes it");
	if (rc > 0 && config.partitions != 1)
		return err_set(err,
		    "the queue has %u partitions, and a history needs 1",
		    (unsigned)config.partitions);
	return rc > 0 ? 0 : -1;
}

int
stream_source_start(
    struct stream_source *s, struct history *h, int64_t ms, struct err *err)
{
	int64_t end = instant_monotonic() + ms;

	if (redis_start(s->live, ms, err) != REDIS_UP ||
	    redis_start(s->pages, ms, err) != REDIS_UP ||
	    start_queue(s, end, err) != 0 || start_epoch(s, err) != 0)
		return -1;
	return start_place(s, h, err);
}
