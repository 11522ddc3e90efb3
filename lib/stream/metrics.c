/* Metrics in the Prometheus text format. */
#include <inttypes.h>
#include <stdio.h>

#include "stream/private.h"

const double stream_bucket[STREAM_BUCKETS] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10, 60, 3600};

void
stream_observe(struct stream_histogram *h, int64_t ms)
{
	double seconds = ms > 0 ? (double)ms / 1000 : 0;
	size_t i = 0;

	while (i < STREAM_BUCKETS && seconds > stream_bucket[i])
		i++;
	h->bucket[i]++;
	h->sum += seconds;
	h->count++;
}

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP vitals_stream_%s %s\n# TYPE vitals_stream_%s %s\n",
	    name, help, name, type);
}

static void
number(struct buf *b, const char *name, const char *type, const char *help,
    uint64_t value)
{
	head(b, name, type, help);
	buf_addf(b, "vitals_stream_%s %" PRIu64 "\n", name, value);
}

static void
by_kind(struct buf *b, const char *name, const char *type, const char *help,
    const uint64_t value[STREAM_KINDS])
{
	head(b, name, type, help);
	for (size_t i = 0; i < STREAM_KINDS; i++)
		buf_addf(b, "vitals_stream_%s{kind=\"%s\"} %" PRIu64 "\n", name,
		    stream_transport[i].name, value[i]);
}

/* ${label} is "" or a label followed by a comma. */
static void
histogram(struct buf *b, const char *name, const char *label,
    const struct stream_histogram *h)
{
	uint64_t sum = 0;
	int n = (int)strlen(label);

	for (size_t i = 0; i < STREAM_BUCKETS; i++) {
		sum += h->bucket[i];
		buf_addf(b,
		    "vitals_stream_%s_bucket{%sle=\"%g\"} %" PRIu64 "\n", name,
		    label, stream_bucket[i], sum);
	}
	buf_addf(b, "vitals_stream_%s_bucket{%sle=\"+Inf\"} %" PRIu64 "\n",
	    name, label, h->count);
	/* Without the comma. */
	buf_addf(b, "vitals_stream_%s_sum{%.*s} %.15g\n", name,
	    n > 0 ? n - 1 : 0, label, h->sum);
	buf_addf(b, "vitals_stream_%s_count{%.*s} %" PRIu64 "\n", name,
	    n > 0 ? n - 1 : 0, label, h->count);
}

static void
put_histograms(const struct stream *st, struct buf *b)
{
	head(b, "arrival_seconds", "histogram",
	    "From an event's time to its arrival.");
	histogram(b, "arrival_seconds", "", &st->arrival);
	head(b, "delivery_seconds", "histogram",
	    "From a line's arrival to its sending to one client.");
	for (size_t i = 0; i < STREAM_POLL; i++) {
		char label[32];

		snprintf(label, sizeof(label), "kind=\"%s\",",
		    stream_transport[i].name);
		histogram(b, "delivery_seconds", label, &st->delivery[i]);
	}
	head(b, "acknowledged_seconds", "histogram",
	    "From a line's sending to its acknowledgement.");
	histogram(b, "acknowledged_seconds", "", &st->acked);
	head(b, "connection_seconds", "histogram",
	    "How long clients were connected.");
	histogram(b, "connection_seconds", "", &st->lasted);
}

/* Append the client that is furthest behind, and by how many lines. */
static void
put_slowest(const struct stream *st, struct buf *b)
{
	uint64_t last = history_last(st->options.history), most = 0;
	const struct stream_client *slowest = NULL;

	for (const struct stream_client *c = st->first; c; c = c->next) {
		uint64_t behind =
		    c->cursor.foreign ? 0 : last - c->cursor.after;

		if (c->kind != STREAM_POLL && behind > most) {
			most = behind;
			slowest = c;
		}
	}
	head(b, "lag_lines", "gauge",
	    "Lines that the slowest client is behind.");
	buf_addf(b, "vitals_stream_lag_lines %" PRIu64 "\n", most);
	head(b, "slowest_client", "gauge",
	    "The client that is behind the most, and lines it was not sent.");
	if (slowest != NULL)
		buf_addf(b,
		    "vitals_stream_slowest_client{client=\"%s\",kind=\"%s\"} "
		    "%" PRIu64 "\n",
		    slowest->peer, stream_transport[slowest->kind].name,
		    slowest->dropped);
}

void
stream_put_metrics(struct stream *st, struct buf *out)
{
	const struct history *h = st->options.history;
	uint64_t now[STREAM_KINDS];

	for (size_t i = 0; i < STREAM_KINDS; i++)
		now[i] = st->of_kind[i];
	number(out, "lines_total", "counter", "Lines of the input.",
	    st->count.lines);
	number(out, "bad_lines_total", "counter",
	    "Lines of the input that were refused.", st->count.bad);
	by_kind(out, "clients", "gauge", "Clients that are connected.", now);
	by_kind(out, "connections_total", "counter",
	    "Clients that connected, and polls.", st->connected);
	number(out, "refused_total", "counter", "Requests that were refused.",
	    st->count.refused);
	by_kind(out, "sent_total", "counter", "Lines sent.", st->sent);
	head(out, "dropped_total", "counter",
	    "Lines that clients were not sent.");
	buf_addf(out,
	    "vitals_stream_dropped_total{reason=\"lost\"} %" PRIu64 "\n"
	    "vitals_stream_dropped_total{reason=\"thinned\"} %" PRIu64 "\n",
	    st->lost, st->thinned);
	number(out, "slow_disconnects_total", "counter",
	    "Clients that were disconnected because they were slow.",
	    st->slow_ends);
	number(out, "history_lines", "gauge", "Lines held in memory.",
	    history_entries(h));
	number(
	    out, "history_bytes", "gauge", "Bytes of them.", history_bytes(h));
	put_slowest(st, out);
	put_histograms(st, out);
}
