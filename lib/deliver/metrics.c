#include <errno.h>
#include <stdio.h>

#include "compat/replace.h"
#include "deliver/internal.h"

static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
    2.5, 5, 10, 30, 60, 300, 3600, 86400};

void
deliver_metrics_init(struct deliver_endpoint *e)
{
	e->latency.bound = bounds;
	e->latency.bounds = sizeof(bounds) / sizeof(bounds[0]);
}

/* Set ${labels} to those of ${e}. */
static const char *
labels_of(const struct deliver_endpoint *e, struct buf *labels)
{
	const char *text;

	buf_clear(labels);
	buf_add_text(labels, "endpoint=\"");
	metrics_put_value(labels, e->shown);
	buf_add_byte(labels, '"');
	text = buf_string(labels);
	return text != NULL ? text : "";
}

struct family {
	const char *name;
	enum metrics_type type;
	const char *help;
	double (*value)(
	    const struct deliver *d, const struct deliver_endpoint *e);
};

#define COUNTER(member)                                                \
	static double value_##member(                                  \
	    const struct deliver *d, const struct deliver_endpoint *e) \
	{                                                              \
		(void)d;                                               \
		return (double)e->member;                              \
	}
COUNTER(accepted)
COUNTER(delivered)
COUNTER(dead)
COUNTER(expired)
COUNTER(attempts)
COUNTER(retries)
COUNTER(failures)

static double
value_in_flight(const struct deliver *d, const struct deliver_endpoint *e)
{
	(void)d;
	return (double)e->queue.in_flight;
}

static double
value_pending(const struct deliver *d, const struct deliver_endpoint *e)
{
	(void)d;
	return (double)e->kept.pending;
}

static double
value_off(const struct deliver *d, const struct deliver_endpoint *e)
{
	(void)d;
	return e->queue.off ? 1 : 0;
}

static double
value_open(const struct deliver *d, const struct deliver_endpoint *e)
{
	(void)d;
	return e->queue.breaker.open ? 1 : 0;
}

static double
value_age(const struct deliver *d, const struct deliver_endpoint *e)
{
	return e->oldest_accepted > 0
	    ? (double)(d->schedule.wall - e->oldest_accepted) / 1000
	    : 0;
}

static const struct family families[] = {
    {"vitals_post_accepted_total", METRICS_COUNTER,
	"Events taken, once for each endpoint.", value_accepted},
    {"vitals_post_delivered_total", METRICS_COUNTER,
	"Events acknowledged with 2xx.", value_delivered},
    {"vitals_post_dead_total", METRICS_COUNTER,
	"Events that became dead letters.", value_dead},
    {"vitals_post_expired_total", METRICS_COUNTER,
	"Events given up after --give-up-after.", value_expired},
    {"vitals_post_attempts_total", METRICS_COUNTER, "Requests made.",
	value_attempts},
    {"vitals_post_failed_attempts_total", METRICS_COUNTER,
	"Requests without a 2xx answer.", value_failures},
    {"vitals_post_retries_total", METRICS_COUNTER,
	"Attempts after an event's first.", value_retries},
    {"vitals_post_queue_events", METRICS_GAUGE,
	"Events accepted and not settled.", value_pending},
    {"vitals_post_in_flight_requests", METRICS_GAUGE, "Requests under way.",
	value_in_flight},
    {"vitals_post_oldest_event_age_seconds", METRICS_GAUGE,
	"Time since the oldest unsettled event was accepted.", value_age},
    {"vitals_post_endpoint_off", METRICS_GAUGE,
	"1: switched off by 410 or without consent.", value_off},
    {"vitals_post_circuit_open", METRICS_GAUGE,
	"1: the circuit breaker is open.", value_open},
};

/* Append the samples of ${f}, or the histograms with NULL, of all endpoints. */
static void
put_samples(const struct deliver *d, struct buf *out, const struct family *f,
    const char *name)
{
	struct buf labels;

	buf_init(&labels);
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next) {
		const char *text = labels_of(e, &labels);

		if (f != NULL)
			metrics_real(out, name, text, f->value(d, e));
		else
			metrics_put_histogram(out, name, text, &e->latency);
		if (buf_failed(&labels))
			out->failed = true;
	}
	buf_release(&labels);
}

static void
compose(const struct deliver *d, struct buf *b)
{
	static const char latency[] = "vitals_post_latency_seconds";

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct family *f = &families[i];

		metrics_head(b, f->name, f->type, f->help);
		put_samples(d, b, f, f->name);
	}
	metrics_head(b, latency, METRICS_HISTOGRAM,
	    "From a live event's time, else its acceptance, to the 2xx.");
	put_samples(d, b, NULL, latency);
}

/* Find out when the oldest event of each endpoint was accepted. */
static void
find_oldest(struct deliver *d)
{
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		const struct schedule_entry *first = e->queue.oldest;

		e->oldest_accepted = store_oldest(d->store, &e->kept);
		/* Those in memory are in order of acceptance. */
		if (first != NULL &&
		    (e->oldest_accepted == 0 ||
			first->delivery.event->accepted < e->oldest_accepted))
			e->oldest_accepted = first->delivery.event->accepted;
	}
}

int
deliver_write_metrics(struct deliver *d, struct err *err)
{
	const char *path = d->out->metrics;
	struct buf text;
	int rc = 0;

	if (path == NULL)
		return 0;
	find_oldest(d);
	buf_init(&text);
	compose(d, &text);
	if (buf_failed(&text))
		rc = err_set(err, "%s: out of memory", path);
	else if (compat_replace(path, text.data, text.len, 0644, false) != 0)
		rc = err_sys(err, errno, "%s: write failed", path);
	buf_release(&text);
	return rc;
}
