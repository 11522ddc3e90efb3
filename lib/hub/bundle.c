/* Bundles of notifications, of $events, and the status for $status. */
#include <stdlib.h>

#include "hub/internal.h"

/* Events and their texts. */
struct loaded {
	struct fhir_notify_event event[HUB_BATCH_MAX];
	size_t events;
	size_t bytes; /* of the resources */
	struct buf text;
	size_t id[HUB_BATCH_MAX], resource[HUB_BATCH_MAX]; /* offsets in it */
	bool complete; /* all events of the range were loaded */
};

static int
no_memory(struct err *err)
{
	return err_set(err, "out of memory");
}

/* Append ${s} to ${b}, and return where. */
static size_t
keep(struct buf *b, struct span s)
{
	size_t at = b->len;

	buf_add_span(b, s);
	return at;
}

/* Add the event of the current row.  Return false if it is too much. */
static bool
load_event(struct hub *h, struct loaded *l, enum fhir_notify_content content)
{
	static const enum hub_sql q = HUB_SQL_EVENTS;
	size_t i = l->events;
	struct span id = sqlite_column_text(h->store, q, 2);
	struct span text = sqlite_column_text(h->store, q, 3);

	if (content != FHIR_FULL_RESOURCE)
		text.n = 0;
	if (i == HUB_BATCH_MAX ||
	    (i > 0 && l->bytes + text.n > HUB_BATCH_BYTES))
		return false;
	l->bytes += text.n;
	l->event[i].number = (uint64_t)sqlite_column(h->store, q, 0);
	l->event[i].time = sqlite_column(h->store, q, 1);
	l->id[i] = keep(&l->text, id);
	l->event[i].id.n = id.n;
	l->resource[i] = keep(&l->text, text);
	l->event[i].resource.n = text.n;
	l->events++;
	return true;
}

/* Load the events ${first} to ${last} of ${s}, as many as may be together.
 * Return 0, or -1 with ${err}. */
static int
load(struct hub *h, const struct hub_subscription *s, uint64_t first,
    uint64_t last, enum fhir_notify_content content, struct loaded *l,
    struct err *err)
{
	static const enum hub_sql q = HUB_SQL_EVENTS;
	int rc;

	l->events = l->bytes = 0;
	l->complete = true;
	sqlite_number(h->store, q, 1, (int64_t)s->number);
	sqlite_number(h->store, q, 2, (int64_t)first);
	sqlite_number(h->store, q, 3, (int64_t)last);
	while (l->complete && (rc = sqlite_step(h->store, q, err)) != 0) {
		if (rc < 0)
			return -1;
		l->complete = load_event(h, l, content);
	}
	if (!l->complete)
		sqlite_reset(h->store, q);
	if (buf_failed(&l->text))
		return no_memory(err);
	for (size_t i = 0; i < l->events; i++) {
		l->event[i].id.p = l->text.data + l->id[i];
		l->event[i].resource.p = l->text.data + l->resource[i];
	}
	return 0;
}

static struct fhir_notify
begin(const struct hub *h, const struct hub_subscription *s,
    enum fhir_notify_kind kind, int64_t now)
{
	return (struct fhir_notify){
	    .kind = kind,
	    .version = s->version,
	    .content = s->content,
	    .base = span_of(h->o.base),
	    .subscription = span_of(s->id),
	    .topic = span_of(s->topic->url),
	    .status = s->status,
	    .count = s->count,
	    .time = now,
	    .error = span_of(s->error),
	};
}

/* Write a notification like ${like}, with ${id} (n 0: a new one) and the events
 * of ${l}. */
static int
write_events(const struct loaded *l, const struct fhir_notify *like,
    struct span id, struct buf *out, struct err *err)
{
	struct fhir_notify n = *like;
	char made[ID_TEXT_MAX];

	n.event = l->event;
	n.events = l->events;
	n.id = id;
	if (id.n == 0) {
		if (fhir_notify_id(&n, made) != 0)
			return no_memory(err);
		n.id = span_of(made);
	}
	return fhir_notify_write(&n, out) == 0 ? 0 : no_memory(err);
}

static struct loaded *
loaded_new(struct err *err)
{
	struct loaded *l = malloc(sizeof(*l));

	if (l == NULL)
		no_memory(err);
	else
		buf_init(&l->text);
	return l;
}

static void
loaded_free(struct loaded *l)
{
	buf_release(&l->text);
	free(l);
}

int
hub_bundle(struct hub *h, struct hub_notification *n, int64_t now,
    struct buf *out, struct err *err)
{
	const struct hub_subscription *s = n->subscription;
	struct fhir_notify notify = begin(h, s, n->kind, now);
	struct loaded *l;
	int rc = -1;

	/* The same ID must always have the same content, also if it is made
	 * again, and more has happened meanwhile. */
	if (n->kind != FHIR_EVENT_NOTIFICATION) {
		if (n->time != 0) {
			notify.time = n->time;
			notify.count = n->count;
		}
		if (n->id[0] == '\0' && fhir_notify_id(&notify, n->id) != 0)
			return no_memory(err);
		notify.id = span_of(n->id);
		return fhir_notify_write(&notify, out) == 0 ? 1
							    : no_memory(err);
	}
	l = loaded_new(err);
	if (l == NULL)
		return -1;
	if (load(h, s, n->first, n->last, s->content, l, err) == 0) {
		rc = l->events > 0;
		notify.count = n->last;
		if (rc > 0)
			notify.time = l->event[l->events - 1].time;
		if (rc > 0 &&
		    write_events(l, &notify, span_of(n->id), out, err) != 0)
			rc = -1;
	}
	loaded_free(l);
	return rc;
}

int
hub_events(struct hub *h, const struct hub_subscription *s, uint64_t first,
    uint64_t last, enum fhir_notify_content content, int64_t now,
    uint64_t *until, struct buf *out, struct err *err)
{
	struct fhir_notify notify = begin(h, s, FHIR_QUERY_EVENT, now);
	struct loaded *l = loaded_new(err);
	int rc;

	if (l == NULL)
		return -1;
	notify.content = content;
	if (last > s->count)
		last = s->count;
	if (first > FHIR_NOTIFY_NUMBER_MAX)
		first = FHIR_NOTIFY_NUMBER_MAX;
	rc = load(h, s, first, last, content, l, err);
	if (rc == 0) {
		*until = l->complete ? last : l->event[l->events - 1].number;
		rc = write_events(l, &notify, (struct span){"", 0}, out, err);
	}
	loaded_free(l);
	return rc;
}

int
hub_put_status(const struct hub *h, const struct hub_subscription *s,
    int64_t now, struct json_writer *w, char id[ID_TEXT_MAX])
{
	struct fhir_notify n = begin(h, s, FHIR_QUERY_STATUS, now);

	if (fhir_notify_id(&n, id) != 0)
		return -1;
	n.id = span_of(id);
	fhir_notify_put_status(&n, w);
	return buf_failed(w->out) ? -1 : 0;
}
