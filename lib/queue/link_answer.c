#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/link_internal.h"

void
queue_request_free(struct queue_link_redis *l, struct queue_request_data *q)
{
	struct queue_request_data **at = &l->under_way;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	free(q);
}

static int64_t
integer(const struct redis_reply *reply)
{
	return reply->type == REDIS_INTEGER ? reply->integer : -1;
}

static bool
read_beat(struct queue_link_redis *l, const struct redis_reply *r,
    struct queue_answer *a)
{
	if (r->type != REDIS_ARRAY || r->items % 3 != 2 ||
	    r->items / 3 > l->partitions || integer(&r->item[0]) < 0)
		return false;
	a->share = (size_t)integer(&r->item[0]);
	a->rest = integer(&r->item[1]);
	a->news = l->news;
	for (size_t i = 2; i < r->items; i += 3) {
		int64_t n = integer(&r->item[i]);
		int64_t epoch = integer(&r->item[i + 1]);
		int64_t news = integer(&r->item[i + 2]);

		if (n < 0 || n >= l->partitions || epoch < 0 || news < 0 ||
		    news > QUEUE_LOST)
			return false;
		l->news[a->count++] = (struct queue_lease_news){
		    {(uint32_t)n, (uint64_t)epoch}, (enum queue_news)news};
	}
	return true;
}

static bool
copy_id(char id[QUEUE_ID_MAX], const struct redis_reply *r)
{
	if (r->type != REDIS_TEXT || r->text.n >= QUEUE_ID_MAX)
		return false;
	if (r->text.n > 0)
		memcpy(id, r->text.p, r->text.n);
	id[r->text.n] = '\0';
	return true;
}

static bool
read_taken(struct queue_link_redis *l, const struct queue_request_data *q,
    const struct redis_reply *r, struct queue_answer *a)
{
	const struct redis_reply *entries, *states;

	if (r->type != REDIS_ARRAY || r->items != 3 ||
	    !copy_id(l->id, &r->item[0]))
		return false;
	entries = &r->item[1];
	states = &r->item[2];
	if (entries->type != REDIS_ARRAY || states->type != REDIS_ARRAY ||
	    entries->items > QUEUE_TAKE_MAX)
		return false;
	for (size_t i = 0; i < entries->items; i++) {
		struct queue_entry e;
		struct queue_taken *t = &l->taken[a->count];

		*t = (struct queue_taken){.entry = {NULL, 0}};
		if (queue_entry_read(&entries->item[i], &e, NULL) == 0) {
			t->line = e.line;
			t->id = e.id;
		}
		if (e.entry.p == NULL)
			return false;
		t->entry = e.entry;
		if (i < states->items && states->item[i].type == REDIS_TEXT)
			t->state = states->item[i].text;
		a->count++;
	}
	if (q->claims && strcmp(l->id, "0-0") == 0)
		l->id[0] = '\0';
	a->taken = l->taken;
	a->next = a->seen = l->id;
	return true;
}

/* The reply of XREAD: nil, or streams with their name and entries. */
static bool
read_watch(struct queue_link_redis *l, const struct redis_reply *r,
    struct queue_answer *a)
{
	a->woken = l->woken;
	if (r->type == REDIS_NIL)
		return true;
	if (r->type != REDIS_ARRAY || r->items > QUEUE_PARTITIONS_MAX)
		return false;
	for (size_t i = 0; i < r->items; i++) {
		const struct redis_reply *s = &r->item[i];
		size_t skip = redis_stream(l->r).n + 3; /* "{S}:" */
		uint32_t n = 0;

		if (s->type != REDIS_ARRAY || s->items < 1 ||
		    s->item[0].type != REDIS_TEXT || s->item[0].text.n <= skip)
			return false;
		for (size_t j = skip; j < s->item[0].text.n; j++)
			n = n * 10 + (uint32_t)(s->item[0].text.p[j] - '0');
		if (n >= l->partitions)
			return false;
		l->woken[a->count++] = n;
	}
	return true;
}

static bool
read_reply(struct queue_link_redis *l, const struct queue_request_data *q,
    const struct redis_reply *r, struct queue_answer *a)
{
	if (q->what == QUEUE_BEAT)
		return read_beat(l, r, a);
	if (q->what == QUEUE_WATCH)
		return read_watch(l, r, a);
	if (r->type == REDIS_INTEGER && r->integer == 0) {
		a->result = QUEUE_NOT_OURS;
		return true;
	}
	return q->what == QUEUE_TAKE ? read_taken(l, q, r, a)
				     : r->type == REDIS_INTEGER;
}

/* Redis does not say in a script which command is not allowed. */
static bool
lacks_right(struct span text)
{
	static const char of_script[] = "The user executing the script";
	const size_t n = sizeof(of_script) - 1;

	for (size_t i = 0; i + n <= text.n; i++) {
		if (memcmp(text.p + i, of_script, n) == 0)
			return true;
	}
	return redis_error_kind(text) == REDIS_ERROR_RIGHTS;
}

static void
explain(struct queue_link_redis *l, const struct queue_request_data *q,
    struct span text)
{
	static const char *const what[] = {[QUEUE_BEAT] = "renew leases",
	    [QUEUE_TAKE] = "take entries",
	    [QUEUE_WRITE] = "write outcomes",
	    [QUEUE_RELEASE] = "release a lease",
	    [QUEUE_WATCH] = "wait for entries"};

	if (lacks_right(text))
		snprintf(l->why, sizeof(l->why),
		    "the user lacks a right to %s (see QUEUE in "
		    "vitals-post(1)): %.*s",
		    what[q->what], (int)text.n, text.p);
	else
		snprintf(l->why, sizeof(l->why), "%.*s", (int)text.n,
		    text.n > 0 ? text.p : "");
}

static void
fill(struct queue_link_redis *l, const struct queue_request_data *q,
    const struct redis_reply *r, struct queue_answer *a)
{
	bool failed = r->type == REDIS_LOST || r->type == REDIS_ERROR;

	*a = (struct queue_answer){.request = q->what,
	    .result = QUEUE_DONE,
	    .why = l->why,
	    .asked = q->asked,
	    .connection = redis_connection(l->r),
	    .lease = q->lease,
	    .next = "",
	    .seen = ""};
	l->why[0] = '\0';
	if (failed)
		explain(l, q, r->text);
	if (r->type == REDIS_LOST ||
	    (r->type == REDIS_ERROR &&
		redis_error_kind(r->text) == REDIS_ERROR_FULL)) {
		a->result = QUEUE_UNKNOWN;
	} else if (failed) {
		a->result = QUEUE_FAILED;
	} else if (!read_reply(l, q, r, a)) {
		a->result = QUEUE_FAILED;
		snprintf(l->why, sizeof(l->why),
		    "the answer is not one of this queue");
	}
}

bool
queue_link_next(struct queue_link *k, struct queue_answer *a)
{
	struct queue_link_redis *l = queue_link_of(k);
	struct redis_answer answer;

	redis_turn(l->r);
	redis_turn(l->watch);
	while (redis_next(l->r, &answer) || redis_next(l->watch, &answer)) {
		struct queue_request_data *q = answer.context;
		bool trims = q->trims;

		/* A trim that was lost or refused is tried again later. */
		if (!trims)
			fill(l, q, &answer.reply, a);
		queue_request_free(l, q);
		if (!trims)
			return true;
	}
	return false;
}
