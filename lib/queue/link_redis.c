#include "queue/link_redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/link_internal.h"
#include "queue/trim.h"
#include "queue/worker_scripts.h"

/* How long a watch waits for new entries, in ms.  A partition that becomes
 * empty during a watch is polled until then. */
#define WATCH_MS "1000"

bool
queue_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= QUEUE_NAME_MAX &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-") == n;
}

/* ---- Words ------------------------------------------------------------- */

static void
begin(struct queue_link_redis *l)
{
	buf_clear(&l->text);
	l->words = l->keys = 0;
}

/* End the word that was appended to l->text from ${from} on.  The text may
 * still move, so its place is an offset until send. */
static void
end_word(struct queue_link_redis *l, size_t from)
{
	l->word[l->words++] = (struct span){NULL, l->text.len - from};
}

static void
add_word(struct queue_link_redis *l, struct span s)
{
	buf_add_span(&l->text, s);
	end_word(l, l->text.len - s.n);
}

static void
add_number(struct queue_link_redis *l, int64_t n)
{
	size_t from = l->text.len;

	buf_addf(&l->text, "%lld", (long long)n);
	end_word(l, from);
}

/* "{S}:" and ${name}, or "{S}:G:" and ${name} if ${of_group}; ${n} is appended
 * unless negative. */
static void
add_key(struct queue_link_redis *l, bool of_group, const char *name, int64_t n)
{
	size_t from = l->text.len;

	buf_add_byte(&l->text, '{');
	buf_add_span(&l->text, redis_stream(l->r));
	buf_add_text(&l->text, "}:");
	if (of_group)
		buf_addf(&l->text, "%s:", l->group);
	buf_add_text(&l->text, name);
	if (n >= 0)
		buf_addf(&l->text, "%lld", (long long)n);
	end_word(l, from);
	l->keys++;
}

static void
add_token(struct queue_link_redis *l, uint64_t epoch)
{
	size_t from = l->text.len;

	buf_addf(&l->text, "%s:%llu", l->worker, (unsigned long long)epoch);
	end_word(l, from);
}

/* The first keys of all requests with a lease, and their first arguments. */
static void
add_lease_keys(struct queue_link_redis *l, struct queue_lease lease)
{
	add_key(l, true, "lease:", lease.partition);
	add_key(l, true, "tokens", -1);
}

static void
add_lease(struct queue_link_redis *l, struct queue_lease lease)
{
	add_number(l, lease.partition);
	add_token(l, lease.epoch);
}

static struct queue_request_data *
request_new(struct queue_link_redis *l, enum queue_request what,
    struct queue_lease lease)
{
	struct queue_request_data *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->what = what;
	q->lease = lease;
	q->next = l->under_way;
	l->under_way = q;
	return q;
}

/* Send the words, to ${script} or, if that is negative, as a command.  Return
 * 0, or -1 if memory ran out. */
static int
send(struct queue_link_redis *l, struct redis *r, int script,
    struct queue_request_data *q, int64_t now)
{
	const char *p = l->text.data;

	if (q == NULL)
		return -1;
	q->asked = now;
	for (size_t i = 0; i < l->words && !buf_failed(&l->text); i++) {
		l->word[i].p = p;
		p += l->word[i].n;
	}
	if (!buf_failed(&l->text) &&
	    (script < 0 ? redis_send(r, l->word, l->words, q)
			: redis_eval(
			      r, script, l->word, l->keys, l->words, q)) == 0)
		return 0;
	queue_request_free(l, q);
	return -1;
}

/* ---- Requests ---------------------------------------------------------- */

static int
beat(struct queue_link *k, const struct queue_lease lease[], size_t n,
    bool leaves, bool counts, int64_t now)
{
	struct queue_link_redis *l = queue_link_of(k);
	size_t from;

	begin(l);
	add_key(l, true, "workers", -1);
	add_key(l, true, "tokens", -1);
	for (uint32_t i = 0; i < l->partitions; i++)
		add_key(l, true, "lease:", i);
	add_word(l, span_of(l->worker));
	add_number(l, l->lease);
	add_number(l, leaves);
	from = l->text.len;
	for (size_t i = 0; i < n; i++)
		buf_addf(&l->text, "%u:%llu ", (unsigned)lease[i].partition,
		    (unsigned long long)lease[i].epoch);
	end_word(l, from);
	from = l->text.len;
	if (counts) {
		buf_add_byte(&l->text, '{');
		buf_add_span(&l->text, redis_stream(l->r));
		buf_add_text(&l->text, "}:");
	}
	end_word(l, from);
	add_word(l, span_of(l->group));
	return send(l, l->r, l->beat,
	    request_new(l, QUEUE_BEAT, (struct queue_lease){0, 0}), now);
}

static int
take(struct queue_link *k, struct queue_lease lease, const char *from,
    size_t most, int64_t now)
{
	struct queue_link_redis *l = queue_link_of(k);
	struct queue_request_data *q = request_new(l, QUEUE_TAKE, lease);

	begin(l);
	add_lease_keys(l, lease);
	add_key(l, false, "", lease.partition);
	add_key(l, true, "state:", lease.partition);
	add_lease(l, lease);
	add_word(l, span_of(l->group));
	add_word(l, span_of(l->worker));
	add_number(l, (int64_t)most);
	add_word(l, span_of(from != NULL ? from : ""));
	if (q != NULL)
		q->claims = from != NULL;
	return send(l, l->r, l->take, q, now);
}

/* MessagePack: an array, and strings, with lengths of 32 bits. */
static void
add_length(struct buf *b, uint8_t type, size_t n)
{
	buf_add_byte(b, (char)type);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_byte(b, (char)(n >> shift & 0xff));
}

