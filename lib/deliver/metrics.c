#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deliver/internal.h"

const double deliver_bucket_bounds[DELIVER_BUCKETS] = {0.005, 0.01, 0.025, 0.05,
    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400};

void
deliver_observe(struct deliver_endpoint *e, double seconds)
{
	size_t i = 0;

	/* The event's clock may be ahead of ours. */
	if (seconds < 0)
		seconds = 0;
	while (i < DELIVER_BUCKETS && seconds > deliver_bucket_bounds[i])
		i++;
	e->bucket[i]++;
	e->latency_sum += seconds;
}

/* Append a label's value; escape backslash, quote and newline. */
static void
put_label(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			buf_add_byte(b, '\\');
		if (*text == '\n')
			buf_add_text(b, "\\n");
		else
			buf_add_byte(b, *text);
	}
}

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP vitals_post_%s %s\n# TYPE vitals_post_%s %s\n",
	    name, help, name, type);
}

static void
row(struct buf *b, const char *name, const struct deliver_endpoint *e,
    const char *more, double value)
{
	buf_addf(b, "vitals_post_%s{endpoint=\"", name);
	put_label(b, e->shown);
	buf_addf(b, "\"%s} %.15g\n", more, value);
}

struct family {
	const char *name, *type, *help;
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
    {"accepted_total", "counter", "Events taken, once for each endpoint.",
	value_accepted},
    {"delivered_total", "counter", "Events acknowledged with 2xx.",
	value_delivered},
    {"dead_total", "counter", "Events that became dead letters.", value_dead},
    {"expired_total", "counter", "Events given up after --give-up-after.",
	value_expired},
    {"attempts_total", "counter", "Requests made.", value_attempts},
    {"failed_attempts_total", "counter", "Requests without a 2xx answer.",
	value_failures},
    {"retries_total", "counter", "Attempts after an event's first.",
	value_retries},
    {"queue_events", "gauge", "Events accepted and not settled.",
	value_pending},
    {"in_flight_requests", "gauge", "Requests under way.", value_in_flight},
    {"oldest_event_age_seconds", "gauge",
	"Time since the oldest unsettled event was accepted.", value_age},
    {"endpoint_off", "gauge", "1: switched off by 410 or without consent.",
	value_off},
    {"circuit_open", "gauge", "1: the circuit breaker is open.", value_open},
};

static void
put_histogram(struct buf *b, const struct deliver_endpoint *e)
{
	uint64_t sum = 0;
	char label[48];

	for (size_t i = 0; i < DELIVER_BUCKETS; i++) {
		sum += e->bucket[i];
		snprintf(label, sizeof(label), ",le=\"%g\"",
		    deliver_bucket_bounds[i]);
		row(b, "latency_seconds_bucket", e, label, (double)sum);
	}
	sum += e->bucket[DELIVER_BUCKETS];
	row(b, "latency_seconds_bucket", e, ",le=\"+Inf\"", (double)sum);
	row(b, "latency_seconds_sum", e, "", e->latency_sum);
	row(b, "latency_seconds_count", e, "", (double)sum);
}

static void
compose(const struct deliver *d, struct buf *b)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct family *f = &families[i];

		head(b, f->name, f->type, f->help);
		for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
		     e = e->next)
			row(b, f->name, e, "", f->value(d, e));
	}
	head(b, "latency_seconds", "histogram",
	    "From a live event's time, else its acceptance, to the 2xx.");
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next)
		put_histogram(b, e);
}

static int
write_whole(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -1;
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int errnum = errno;

			close(fd);
			errno = errnum;
			return -1;
		}
		text.p += n;
		text.n -= (size_t)n;
	}
	return close(fd);
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
	struct buf text, temporary;
	int rc = 0;

	if (path == NULL)
		return 0;
	find_oldest(d);
	buf_init(&text);
	buf_init(&temporary);
	buf_addf(&temporary, "%s.new", path);
	compose(d, &text);
	if (buf_failed(&text) || buf_string(&temporary) == NULL)
		rc = err_set(err, "%s: out of memory", path);
	else if (write_whole(temporary.data, buf_span(&text)) != 0 ||
	    rename(temporary.data, path) != 0) {
		rc = err_sys(err, errno, "%s: write failed", path);
		unlink(temporary.data);
	}
	buf_release(&text);
	buf_release(&temporary);
	return rc;
}
