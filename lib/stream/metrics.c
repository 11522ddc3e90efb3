/* What /metrics answers. */
#include <stdio.h>

#include "instant/instant.h"
#include "stream/private.h"

#define NAME(name) "vitals_stream_" name

static const char *const class_name[STREAM_CLASSES] = {
    "normal", "replaying", "slow"};

/* How far clients are behind: their number, and the largest lag of any. */
struct lag {
	size_t clients;
	uint64_t lines;
	int64_t ms;
};

/* "kind=…,class=…" */
struct label {
	char text[48];
};

static struct label
label_of(size_t kind, size_t class)
{
	struct label l;

	snprintf(l.text, sizeof(l.text), "kind=\"%s\",class=\"%s\"",
	    stream_transport[kind].name, class_name[class]);
	return l;
}

static struct label
label_of_kind(size_t kind)
{
	struct label l;

	snprintf(
	    l.text, sizeof(l.text), "kind=\"%s\"", stream_transport[kind].name);
	return l;
}

static struct lag
lag_of(const struct stream_client *c, int64_t now)
{
	const struct history *h = c->stream->options.history;
	struct lag lag = {1, 0, 0};

	if (c->cursor.foreign || c->cursor.after >= history_last(h))
		return lag;
	lag.lines = history_last(h) - c->cursor.after;
	lag.ms = now - history_time(h, c->cursor.after + 1);
	if (lag.ms < 0)
		lag.ms = 0;
	return lag;
}

/* Append the client that is furthest behind, unless it is NULL. */
static void
put_slowest(struct buf *out, const struct stream_client *c, struct lag lag)
{
	struct buf label;

	buf_init(&label);
	if (c != NULL) {
		buf_add_text(&label, "client=\"");
		metrics_put_value(&label, c->peer);
		buf_addf(&label, "\",%s",
		    label_of(c->kind, stream_class_of(c)).text);
	}
	metrics_head(out, NAME("slowest_client_lag_lines"), METRICS_GAUGE,
	    "Lines that the client furthest behind was not sent yet.");
	if (c != NULL && buf_string(&label) != NULL)
		metrics_count(out, NAME("slowest_client_lag_lines"), label.data,
		    lag.lines);
	metrics_head(out, NAME("slowest_client_lag_seconds"), METRICS_GAUGE,
	    "Age of the oldest of these lines.");
	if (c != NULL && buf_string(&label) != NULL)
		metrics_real(out, NAME("slowest_client_lag_seconds"),
		    label.data, (double)lag.ms / 1000);
	metrics_head(out, NAME("slowest_client_dropped"), METRICS_GAUGE,
	    "Lines that this client has lost.");
	if (c != NULL && buf_string(&label) != NULL)
		metrics_count(out, NAME("slowest_client_dropped"), label.data,
		    c->dropped);
	buf_release(&label);
}

static void
put_clients(const struct stream *st, struct buf *out)
{
	struct lag of[STREAM_KINDS][STREAM_CLASSES] = {0}, most = {0, 0, 0};
	const struct stream_client *slowest = NULL;
	int64_t now = instant_now();

	for (const struct stream_client *c = st->first; c; c = c->next) {
		struct lag *sum = &of[c->kind][stream_class_of(c)];
		struct lag lag = lag_of(c, now);

		sum->clients++;
		if (lag.lines > sum->lines)
			sum->lines = lag.lines;
		if (lag.ms > sum->ms)
			sum->ms = lag.ms;
		if (lag.lines > most.lines) {
			most = lag;
			slowest = c;
		}
	}
	metrics_head(
	    out, NAME("clients"), METRICS_GAUGE, "Clients that are connected.");
	for (size_t i = 0; i < STREAM_KINDS; i++)
		for (size_t k = 0; k < STREAM_CLASSES; k++)
			metrics_count(out, NAME("clients"), label_of(i, k).text,
			    of[i][k].clients);
	metrics_head(out, NAME("lag_lines"), METRICS_GAUGE,
	    "Largest number of lines that a client was not sent yet.");
	for (size_t i = 0; i < STREAM_KINDS; i++)
		for (size_t k = 0; k < STREAM_CLASSES; k++)
			metrics_count(out, NAME("lag_lines"),
			    label_of(i, k).text, of[i][k].lines);
	metrics_head(out, NAME("lag_seconds"), METRICS_GAUGE,
	    "Age of the oldest line that a client was not sent yet.");
	for (size_t i = 0; i < STREAM_KINDS; i++)
		for (size_t k = 0; k < STREAM_CLASSES; k++)
			metrics_real(out, NAME("lag_seconds"),
			    label_of(i, k).text, (double)of[i][k].ms / 1000);
	put_slowest(out, slowest, most);
}

