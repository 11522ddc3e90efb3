/* Metrics in the text format of Prometheus. */
#include <stdio.h>

#include "instant/instant.h"
#include "receive/private.h"

/* Return the age in seconds of the oldest line that is not written; 0 if there
 * is none. */
static double
oldest_age(const struct receive *r)
{
	int64_t age = 0;

	if (r->options.inbox != NULL) {
		int64_t since = inbox_oldest(r->options.inbox);

		age = since > 0 ? instant_now() - since : 0;
	} else if (r->writing.count > 0) {
		age = instant_monotonic() -
		    r->writing.item[r->writing.first].since;
	}
	return age > 0 ? (double)age / 1000 : 0;
}

static uint64_t
lines_waiting(const struct receive *r)
{
	return r->options.inbox != NULL ? inbox_waiting(r->options.inbox)
					: r->unprinted;
}

static void
put_requests(const struct receive *r, struct buf *out)
{
	static const char name[] = "vitals_receive_requests_total";
	char label[32];

	metrics_head(out, name, METRICS_COUNTER,
	    "Requests by the status of the answer.");
	for (int i = 0; i < RECEIVE_STATUSES; i++) {
		if (r->answered[i] == 0)
			continue;
		snprintf(label, sizeof(label), "status=\"%d\"", i + 100);
		metrics_count(out, name, label, r->answered[i]);
	}
}

void
receive_answer_metrics(struct receive *r, struct serve_request *request)
{
	const struct receive_counters *n = &r->counters;
	static const char latency[] = "vitals_receive_answer_seconds";
	const char *why;
	struct buf out;

	buf_init(&out);
	put_requests(r, &out);
	metrics_gauge(&out, "vitals_receive_connections",
	    "Connections that are open, with that of this request.",
	    (double)serve_connections(r->serve));
	metrics_counter(&out, "vitals_receive_failed_clients_total",
	    "Clients that failed before a request, such as in TLS.",
	    r->failed_clients);
	metrics_counter(&out, "vitals_receive_accepted_total",
	    "Payloads accepted for the first time.", n->accepted);
	metrics_counter(&out, "vitals_receive_duplicates_total",
	    "Payloads whose ID was known.", n->duplicates);
	metrics_counter(&out, "vitals_receive_lines_total",
	    "Lines written to the output.", n->printed);
	metrics_gauge(&out, "vitals_receive_waiting_lines",
	    "Lines accepted and not known to be written.",
	    (double)lines_waiting(r));
	metrics_gauge(&out, "vitals_receive_waiting_bytes",
	    "Bytes in memory that the reader of the output has not taken.",
	    (double)(serve_output_end(r->output) -
		serve_output_done(r->output)));
	metrics_gauge(&out, "vitals_receive_oldest_line_age_seconds",
	    "Time since the oldest waiting line was accepted.", oldest_age(r));
	metrics_gauge(&out, "vitals_receive_ready",
	    "1: payloads are accepted; 0: they are answered with 503.",
	    receive_has_room(r) && !r->broken && !r->audit_broken &&
		audit_has_room(r->options.audit) &&
		receive_claims_work(r, &why));
	if (receive_shares(r)) {
		metrics_gauge(&out, "vitals_receive_redis_up",
		    "1: Redis can be asked; 0: it is away.",
		    dedupe_shared_works(r->options.shared, &why));
		metrics_gauge(&out, "vitals_receive_undecided_requests",
		    "Requests that wait for Redis.", (double)r->claims);
	}
	metrics_head(&out, latency, METRICS_HISTOGRAM,
	    "From a complete request with a valid signature to its answer.");
	metrics_put_histogram(&out, latency, "", &r->latency);
	if (buf_failed(&out))
		serve_answer(request, 503, receive_retry_later,
		    SPAN_LIT("out of memory\n"));
	else
		serve_answer(request, 200, "Content-Type: " METRICS_TYPE "\r\n",
		    buf_span(&out));
	buf_release(&out);
}
