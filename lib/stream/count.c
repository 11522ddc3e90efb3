/* Counters by class of client, and latencies. */
#include "stream/private.h"

/* The upper bounds of the buckets of every histogram, in seconds. */
static const double bounds[] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10, 60, 3600};

static void
start(struct metrics_histogram *h)
{
	h->bound = bounds;
	h->bounds = sizeof(bounds) / sizeof(bounds[0]);
}

void
stream_metrics_init(struct stream_metrics *m)
{
	memset(m, 0, sizeof(*m));
	start(&m->arrival);
	for (size_t i = 0; i < STREAM_KINDS; i++) {
		start(&m->delivery[i]);
		start(&m->event_sent[i]);
	}
	start(&m->acknowledged);
	start(&m->event_acknowledged);
	start(&m->connection);
}

void
stream_observe(struct metrics_histogram *h, int64_t ms)
{
	metrics_observe(h, (double)ms / 1000);
}

enum stream_class
stream_class_of(const struct stream_client *c)
{
	if (c->is_slow)
		return STREAM_BEHIND;
	/* A poll has no end of its replay but its answer. */
	return (c->kind == STREAM_POLL ? c->cursor.after < c->joined
				       : c->replaying)
	    ? STREAM_REPLAYING
	    : STREAM_NORMAL;
}

void
stream_count_sent(
    struct stream_client *c, const struct history_entry *e, int64_t now)
{
	struct stream_metrics *m = &c->stream->metrics;
	enum stream_class class = stream_class_of(c);

	c->sent++;
	c->stream->count.sent++;
	m->total[c->kind][class].sent++;
	if (class == STREAM_REPLAYING || e->sequence <= c->joined)
		return;
	stream_observe(&m->delivery[c->kind], now - e->time);
	if (e->event != 0)
		stream_observe(&m->event_sent[c->kind], now - e->event);
}

void
stream_count_lost(struct stream_client *c, uint64_t n, bool thinned)
{
	struct stream_totals *t =
	    &c->stream->metrics.total[c->kind][stream_class_of(c)];

	c->dropped += n;
	c->stream->count.dropped += n;
	*(thinned ? &t->thinned : &t->lost) += n;
}
