/* Health, and metrics in the Prometheus text format. */
#include <inttypes.h>

#include "hubserver/private.h"

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP vitals_hub_%s %s\n# TYPE vitals_hub_%s %s\n", name,
	    help, name, type);
}

static void
number(struct buf *b, const char *name, const char *type, const char *help,
    uint64_t value)
{
	head(b, name, type, help);
	buf_addf(b, "vitals_hub_%s %" PRIu64 "\n", name, value);
}

/* What the hub has. */
static void
put_hub(struct hubserver *hs, struct buf *b)
{
	struct hub_counts counts;

	hub_count(hs->hub, &counts);
	head(b, "subscriptions", "gauge", "Subscriptions.");
	for (size_t i = 0; i <= FHIR_OFF; i++)
		buf_addf(b, "vitals_hub_subscriptions{status=\"%s\"} %zu\n",
		    fhir_notify_status_code((enum fhir_notify_status)i),
		    counts.subscriptions[i]);
	number(b, "observations", "gauge", "Observations that are kept.",
	    counts.observations);
	number(b, "observation_bytes", "gauge", "Bytes of them.", counts.bytes);
	number(b, "observations_total", "counter", "Observations taken.",
	    counts.taken);
	number(b, "events_total", "counter", "Events of Subscriptions.",
	    counts.events);
	number(b, "unsettled", "gauge",
	    "Notifications whose delivery is not confirmed.", counts.unsettled);
}

void
hubserver_metrics(struct hubserver_call *c)
{
	struct hubserver *hs = c->server;
	const struct hubserver_counters *n = &hs->count;
	struct buf *b = &c->body;

	put_hub(hs, b);
	number(b, "lines_total", "counter", "Lines of the input.", n->lines);
	number(b, "bad_lines_total", "counter",
	    "Lines of the input that were refused.", n->bad);
	number(b, "requests_total", "counter", "Requests.", n->requests);
	number(b, "refused_total", "counter", "Requests that were refused.",
	    n->refused);
	number(b, "websockets", "gauge", "WebSockets that are connected.",
	    hs->sockets);
	number(b, "messages_total", "counter",
	    "Notifications written to standard output.", n->messages);
	number(b, "receipts_total", "counter", "Receipts.", n->receipts);
	number(b, "bad_receipts_total", "counter",
	    "Receipts that cannot be read.", n->bad_receipts);
	number(b, "unknown_receipts_total", "counter",
	    "Receipts that nothing waits for.", n->unknown_receipts);
	number(b, "undelivered_total", "counter",
	    "Notifications that could not be delivered.", n->undelivered);
	number(b, "websocket_sent_total", "counter",
	    "Notifications sent on WebSockets.", n->sent);
	number(b, "websocket_missed_total", "counter",
	    "Notifications for which no WebSocket was connected.", n->missed);
	hubserver_answer_text(c, "text/plain; version=0.0.4");
}

void
hubserver_health(struct hubserver_call *c)
{
	buf_add_text(&c->body, "ok\n");
	hubserver_answer_text(c, "text/plain; charset=utf-8");
}
