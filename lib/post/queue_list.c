/* --list and --export-dead of a queue. */
#include <inttypes.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"
#include "queue/status.h"
#include "json/json.h"

/* How long each answer may take, ms. */
#define WAIT_MS 10000

struct listing {
	struct ndjson_writer *out;
	const char *name;
	struct queue_status status;
	int64_t backlog, pending, retrying, oldest;
	bool damaged, failed;
};

static void
note(void *context, enum redis_note what, const char *text)
{
	const struct listing *l = context;

	if (what == REDIS_NOTE_DETAIL)
		diag_verbose("%s: %s", l->name, text);
}

static void
commit(struct listing *l)
{
	if (ndjson_commit(l->out) == 0)
		return;
	l->failed = true;
	/* If the output did not fail, the record found no memory. */
	if (ndjson_flush(l->out) == 0)
		diag_error("out of memory");
}

static void
put_counts(struct json_writer *w, int64_t backlog, int64_t pending,
    int64_t retrying, int64_t oldest)
{
	json_key(w, "backlog");
	json_put_integer(w, backlog);
	json_key(w, "pending");
	json_put_integer(w, pending);
	json_key(w, "retrying");
	json_put_integer(w, retrying);
	instant_put(w, "oldest", oldest);
}

static void
put_partition(
    struct listing *l, uint32_t number, const struct queue_status_partition *p)
{
	struct json_writer w;

	json_writer_init(&w, ndjson_record(l->out));
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "partition");
	json_key(&w, "partition");
	json_put_integer(&w, number);
	json_key(&w, "worker");
	if (p->worker.n > 0)
		json_put_string(&w, p->worker);
	else
		json_put_null(&w);
	put_counts(&w, p->backlog, p->pending, p->retrying, p->oldest);
	json_object_end(&w);
	commit(l);
	l->backlog += p->backlog;
	l->pending += p->pending;
	l->retrying += p->retrying;
	if (p->oldest != 0 && (l->oldest == 0 || p->oldest < l->oldest))
		l->oldest = p->oldest;
}

static int
put_status(struct listing *l, const struct queue_config *c, struct err *err)
{
	int64_t workers = 0, dead = 0;
	struct queue_status_partition p;
	struct json_writer w;

	for (uint32_t i = 0; i < c->partitions && !l->failed; i++) {
		if (queue_status_partition(&l->status, i, WAIT_MS, &p, err) !=
		    0)
			return -1;
		put_partition(l, i, &p);
	}
	if (queue_status_counts(&l->status, WAIT_MS, &workers, &dead, err) != 0)
		return -1;
	json_writer_init(&w, ndjson_record(l->out));
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "queue");
	json_key(&w, "queue");
	json_put_text(&w, l->name);
	json_key(&w, "group");
	json_put_text(&w, l->status.group);
	json_key(&w, "partitions");
	json_put_integer(&w, c->partitions);
	json_key(&w, "workers");
	json_put_integer(&w, workers);
	put_counts(&w, l->backlog, l->pending, l->retrying, l->oldest);
	json_key(&w, "dead");
	json_put_integer(&w, dead);
	json_object_end(&w);
	commit(l);
	return 0;
}

static int
put_dead(void *context, const struct queue_dead *d)
{
	struct listing *l = context;

	/* Other lines could not be fed in again. */
	if (d->line.n == 0 || d->line.p[0] != '{') {
		diag_error("%s: dead letter %.*s: its line is damaged: %.*s",
		    l->name, (int)d->id.n, d->id.n > 0 ? d->id.p : "",
		    (int)d->reason.n, d->reason.n > 0 ? d->reason.p : "");
		l->damaged = true;
		return 0;
	}
	buf_add_span(ndjson_record(l->out), d->line);
	commit(l);
	return l->failed;
}

int
post_queue_list(const struct post_options *o, struct ndjson_writer *out)
{
	struct listing l = {.out = out, .name = "redis"};
	struct redis_options options = o->redis;
	struct queue_config c;
	struct redis *r;
	struct err err;
	int rc = -1, there;

	options.url = o->queue;
	options.note = note;
	options.context = &l;
	r = redis_new(&options, &err);
	if (r == NULL) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	l.name = redis_name(r);
	queue_status_init(&l.status, r, o->group);
	if (redis_start(r, WAIT_MS, &err) == REDIS_UP) {
		there = queue_config_read(r, &c, WAIT_MS, &err);
		if (there == 0)
			err_set(&err, "the queue does not exist");
		if (there > 0)
			rc = o->list ? put_status(&l, &c, &err)
				     : queue_status_dead(&l.status, WAIT_MS,
					   put_dead, &l, &err);
	}
	if (rc < 0)
		diag_error("%s: %s", l.name, err.text);
	redis_free(r);
	return rc < 0 || l.failed ? CLI_SYSTEM : l.damaged ? CLI_DATA : CLI_OK;
}
