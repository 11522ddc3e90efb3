/* Writing the rows: lines for programs, a table for people. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf/plain.h"
#include "instant/instant.h"
#include "stats/private.h"

/* The columns of the table that an endpoint may take. */
#define NAME_WIDTH_MAX 48

static const struct {
	const char *name;
	double q;
} quantile[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}};

/* ---- The rows in order -------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct stats_row *p = *(struct stats_row *const *)a;
	const struct stats_row *q = *(struct stats_row *const *)b;

	if (p->key.period != q->key.period)
		return p->key.period < q->key.period ? -1 : 1;
	return p->key.endpoint < q->key.endpoint
	    ? -1
	    : p->key.endpoint > q->key.endpoint;
}

/* The time at which the period of ${r} begins, or its first line. */
static int64_t
start_of(const struct stats *s, const struct stats_row *r)
{
	if (s->options.every == 0 || r == &s->total)
		return r->from;
	return r->key.period * s->options.every + INSTANT_MIN;
}

static int64_t
end_of(const struct stats *s, const struct stats_row *r)
{
	if (s->options.every == 0 || r == &s->total)
		return r->to;
	return start_of(s, r) + s->options.every;
}

static double
share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? (double)NAN : (double)part / (double)whole;
}

/* ---- Lines -------------------------------------------------------------- */

static void
put_count(struct json_writer *w, const char *key, uint64_t value)
{
	json_key(w, key);
	json_put_integer(w, (int64_t)value);
}

static void
put_real(struct json_writer *w, const char *key, double value, int digits)
{
	json_key(w, key);
	json_put_real(w, value, digits);
}

static void
put_row(const struct stats *s, const struct stats_row *r, struct buf *out)
{
	uint64_t events = stats_events(r);
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "stats");
	json_key(&w, "endpoint");
	if (r == &s->total)
		json_put_null(&w);
	else
		json_put_text(&w, s->name[r->key.endpoint]);
	instant_put(&w, "from", start_of(s, r));
	instant_put(&w, "to", end_of(s, r));
	put_count(&w, "events", events);
	put_count(&w, "delivered", r->delivered);
	put_count(&w, "dead", r->dead);
	put_count(&w, "expired", r->expired);
	put_count(&w, "unsettled", r->unsettled);
	put_real(&w, "successRate", share(r->delivered, events), 6);
	if (s->options.within >= 0) {
		put_count(&w, "inTime", r->in_time);
		put_real(&w, "inTimeRate", share(r->in_time, events), 6);
	}
	put_count(&w, "attempts", r->attempts);
	put_count(&w, "failedAttempts", r->failed);
	json_key(&w, "latencySeconds");
	json_object_begin(&w);
	for (size_t i = 0; i < sizeof(quantile) / sizeof(quantile[0]); i++)
		put_real(&w, quantile[i].name,
		    stats_sketch_quantile(&r->latency, quantile[i].q), 3);
	put_real(
	    &w, "max", r->latency.count > 0 ? r->latency.max : (double)NAN, 3);
	json_object_end(&w);
	json_object_end(&w);
}

/* ---- Table -------------------------------------------------------------- */

/* Append ${name} in ${width} columns: plain, and with its end if it is too long,
 * because that distinguishes URLs. */
static void
put_name(struct buf *out, const char *name, size_t width)
{
	struct span text = span_of(name);
	size_t columns = 0;

	if (text.n > width) {
		name += text.n - width + 3;
		while ((*name & 0xc0) == 0x80)
			name++;
		buf_add_text(out, "...");
		columns = 3;
		text = span_of(name);
	}
	plain_put(out, text);
	for (; text.n > 0; columns++)
		plain_next(&text);
	for (; columns < width; columns++)
		buf_add_byte(out, ' ');
}

static void
put_seconds(struct buf *out, double seconds)
{
	if (isnan(seconds))
		buf_addf(out, " %9s", "-");
	else
		buf_addf(out, " %9.3f", seconds);
}

static void
put_share(struct buf *out, double value)
{
	if (isnan(value))
		buf_addf(out, " %9s", "-");
	else
		buf_addf(out, " %8.4f%%", 100 * value);
}

static void
put_table_row(const struct stats *s, const struct stats_row *r, size_t width,
    struct buf *out)
{
	bool total = r == &s->total;
	uint64_t events = stats_events(r);
	char text[INSTANT_TEXT_MAX];

	instant_format(start_of(s, r), text);
	text[16] = 'Z';
	buf_addf(out, "%-17.17s ", total && events == 0 ? "-" : text);
	put_name(out, total ? "all" : s->name[r->key.endpoint], width);
	buf_addf(out, " %9llu", (unsigned long long)events);
	put_share(out, share(r->delivered, events));
	if (s->options.within >= 0)
		put_share(out, share(r->in_time, events));
	buf_addf(out, " %7llu %7llu %7llu %9llu", (unsigned long long)r->dead,
	    (unsigned long long)r->expired, (unsigned long long)r->unsettled,
	    (unsigned long long)r->attempts);
	put_seconds(out, stats_sketch_quantile(&r->latency, 0.5));
	put_seconds(out, stats_sketch_quantile(&r->latency, 0.95));
	put_seconds(out, stats_sketch_quantile(&r->latency, 0.99));
	put_seconds(out, r->latency.count > 0 ? r->latency.max : (double)NAN);
}

static void
put_heading(const struct stats *s, size_t width, struct buf *out)
{
	buf_addf(out, "%-17s ", "from");
	put_name(out, "endpoint", width);
	buf_addf(out, " %9s %9s", "events", "delivered");
	if (s->options.within >= 0)
		buf_addf(out, " %9s", "in time");
	buf_addf(out, " %7s %7s %7s %9s %9s %9s %9s %9s", "dead", "expired",
	    "open", "attempts", "p50 s", "p95 s", "p99 s", "max s");
}

/* The width of the column of endpoints. */
static size_t
width_of(const struct stats *s)
{
	size_t width = sizeof("endpoint") - 1;

	for (size_t i = 0; i < s->names; i++)
		if (strlen(s->name[i]) > width)
			width = strlen(s->name[i]);
	return width < NAME_WIDTH_MAX ? width : NAME_WIDTH_MAX;
}

int
stats_put(struct stats *s, bool table, struct ndjson_writer *out)
{
	size_t width = width_of(s);

	if (s->count > 0)
		qsort(s->row, s->count, sizeof(struct stats_row *), compare);
	if (table) {
		put_heading(s, width, ndjson_record(out));
		if (ndjson_commit(out) != 0)
			return -1;
	}
	for (size_t i = 0; i <= s->count; i++) {
		const struct stats_row *r =
		    i < s->count ? s->row[i] : &s->total;

		if (table)
			put_table_row(s, r, width, ndjson_record(out));
		else
			put_row(s, r, ndjson_record(out));
		if (ndjson_commit(out) != 0)
			return -1;
	}
	return 0;
}
