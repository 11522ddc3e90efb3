/* What a line asks to be sent, and how it comes back out of a dead letter. */
#include "outgoing/event.h"

#include "check.h"
#include "outgoing/dead_letter.h"

#define NOW INT64_C(1795415610000)

static struct outgoing_reader r;
static struct err err;

static struct outgoing_event *
read_line(const char *line)
{
	return outgoing_event_read(&r, span_of(line), NOW, &err);
}

/* What stands in a member that the line gives the event: its own text. */
static bool
is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static void
kinds(void)
{
	static const char event[] = "{\"schemaVersion\":\"1.0\",\"id\":\"e-1\","
				    "\"type\":\"vitals.sample\","
				    "\"time\":\"2026-11-23T06:33:30.120Z\","
				    "\"session\":{\"id\":\"s-1\"},\"v\":1.50}";
	struct outgoing_event *e = read_line(event), *other;

	CHECK(e != NULL && is(e->line, event) && is(e->body, event) &&
		is(e->id, "e-1") && is(e->type, "vitals.sample") &&
		is(e->session, "s-1") &&
		is(e->content_type, "application/json"),
	    "an event is its own body");
	CHECK(e != NULL && e->time == INT64_C(1795415610120) &&
		e->accepted == NOW && e->endpoint.n == 0 && e->headers == 0 &&
		!e->cloudevent && !e->replayed,
	    "it has its own time");
	outgoing_event_unref(e);

	e = read_line("{\"id\":\"m-1\",\"timestamp\":1795415610,"
		      "\"contentType\":\"text/x\",\"signature\":\"v1,abc\","
		      "\"payload\":\"{\\\"session\\\":{\\\"id\\\":\\\"s-2\\\"},"
		      "\\\"type\\\":\\\"t\\\"}\"}");
	CHECK(e != NULL &&
		is(e->body, "{\"session\":{\"id\":\"s-2\"},\"type\":\"t\"}") &&
		is(e->id, "m-1") && is(e->signature, "v1,abc") &&
		e->timestamp == 1795415610 && is(e->content_type, "text/x"),
	    "a message carries its body and its signature");
	CHECK(e != NULL && is(e->session, "s-2") && is(e->type, "t"),
	    "and is of the session that the body names");
	outgoing_event_unref(e);

	e = read_line(
	    "{\"id\":\"b-1\",\"contentType\":\"application/json\",\"headers\":{"
	    "\"ce-id\":\"1\",\"X\":\"y\",\"CE-Type\":\"%41\","
	    "\"ce-source\":\"/s\",\"ce-specversion\":\"1.0\","
	    "\"ce-partitionkey\":\" p%20q \","
	    "\"ce-time\":\"2026-11-23T06:33:30.120Z\"},"
	    "\"payload\":\"{\\\"session\\\":{\\\"id\\\":\\\"s-2\\\"},"
	    "\\\"type\\\":\\\"t\\\"}\"}");
	CHECK(e != NULL && is(e->type, "A") && is(e->session, "p q") &&
		e->time == INT64_C(1795415610120) && !e->cloudevent,
	    "an event in binary mode is described by its attributes");
	CHECK(e != NULL && e->headers == 1 && is(e->header[0], "X: y") &&
		is(e->attributes,
		    "ce-id: 1\nce-type: %41\nce-source: /s\n"
		    "ce-specversion: 1.0\nce-partitionkey: p%20q\n"
		    "ce-time: 2026-11-23T06:33:30.120Z\n"),
	    "which are sent unchanged");
	outgoing_event_unref(e);

	e = read_line(
	    "{\"specversion\":\"1.0\",\"id\":\"c-1\",\"source\":\"/s\","
	    "\"type\":\"t\",\"partitionkey\":\"p\"}");
	CHECK(e != NULL && e->cloudevent && is(e->session, "p") &&
		is(e->content_type, "application/cloudevents+json"),
	    "a CloudEvent is of its partition key");
	outgoing_event_unref(e);

	e = read_line("{\"resourceType\":\"Observation\",\"id\":\"o-1\","
		      "\"subject\":{\"reference\":\"Patient/1\"},"
		      "\"endpoint\":\"https://h/\"}");
	CHECK(e != NULL && is(e->session, "Patient/1") &&
		is(e->type, "Observation") && e->endpoint.n == 0,
	    "a resource is of its subject, and names no endpoint of ours");
	outgoing_event_unref(e);

	e = read_line("{\"v\":1}");
	other = read_line("{\"v\":1}");
	CHECK(e != NULL && other != NULL && e->id.n > 0 &&
		e->id.n == other->id.n &&
		memcmp(e->id.p, other->id.p, e->id.n) == 0 && e->time == NOW,
	    "without an ID it gets one of its content");
	outgoing_event_unref(other);
	other = read_line("{\"v\":1.0}");
	CHECK(other != NULL && memcmp(e->id.p, other->id.p, e->id.n) != 0,
	    "which is another for other bytes");
	outgoing_event_unref(other);
	outgoing_event_unref(e);
}

