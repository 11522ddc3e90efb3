#include "queue/status.h"

#include <stdio.h>
#include <string.h>

#include "queue/link.h"

/* Dead letters that are read at once; a line may have a MiB. */
#define PAGE "32"

/* KEYS: {S}:G:lease:N, {S}:N, {S}:G:state:N, {S}:n.  ARGV: N, group. */
static const char partition_script[] =
    "local function fields(list)\n"
    "  local f = {}\n"
    "  for i = 1, #list, 2 do f[list[i]] = list[i + 1] end\n"
    "  return f\n"
    "end\n"
    "local owner = redis.call('GET', KEYS[1]) or ''\n"
    "local retrying = redis.call('HLEN', KEYS[3])\n"
    "local given, pending, oldest = '0-0', 0, ''\n"
    "if redis.call('EXISTS', KEYS[2]) == 0 then\n"
    "  return {owner, 0, 0, retrying, ''}\n"
    "end\n"
    "for _, list in ipairs(redis.call('XINFO', 'GROUPS', KEYS[2])) do\n"
    "  local g = fields(list)\n"
    "  if g.name == ARGV[2] then\n"
    "    given, pending = g['last-delivered-id'], g.pending\n"
    "    local p = redis.call('XPENDING', KEYS[2], ARGV[2])\n"
    "    oldest = p[2] or ''\n"
    "  end\n"
    "end\n"
    "local next = redis.call('XRANGE', KEYS[2], '(' .. given, '+',\n"
    "  'COUNT', 1)[1]\n"
    "local backlog = 0\n"
    "if next then\n"
    "  local last = tonumber(redis.call('HGET', KEYS[4], ARGV[1]) or 0)\n"
    "  local first = tonumber(fields(next[2]).n or last)\n"
    "  backlog = math.max(last - first + 1, 1)\n"
    "  if oldest == '' then oldest = next[1] end\n"
    "end\n"
    "return {owner, backlog, pending, retrying, oldest}\n";

void
queue_status_init(struct queue_status *s, struct redis *r, const char *group)
{
	s->r = r;
	s->group = group;
	s->script = redis_script(r, partition_script);
}

static int64_t
integer(const struct redis_reply *r)
{
	return r->type == REDIS_INTEGER ? r->integer : 0;
}

/* The time in a stream ID; 0 if it is empty. */
static int64_t
time_of(const struct redis_reply *r)
{
	int64_t ms = 0;

	if (r->type != REDIS_TEXT)
		return 0;
	for (size_t i = 0; i < r->text.n && r->text.p[i] != '-'; i++) {
		if (r->text.p[i] < '0' || r->text.p[i] > '9' || i > 17)
			return 0;
		ms = ms * 10 + (r->text.p[i] - '0');
	}
	return ms;
}

int
queue_status_partition(struct queue_status *s, uint32_t partition, int64_t ms,
    struct queue_status_partition *p, struct err *err)
{
	struct span stream = redis_stream(s->r), word[6];
	struct buf key[4], number;
	struct redis_reply r;
	int rc;

	for (size_t i = 0; i < 4; i++)
		buf_init(&key[i]);
	buf_init(&number);
	queue_key(&key[0], stream, "%s:lease:%u", s->group, partition);
	queue_key_partition(&key[1], stream, partition);
	queue_key(&key[2], stream, "%s:state:%u", s->group, partition);
	queue_key(&key[3], stream, "n");
	buf_addf(&number, "%u", partition);
	for (size_t i = 0; i < 4; i++)
		word[i] = buf_span(&key[i]);
	word[4] = buf_span(&number);
	word[5] = span_of(s->group);
	rc = redis_call_script(s->r, s->script, word, 4, 6, ms, &r, err);
	for (size_t i = 0; i < 4; i++)
		buf_release(&key[i]);
	buf_release(&number);
	if (rc != 0)
		return -1;
	if (r.type != REDIS_ARRAY || r.items != 5 ||
	    r.item[0].type != REDIS_TEXT)
		return err_set(err, "the answer is not one of this queue");
	*p = (struct queue_status_partition){.worker = r.item[0].text,
	    .backlog = integer(&r.item[1]),
	    .pending = integer(&r.item[2]),
	    .retrying = integer(&r.item[3]),
	    .oldest = time_of(&r.item[4])};
	/* Without the epoch. */
	while (p->worker.n > 0 && p->worker.p[--p->worker.n] != ':')
		;
	return 0;
}

