/* Counting lines. */
#include "stats/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compat/random.h"
#include "diag/plural.h"
#include "instant/instant.h"
#include "stats/private.h"

#define OTHERS "(others)"

/* An event at an endpoint that is not settled. */
struct open {
	struct hash_node node;
	struct stats_row *row; /* of its first attempt */
	char key[];
};

struct endpoint {
	struct hash_node node;
	size_t index;
};

struct stats *
stats_new(const struct stats_options *options)
{
	struct stats *s = calloc(1, sizeof(*s));
	uint64_t seed;

	if (s == NULL)
		return NULL;
	if (compat_random(&seed, sizeof(seed)) != 0) {
		free(s);
		return NULL;
	}
	s->endpoints.seed = s->rows.seed = s->unsettled.seed = seed;
	s->options = *options;
	json_index_init(&s->index);
	buf_init(&s->key);
	return s;
}

/* Call ${drop} with each node of ${t}, and release it. */
static void
empty(struct hash_table *t, void (*drop)(struct hash_node *n))
{
	for (size_t i = 0; i < t->buckets; i++) {
		struct hash_node *next;

		for (struct hash_node *n = t->bucket[i]; n != NULL; n = next) {
			next = n->chain;
			drop(n);
		}
	}
	hash_table_release(t);
}

static void
drop_node(struct hash_node *n)
{
	free(n); /* the first member of what was allocated */
}

static void
count_unsettled(struct hash_node *n)
{
	((struct open *)(void *)n)->row->unsettled++;
	free(n);
}

void
stats_free(struct stats *s)
{
	if (s == NULL)
		return;
	empty(&s->unsettled, drop_node);
	empty(&s->endpoints, drop_node);
	hash_table_release(&s->rows);
	for (size_t i = 0; i < s->count; i++) {
		stats_sketch_release(&s->row[i]->latency);
		free(s->row[i]);
	}
	for (size_t i = 0; i < s->names; i++)
		free(s->name[i]);
	stats_sketch_release(&s->total.latency);
	json_index_release(&s->index);
	buf_release(&s->key);
	free(s);
}

void
stats_end(struct stats *s)
{
	uint64_t n = s->unsettled.count;

	empty(&s->unsettled, count_unsettled);
	s->total.unsettled = n;
}

/* ---- Members ------------------------------------------------------------ */

/* The inside of the string member ${key}, still escaped; p NULL if it is not a
 * string that is not empty. */
static struct span
text_of(const struct stats *s, const char *key)
{
	const struct json_member *m = json_index_find(&s->index, key);

	if (m == NULL || m->type != JSON_STRING || m->value.n == 2)
		return (struct span){NULL, 0};
	return json_inside(m->value);
}

static int
time_of(const struct stats *s, int64_t *time)
{
	struct span text = text_of(s, "time");

	return text.p != NULL ? instant_parse(text, time) : -1;
}

/* ---- Rows --------------------------------------------------------------- */

static int
add_endpoint(struct stats *s, struct span name, size_t *index)
{
	struct endpoint *e = calloc(1, sizeof(*e));
	struct buf text;

	buf_init(&text);
	json_unescape(name, &text);
	s->name[s->names] = buf_string(&text);
	if (e == NULL || s->name[s->names] == NULL) {
		buf_release(&text);
		free(e);
		return -1;
	}
	*index = e->index = s->names;
	e->node.key = span_of(s->name[s->names++]);
	if (hash_table_put(&s->endpoints, &e->node) == 0)
		return 0;
	free(e);
	return -1;
}

static int
find_endpoint(struct stats *s, struct span name, size_t *index)
{
	struct hash_node *n;

	buf_clear(&s->key);
	json_unescape(name, &s->key);
	if (buf_failed(&s->key))
		return -1;
	n = hash_table_find(&s->endpoints, buf_span(&s->key));
	if (n == NULL && s->names >= STATS_ENDPOINTS_MAX) {
		name = SPAN_LIT(OTHERS);
		n = hash_table_find(&s->endpoints, name);
	}
	if (n == NULL)
		return add_endpoint(s, name, index);
	*index = ((struct endpoint *)(void *)n)->index;
	return 0;
}