static void
put_totals(const struct stream_metrics *m, struct buf *out)
{
	char label[96];

	metrics_head(out, NAME("sent_total"), METRICS_COUNTER, "Lines sent.");
	for (size_t i = 0; i < STREAM_KINDS; i++)
		for (size_t k = 0; k < STREAM_CLASSES; k++)
			metrics_count(out, NAME("sent_total"),
			    label_of(i, k).text, m->total[i][k].sent);
	metrics_head(out, NAME("dropped_total"), METRICS_COUNTER,
	    "Lines that clients were not sent.");
	for (size_t i = 0; i < STREAM_KINDS * STREAM_CLASSES; i++) {
		size_t kind = i / STREAM_CLASSES, class = i % STREAM_CLASSES;
		const struct stream_totals *t = &m->total[kind][class];

		snprintf(label, sizeof(label), "%s,reason=\"lost\"",
		    label_of(kind, class).text);
		metrics_count(out, NAME("dropped_total"), label, t->lost);
		snprintf(label, sizeof(label), "%s,reason=\"thinned\"",
		    label_of(kind, class).text);
		metrics_count(out, NAME("dropped_total"), label, t->thinned);
	}
}

/* Append a family with a histogram for each kind. */
static void
put_kinds(struct buf *out, const char *name, const char *help,
    const struct metrics_histogram h[STREAM_KINDS])
{
	metrics_head(out, name, METRICS_HISTOGRAM, help);
	for (size_t i = 0; i < STREAM_KINDS; i++)
		metrics_put_histogram(out, name, label_of_kind(i).text, &h[i]);
}

static void
put_one(struct buf *out, const char *name, const char *help,
    const struct metrics_histogram *h)
{
	metrics_head(out, name, METRICS_HISTOGRAM, help);
	metrics_put_histogram(out, name, "", h);
}

static void
put_histograms(const struct stream_metrics *m, struct buf *out)
{
	put_one(out, NAME("arrival_seconds"),
	    "From an event's time to its arrival.", &m->arrival);
	put_kinds(out, NAME("delivery_seconds"),
	    "From a line's arrival to its sending to one client.", m->delivery);
	put_kinds(out, NAME("event_sent_seconds"),
	    "From an event's time to its sending to one client.",
	    m->event_sent);
	put_one(out, NAME("acknowledged_seconds"),
	    "From a line's sending to its acknowledgement.", &m->acknowledged);
	put_one(out, NAME("event_acknowledged_seconds"),
	    "From an event's time to its acknowledgement.",
	    &m->event_acknowledged);
	put_one(out, NAME("connection_seconds"),
	    "How long clients were connected.", &m->connection);
}

void
stream_put_metrics(struct stream *st, struct buf *out)
{
	const struct history *h = st->options.history;
	const struct stream_metrics *m = &st->metrics;
	const char *why;

	metrics_counter(
	    out, NAME("lines_total"), "Lines of the input.", st->count.lines);
	metrics_counter(out, NAME("bad_lines_total"),
	    "Lines of the input that were refused.", st->count.bad);
	metrics_head(out, NAME("connections_total"), METRICS_COUNTER,
	    "Clients that connected, and polls.");
	for (size_t i = 0; i < STREAM_KINDS; i++)
		metrics_count(out, NAME("connections_total"),
		    label_of_kind(i).text, m->connected[i]);
	metrics_counter(out, NAME("refused_total"),
	    "Requests that were refused.", st->count.refused);
	put_clients(st, out);
	put_totals(m, out);
	metrics_counter(out, NAME("slow_disconnects_total"),
	    "Clients that were disconnected because they were slow.",
	    m->disconnected_slow);
	metrics_gauge(out, NAME("history_lines"), "Lines held in memory.",
	    (double)history_entries(h));
	metrics_gauge(out, NAME("history_bytes"), "Bytes of them.",
	    (double)history_bytes(h));
	if (st->options.source != NULL)
		metrics_gauge(out, NAME("source_up"),
		    "1: lines are read; 0: the source is away.",
		    stream_source_works(st->options.source, &why));
	put_histograms(m, out);
}