static void
add_letters(struct queue_link_redis *l, const struct queue_letter *letter)
{
	size_t from = l->text.len, n = 0;

	for (const struct queue_letter *q = letter; q != NULL; q = q->next)
		n += 2;
	if (n > 0)
		add_length(&l->text, 0xdd, n);
	for (; letter != NULL; letter = letter->next) {
		add_length(&l->text, 0xdb, letter->reason.n);
		buf_add_span(&l->text, letter->reason);
		add_length(&l->text, 0xdb, letter->line.n);
		buf_add_span(&l->text, letter->line);
	}
	end_word(l, from);
}

static int
trim(struct queue_link_redis *l, struct queue_lease lease, int64_t now)
{
	struct queue_request_data *q = request_new(l, QUEUE_WRITE, lease);

	begin(l);
	add_key(l, false, "", lease.partition);
	add_key(l, false, "config", -1);
	if (q != NULL)
		q->trims = true;
	return send(l, l->r, l->trim, q, now);
}

static int
write_changes(struct queue_link *k, struct queue_lease lease,
    const struct queue_change change[], size_t n, bool trims, int64_t now)
{
	struct queue_link_redis *l = queue_link_of(k);

	begin(l);
	add_lease_keys(l, lease);
	add_key(l, false, "", lease.partition);
	add_key(l, true, "state:", lease.partition);
	add_key(l, true, "dead", -1);
	add_lease(l, lease);
	add_word(l, span_of(l->group));
	for (size_t i = 0; i < n; i++) {
		add_word(l, span_of(change[i].entry));
		add_word(l,
		    change[i].settled ? (struct span){"", 0} : change[i].state);
		add_letters(l, change[i].letter);
	}
	if (send(l, l->r, l->write, request_new(l, QUEUE_WRITE, lease), now) !=
	    0)
		return -1;
	return trims ? trim(l, lease, now) : 0;
}

static int
release(struct queue_link *k, struct queue_lease lease, int64_t now)
{
	struct queue_link_redis *l = queue_link_of(k);

	begin(l);
	add_lease_keys(l, lease);
	add_lease(l, lease);
	return send(
	    l, l->r, l->release, request_new(l, QUEUE_RELEASE, lease), now);
}

static int
watch(
    struct queue_link *k, const struct queue_seen seen[], size_t n, int64_t now)
{
	struct queue_link_redis *l = queue_link_of(k);

	begin(l);
	/* All words of a command, not only those after its keys. */
	add_word(l, SPAN_LIT("XREAD"));
	add_word(l, SPAN_LIT("COUNT"));
	add_word(l, SPAN_LIT("1"));
	add_word(l, SPAN_LIT("BLOCK"));
	add_word(l, SPAN_LIT(WATCH_MS));
	add_word(l, SPAN_LIT("STREAMS"));
	/* The rest are found by polling. */
	if (n > (QUEUE_LINK_WORDS_MAX - 6) / 2)
		n = (QUEUE_LINK_WORDS_MAX - 6) / 2;
	for (size_t i = 0; i < n; i++)
		add_key(l, false, "", seen[i].partition);
	for (size_t i = 0; i < n; i++)
		add_word(l, span_of(seen[i].entry));
	return send(l, l->watch, -1,
	    request_new(l, QUEUE_WATCH, (struct queue_lease){0, 0}), now);
}

static const struct queue_link_row redis_row = {
    beat, take, write_changes, release, watch, queue_link_next};

/* ---- Opening ----------------------------------------------------------- */

struct queue_link *
queue_link_redis_new(const struct queue_link_options *o, struct err *err)
{
	struct redis_options quiet = o->redis;
	struct queue_link_redis *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	l->base.row = &redis_row;
	l->lease = o->lease;
	buf_init(&l->text);
	l->group = strdup(o->group);
	l->worker = strdup(o->worker);
	if (l->group == NULL || l->worker == NULL) {
		err_set(err, "out of memory");
		goto err0;
	}
	l->r = redis_new(&o->redis, err);
	if (l->r == NULL)
		goto err0;
	/* One report of each event of the connection is enough. */
	quiet.note = NULL;
	l->watch = redis_new(&quiet, err);
	if (l->watch == NULL)
		goto err0;
	l->beat = redis_script(l->r, queue_script_beat);
	l->take = redis_script(l->r, queue_script_take);
	l->write = redis_script(l->r, queue_script_write);
	l->release = redis_script(l->r, queue_script_release);
	l->trim = redis_script(l->r, queue_trim_script);
	return &l->base;
err0:
	queue_link_redis_free(&l->base);
	return NULL;
}

void
queue_link_redis_free(struct queue_link *k)
{
	struct queue_link_redis *l = k != NULL ? queue_link_of(k) : NULL;

	if (l == NULL)
		return;
	redis_free(l->watch);
	redis_free(l->r);
	while (l->under_way != NULL)
		queue_request_free(l, l->under_way);
	buf_release(&l->text);
	free(l->worker);
	free(l->group);
	free(l);
}

int
queue_link_redis_start(
    struct queue_link *k, int64_t ms, struct queue_config *c, struct err *err)
{
	struct queue_link_redis *l = queue_link_of(k);
	int rc;

	if (redis_start(l->r, ms, err) != REDIS_UP)
		return -1;
	rc = queue_config_read(l->r, c, ms, err);
	if (rc > 0)
		l->partitions = c->partitions;
	return rc;
}

void
queue_link_redis_fds(struct queue_link *k, int fd[2])
{
	fd[0] = redis_fd(queue_link_of(k)->r);
	fd[1] = redis_fd(queue_link_of(k)->watch);
}

struct redis *
queue_link_redis_connection(struct queue_link *k)
{
	return queue_link_of(k)->r;
}
