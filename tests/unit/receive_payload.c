/* Bodies: one payload, a JWE, or a batch of CloudEvents. */
#include "receive/payload.h"

#include "check.h"
#include "receive/receive.h"

static const struct {
	const char *text;
	enum receive_type type;
} type[] = {
    {"application/json", RECEIVE_TYPE_JSON},
    {"Application/JSON; charset=utf-8", RECEIVE_TYPE_JSON},
    {"application/cloudevents+json", RECEIVE_TYPE_JSON},
    {"application/fhir+json ;x", RECEIVE_TYPE_JSON},
    {"application/cloudevents-batch+json", RECEIVE_TYPE_BATCH},
    {"application/jose", RECEIVE_TYPE_JOSE},
    {"application/jose+json", RECEIVE_TYPE_JSON},
    {"", RECEIVE_TYPE_NONE},
    {"text/plain", RECEIVE_TYPE_NONE},
    {"text/x+json", RECEIVE_TYPE_NONE},
    {"application/+json", RECEIVE_TYPE_NONE},
    {"application/jsonx", RECEIVE_TYPE_NONE},
};

static void
types(void)
{
	char text[200];

	for (size_t i = 0; i < sizeof(type) / sizeof(*type); i++)
		CHECK(receive_type_of(span_of(type[i].text)) == type[i].type,
		    type[i].text);
	CHECK(receive_type_of((struct span){NULL, 0}) == RECEIVE_TYPE_NONE,
	    "no Content-Type");
	for (size_t n = 127; n <= 128; n++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, "application/", 12);
		memcpy(text + n - 5, "+json", 5);
		CHECK(receive_type_of((struct span){text, n}) ==
			(n < 128 ? RECEIVE_TYPE_JSON : RECEIVE_TYPE_NONE),
		    "at the limit, and one past it");
	}
}

#define EVENT(source, id) "{\"source\":\"" source "\",\"id\":\"" id "\"}"

static const struct {
	enum receive_type type;
	const char *body;
	size_t count;    /* 0: refused */
	const char *why; /* or the ID of the last item */
} row[] = {
    {RECEIVE_TYPE_JSON, " {\"a\":1}\r\n", 1, NULL},
    {RECEIVE_TYPE_JSON, "", 0, "byte 1: empty"},
    {RECEIVE_TYPE_JSON, "[]", 0, "not a JSON object"},
    {RECEIVE_TYPE_JSON, "{} {}", 0, "byte 4: more after the value"},
    {RECEIVE_TYPE_JOSE, "e30.k.aXY.Y3Q.dA", 1, NULL},
    {RECEIVE_TYPE_JOSE, "e30..aXY.Y3Q.dA", 1, NULL},
    {RECEIVE_TYPE_JOSE, "e30..aXY.Y3Q", 0, "not a compact JWE"},
    {RECEIVE_TYPE_JOSE, "e30..aXY.Y3Q.dA.x", 0, "not a compact JWE"},
    {RECEIVE_TYPE_JOSE, "....", 0, "not a compact JWE"},
    {RECEIVE_TYPE_JOSE, "e30..aXY.Y3Q.dA==", 0, "not a compact JWE"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "b") "]", 1, "a b"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "b") "," EVENT("/c", "d") "]", 2,
	"/c d"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("\\u0061", "b\\nc") "]", 1, "a b\nc"},
    {RECEIVE_TYPE_BATCH, "{}", 0, "a batch is a JSON array"},
    {RECEIVE_TYPE_BATCH, "[5]", 0, "not a JSON array of objects"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "b") "", 0,
	"not a JSON array of objects"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "b") "] x", 0,
	"not a JSON array of objects"},
    {RECEIVE_TYPE_BATCH, "[{\"id\":\"b\"}]", 0,
	"event 1 of the batch: no source"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "b") ",{\"source\":\"a\"}]", 0,
	"event 2 of the batch: no id"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a", "") "]", 0,
	"event 1 of the batch: no id"},
    {RECEIVE_TYPE_BATCH, "[" EVENT("a b", "c") "]", 0,
	"event 1 of the batch: source contains a blank"},
    {RECEIVE_TYPE_NONE, "{}", 0, "unsupported content type"},
};

static void
items(void)
{
	struct receive_items t;

	receive_items_init(&t);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct err err = {""};
		bool memory;
		int rc = receive_items_read(
		    &t, row[i].type, span_of(row[i].body), &memory, &err);

		CHECK((rc == 0) == (row[i].count > 0) && !memory, row[i].body);
		if (rc != 0)
			CHECK_TEXT(err.text, row[i].why, "says why");
		else if (row[i].why != NULL)
			CHECK(t.count == row[i].count &&
				span_is(t.item[t.count - 1].id, row[i].why),
			    "the event's own ID");
		else
			CHECK(t.count == 1 && t.item[0].id.p == NULL &&
				span_is(t.item[0].text, row[i].body),
			    "the unchanged body");
	}
	receive_items_release(&t);
}

/* The most events that a batch may have, and one more. */
static void
bound(void)
{
	struct receive_items t;
	struct buf b;

	receive_items_init(&t);
	buf_init(&b);
	buf_add_text(&b, "[" EVENT("a", "0"));
	for (int i = 1; i < RECEIVE_BATCH_MAX; i++)
		buf_addf(&b, "," EVENT("a", "%d"), i);
	for (int more = 0; more < 2; more++) {
		struct err err = {""};
		bool memory;

		if (more)
			b.data[b.len - 1] = ',';
		buf_add_text(&b, more ? EVENT("a", "x") "]" : "]");
		CHECK(receive_items_read(&t, RECEIVE_TYPE_BATCH, buf_span(&b),
			  &memory, &err) == (more ? -1 : 0),
		    more ? "one too many" : "a full batch");
		CHECK_TEXT(err.text,
		    more ? "more than 10000 events in a batch" : "", "why");
		if (!more)
			CHECK(span_is(t.item[9999].id, "a 9999"),
			    "the ID of the last one");
	}
	buf_release(&b);
	receive_items_release(&t);
}

static void
lines(void)
{
	struct buf b;

	buf_init(&b);
	buf_add_text(&b, "before\n");
	receive_add_line(&b, SPAN_LIT("{\r\n \"a\":\n1}"));
	CHECK(span_is(buf_span(&b), "before\n{   \"a\": 1}"), "one line");
	buf_release(&b);
}

int
main(void)
{
	types();
	items();
	bound();
	lines();
	return check_done();
}