static struct stats_row *
add_row(struct stats *s, size_t endpoint, int64_t period)
{
	struct stats_row *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->key.endpoint = endpoint;
	r->key.period = period;
	r->node.key = (struct span){(const char *)&r->key, sizeof(r->key)};
	if (hash_table_put(&s->rows, &r->node) != 0) {
		free(r);
		return NULL;
	}
	s->row[s->count++] = r;
	return r;
}

static struct stats_row *
find_row(struct stats *s, size_t endpoint, int64_t time, struct err *err)
{
	struct stats_row want = {.key.endpoint = endpoint}, *r;
	struct hash_node *n;

	if (s->options.every > 0)
		want.key.period = (time - INSTANT_MIN) / s->options.every;
	n = hash_table_find(
	    &s->rows, (struct span){(const char *)&want.key, sizeof(want.key)});
	if (n != NULL) {
		r = (struct stats_row *)(void *)n;
	} else if (s->count == STATS_ROWS_MAX) {
		err_set(err,
		    "more than %d rows of endpoints and periods: use longer "
		    "periods",
		    STATS_ROWS_MAX);
		return NULL;
	} else {
		r = add_row(s, endpoint, want.key.period);
		if (r == NULL) {
			err_set(err, "out of memory");
			return NULL;
		}
		r->from = r->to = time;
	}
	if (s->total.to == 0)
		s->total.from = s->total.to = time;
	if (time > r->to)
		r->to = time;
	if (time > s->total.to)
		s->total.to = time;
	return r;
}

/* ---- Attempts ----------------------------------------------------------- */

/* The key of the event ${id} at ${endpoint}. */
static struct span
key_of(struct stats *s, uint64_t endpoint, struct span id)
{
	buf_clear(&s->key);
	buf_add(&s->key, &endpoint, sizeof(endpoint));
	buf_add_span(&s->key, id);
	return buf_span(&s->key);
}

/* The event ${id} was sent. */
static int
open_event(
    struct stats *s, struct stats_row *r, struct span id, struct err *err)
{
	struct span key = key_of(s, r->key.endpoint, id);
	struct open *o;

	if (buf_failed(&s->key))
		return err_set(err, "out of memory");
	if (hash_table_find(&s->unsettled, key) != NULL)
		return 0;
	if (s->unsettled.count == STATS_UNSETTLED_MAX)
		return err_set(err,
		    "more than %d events are unsettled at the same time",
		    STATS_UNSETTLED_MAX);
	o = malloc(sizeof(*o) + key.n);
	if (o == NULL)
		return err_set(err, "out of memory");
	memcpy(o->key, key.p, key.n);
	o->node.key = (struct span){o->key, key.n};
	o->row = r;
	if (hash_table_put(&s->unsettled, &o->node) == 0)
		return 0;
	free(o);
	return err_set(err, "out of memory");
}

/* Open all events of the array ${batch}, which was checked. */
static int
open_batch(
    struct stats *s, struct stats_row *r, struct span batch, struct err *err)
{
	struct json_scan scan;
	enum json_token t;
	int rc = 0;

	json_scan_init(&scan);
	json_scan_start(&scan, batch);
	json_scan_next(&scan);
	while (rc == 0 && (t = json_scan_next(&scan)) != JSON_ARRAY_END &&
	    t != JSON_ERROR && t != JSON_END)
		if (t == JSON_STRING)
			rc = open_event(s, r, scan.span, err);
	json_scan_release(&scan);
	return rc;
}

/* Is the member ${key} a status or a reply of 2xx? */
static bool
is_success(const struct stats *s, const char *key)
{
	const struct json_member *m = json_index_find(&s->index, key);
	int64_t code;

	return m != NULL && m->type == JSON_NUMBER &&
	    json_integer(m->value, 200, 299, &code) == 0;
}