/* The server's clock. */
static int
read_time(struct queue_status *s, int64_t ms, struct buf *text, struct err *err)
{
	struct span word = SPAN_LIT("TIME");
	struct redis_reply r;

	if (redis_call(s->r, &word, 1, ms, &r, err) != 0)
		return -1;
	if (r.type != REDIS_ARRAY || r.items != 2 ||
	    r.item[0].type != REDIS_TEXT)
		return err_set(err, "the answer to TIME is not a time");
	buf_add_span(text, r.item[0].text);
	buf_add_text(text, "000");
	return 0;
}

static int
count(struct queue_status *s, int64_t ms, const char *command, const char *name,
    struct span since, int64_t *n, struct err *err)
{
	struct span word[4] = {span_of(command)};
	struct redis_reply r;
	struct buf key;
	int rc;

	buf_init(&key);
	queue_key(&key, redis_stream(s->r), "%s:%s", s->group, name);
	word[1] = buf_span(&key);
	word[2] = since;
	word[3] = SPAN_LIT("+inf");
	rc = redis_call(s->r, word, since.n > 0 ? 4 : 2, ms, &r, err);
	if (rc == 0)
		*n = integer(&r);
	buf_release(&key);
	return rc;
}

int
queue_status_counts(struct queue_status *s, int64_t ms, int64_t *workers,
    int64_t *dead, struct err *err)
{
	struct buf now;
	int rc;

	buf_init(&now);
	rc = read_time(s, ms, &now, err);
	if (rc == 0)
		rc = count(
		    s, ms, "ZCOUNT", "workers", buf_span(&now), workers, err);
	buf_release(&now);
	return rc != 0
	    ? -1
	    : count(s, ms, "XLEN", "dead", (struct span){"", 0}, dead, err);
}

static void
read_dead(const struct redis_reply *r, struct queue_dead *d)
{
	const struct redis_reply *f;

	*d = (struct queue_dead){.id = {NULL, 0}};
	if (r->type != REDIS_ARRAY || r->items != 2 ||
	    r->item[0].type != REDIS_TEXT || r->item[1].type != REDIS_ARRAY)
		return;
	d->id = r->item[0].text;
	f = &r->item[1];
	for (size_t i = 0; i + 1 < f->items; i += 2) {
		if (redis_text_is(&f->item[i], "line"))
			d->line = f->item[i + 1].text;
		else if (redis_text_is(&f->item[i], "reason"))
			d->reason = f->item[i + 1].text;
	}
}

int
queue_status_dead(struct queue_status *s, int64_t ms, queue_status_each *each,
    void *context, struct err *err)
{
	struct span word[6] = {SPAN_LIT("XRANGE"), {"", 0}, {"", 0},
	    SPAN_LIT("+"), SPAN_LIT("COUNT"), SPAN_LIT(PAGE)};
	char from[QUEUE_ID_MAX + 1] = "-";
	struct redis_reply r;
	struct queue_dead d;
	struct buf key;
	int rc = 0;

	buf_init(&key);
	queue_key(&key, redis_stream(s->r), "%s:dead", s->group);
	word[1] = buf_span(&key);
	do {
		word[2] = span_of(from);
		if (redis_call(s->r, word, 6, ms, &r, err) != 0) {
			rc = -1;
			break;
		}
		for (size_t i = 0; i < r.items && rc == 0; i++) {
			read_dead(&r.item[i], &d);
			rc = each(context, &d);
			snprintf(from, sizeof(from), "(%.*s", (int)d.id.n,
			    d.id.n > 0 ? d.id.p : "");
		}
	} while (rc == 0 && r.items > 0);
	buf_release(&key);
	return rc;
}