static void
routes(void)
{
	struct outgoing_event *e = read_line(
	    "{ \"a\":1,\"endpoint\":\"https:\\/\\/h\\/p\",\"b\":1.50 ,"
	    "\"headers\":{\"X-A\":\"1\",\"X-B\":\"\\u00e9\"}}");
	char line[2000];
	size_t n;

	CHECK(e != NULL && is(e->endpoint, "https://h/p") && e->headers == 2 &&
		is(e->header[0], "X-A: 1") && is(e->header[1], "X-B: \xc3\xa9"),
	    "a line may say where it goes, and with which headers");
	CHECK(e != NULL && is(e->body, "{\"a\":1,\"b\":1.50}"),
	    "which are no part of the body");
	outgoing_event_unref(e);
	e = read_line(
	    "{\"endpoint\":\"my endpoint\",\"headers\":{\"Host\":\"x\"}}");
	CHECK(e != NULL && e->endpoint.n == 0 && e->headers == 0,
	    "what is no URL is none of our business");
	outgoing_event_unref(e);
	e = read_line("{\"a\":1,\"endpoint\":\"mailto:a@b.example\"}");
	CHECK(e != NULL && is(e->endpoint, "mailto:a@b.example") &&
		is(e->body, "{\"a\":1}"),
	    "an address of e-mail");
	outgoing_event_unref(e);
	CHECK(read_line(
		  "{\"endpoint\":\"http://h\",\"headers\":{\"Host\":\"x\"}}") ==
		NULL,
	    "a header that is not theirs to set");
	CHECK(read_line("{\"endpoint\":\"http://h\",\"headers\":{\"X\":1}}") ==
		NULL,
	    "a header that is no text");
	for (int most = OUTGOING_HEADERS_MAX; most <= OUTGOING_HEADERS_MAX + 1;
	     most++) {
		n = (size_t)snprintf(line, sizeof(line),
		    "{\"endpoint\":\"http://h\",\"headers\":{");
		for (int i = 0; i < most; i++)
			n += (size_t)snprintf(line + n, sizeof(line) - n,
			    "%s\"X-%d\":\"\"", i > 0 ? "," : "", i);
		snprintf(line + n, sizeof(line) - n, "}}");
		e = read_line(line);
		CHECK((e != NULL) == (most == OUTGOING_HEADERS_MAX),
		    "so many headers and no more");
		outgoing_event_unref(e);
	}
}

static void
letters(void)
{
	static const char *const lines[] = {"{\"id\":\"e-1\",\"v\":72.10}",
	    "{ \"id\" : \"e-1\" , \"v\" : 1 } ", "{}", "{ }", "{\r}\t\r",
	    " { \"a\" : 1.50 } ", "{\"a\":{\"deadLetter\":{}},\"b\":\"}\"}\t",
	    "{\"id\":\"e-1\",\"endpoint\":\"https://h/\"}"};
	struct outgoing_dead_letter l = {.endpoint = "https://h/\"x\"",
	    .reason = "HTTP 503",
	    .attempts = 5,
	    .last_status = 503,
	    .time = NOW};
	struct buf out;

	buf_init(&out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct outgoing_event *e = read_line(lines[i]), *again;

		buf_clear(&out);
		outgoing_dead_letter_write(&out, span_of(lines[i]), &l);
		again = outgoing_event_read(&r, buf_span(&out), NOW, &err);
		CHECK(e != NULL && again != NULL && again->replayed &&
			is(again->line, lines[i]),
		    lines[i]);
		CHECK(again != NULL &&
			is(again->dead_letter_endpoint, l.endpoint) &&
			again->id.n == e->id.n &&
			memcmp(again->id.p, e->id.p, e->id.n) == 0,
		    "from where, and under the same ID");
		outgoing_event_unref(e);
		outgoing_event_unref(again);
	}
	buf_release(&out);
	CHECK(read_line("{\"deadLetter\":{},\"a\":1}") == NULL,
	    "a letter that is not the last member");
	CHECK(read_line("{\"a\":1,\"deadLetter\":1}") == NULL, "or no object");
}

static void
holds(void)
{
	struct outgoing_event *e = read_line("{\"id\":\"e-1\"}");

	outgoing_event_ref(e);
	outgoing_event_unref(e);
	CHECK(e->refs == 1 && is(e->id, "e-1"), "held by two, dropped by one");
	outgoing_event_unref(e);
	outgoing_event_unref(NULL);
	CHECK(read_line("[1]") == NULL &&
		read_line("{\"a\":1,\"a\":2}") == NULL &&
		read_line("{\"a\":") == NULL && read_line("") == NULL,
	    "what is not an object");
}

int
main(void)
{
	outgoing_reader_init(&r);
	kinds();
	routes();
	letters();
	holds();
	outgoing_reader_release(&r);
	return check_done();
}