static enum verdict
take_attempt(struct stats *s, struct stats_row *r, struct err *err)
{
	const struct json_member *batch = json_index_find(&s->index, "batch");
	struct span id = text_of(s, "id");
	int rc;

	if (id.p == NULL) {
		err_set(err, "an attempt without an ID");
		return VERDICT_BAD;
	}
	r->attempts++;
	s->total.attempts++;
	if (!is_success(s, "httpStatus") && !is_success(s, "smtpStatus")) {
		r->failed++;
		s->total.failed++;
	}
	rc = batch != NULL && batch->type == JSON_ARRAY
	    ? open_batch(s, r, batch->value, err)
	    : open_event(s, r, id, err);
	return rc == 0 ? VERDICT_GOOD : VERDICT_SYSTEM;
}

/* ---- Outcomes ----------------------------------------------------------- */

static void
close_event(struct stats *s, uint64_t endpoint, struct span id)
{
	struct hash_node *n =
	    hash_table_find(&s->unsettled, key_of(s, endpoint, id));

	if (n == NULL)
		return;
	hash_table_remove(&s->unsettled, n);
	free(n);
}

static int
count_delivered(const struct stats *s, struct stats_row *r, double latency)
{
	r->delivered++;
	if (s->options.within < 0 ||
	    latency * 1000 <= (double)s->options.within + 0.5)
		r->in_time++;
	return stats_sketch_add(&r->latency, latency);
}

static enum verdict
take_settled(struct stats *s, struct stats_row *r, struct err *err)
{
	const struct json_member *latency =
	    json_index_find(&s->index, "latencySeconds");
	struct span id = text_of(s, "id"), status = text_of(s, "status");
	double seconds;

	if (id.p == NULL || status.p == NULL || latency == NULL ||
	    latency->type != JSON_NUMBER ||
	    json_number(latency->value, &seconds) != 0) {
		err_set(err, "an outcome without its ID, status or latency");
		return VERDICT_BAD;
	}
	close_event(s, r->key.endpoint, id);
	if (span_is(status, "delivered")) {
		if (count_delivered(s, r, seconds) == 0 &&
		    count_delivered(s, &s->total, seconds) == 0)
			return VERDICT_GOOD;
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	if (span_is(status, "expired")) {
		r->expired++;
		s->total.expired++;
	} else {
		r->dead++;
		s->total.dead++;
	}
	return VERDICT_GOOD;
}

enum verdict
stats_take(struct stats *s, struct span line, struct err *err)
{
	struct span record, endpoint;
	struct stats_row *r;
	bool attempt;
	size_t index;
	int64_t time;

	if (json_index_read(&s->index, line, err) != 0)
		return VERDICT_BAD;
	record = text_of(s, "record");
	attempt = span_is(record, "attempt");
	if (!attempt && !span_is(record, "settled"))
		return VERDICT_GOOD;
	endpoint = text_of(s, "endpoint");
	if (endpoint.p == NULL || time_of(s, &time) != 0) {
		err_set(err, "has no endpoint or no time");
		return VERDICT_BAD;
	}
	if (find_endpoint(s, endpoint, &index) != 0) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	r = find_row(s, index, time, err);
	if (r == NULL)
		return VERDICT_SYSTEM;
	return attempt ? take_attempt(s, r, err) : take_settled(s, r, err);
}

bool
stats_is_met(const struct stats *s, struct err *err)
{
	uint64_t events = stats_events(&s->total);
	uint64_t late = events - s->total.in_time;
	uint64_t allowed =
	    events * (uint64_t)(STATS_PARTS - s->options.wanted) / STATS_PARTS;

	if (events == 0)
		err_set(err, "there are no events");
	else if (late > allowed)
		err_set(err,
		    "%.4f%% of %" PRIu64 " event%s: %" PRIu64
		    " %s late or not delivered, %" PRIu64 " may be",
		    100 * (double)s->total.in_time / (double)events, events,
		    diag_plural(events), late, late == 1 ? "is" : "are",
		    allowed);
	return events > 0 && late <= allowed;
}
