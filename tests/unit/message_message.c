/* Message lines: reading, refusing and writing. */
#include "message/message.h"

#include "check.h"

#define ID "\"id\":\"msg_1\""

static struct message_reader r;

static void
reads(void)
{
	struct message m;
	struct err err = {""};

	CHECK(message_read(
		  &r, SPAN_LIT("{" ID ",\"payload\":\"{}\"}"), &m, &err) == 0 &&
		span_is(m.id, "msg_1") && span_is(m.payload, "{}") &&
		m.timestamp == 0 && m.content_type.n == 0 &&
		m.signature.n == 0 && m.headers.n == 0,
	    "the shortest message");
	CHECK(
	    message_read(&r,
		SPAN_LIT("{\"timestamp\":1614265330,\"contentType\":\"a\\/b\","
			 "\"signature\":\"v1,\\u0061\",\"headers\":{\"X\":"
			 "\"y\"},\"payload\":\"{\\\"a\\\":\\\"\\u00e9"
			 "\\uD83D\\uDE00\\\"}\"," ID "}"),
		&m, &err) == 0 &&
		span_is(m.id, "msg_1") && m.timestamp == 1614265330 &&
		span_is(m.content_type, "a/b") &&
		span_is(m.signature, "v1,a") &&
		span_is(m.headers, "{\"X\":\"y\"}") &&
		span_is(m.payload, "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\"}"),
	    "all members, escaped, in any order");
}

static const struct {
	const char *line, *why;
} bad[] = {
    {"", "byte 1: empty"},
    {"[]", "not a JSON object"},
    {"{\"payload\":\"\"}", "id: missing"},
    {"{\"id\":1,\"payload\":\"\"}", "id: is a number, not a string"},
    {"{\"id\":\"\",\"payload\":\"\"}", "id: empty"},
    {"{\"id\":\"a b\",\"payload\":\"\"}",
	"id: contains characters other than visible ASCII, or a quote or a "
	"backslash"},
    {"{\"id\":\"a.b\",\"payload\":\"\"}",
	"id: contains a full stop, which separates the parts of a signature"},
    {"{" ID "}", "payload: missing"},
    {"{" ID ",\"payload\":{}}", "payload: is an object, not a string"},
    {"{" ID ",\"payload\":null}", "payload: is null, not a string"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":\"1\"}",
	"timestamp: is a string, not a number"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":0}",
	"timestamp: not a whole number of seconds since 1970"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":-1}",
	"timestamp: not a whole number of seconds since 1970"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":1.0}",
	"timestamp: not a whole number of seconds since 1970"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":1e9}",
	"timestamp: not a whole number of seconds since 1970"},
    {"{" ID ",\"payload\":\"\",\"timestamp\":253402300800}",
	"timestamp: not a whole number of seconds since 1970"},
    {"{" ID ",\"payload\":\"\",\"contentType\":\"\"}", "contentType: empty"},
    {"{" ID ",\"payload\":\"\",\"contentType\":\"a\\r\\nb\"}",
	"contentType: contains characters other than printable ASCII"},
    {"{" ID ",\"payload\":\"\",\"signature\":true}",
	"signature: is a boolean, not a string"},
    {"{" ID ",\"payload\":\"\",\"signature\":\"\xc3\xa9\"}",
	"signature: contains characters other than printable ASCII"},
    {"{" ID ",\"payload\":\"\",\"headers\":[]}",
	"headers: is an array, not an object"},
    {"{" ID ",\"payload\":\"\",\"payload\":\"\"}", "byte 28: duplicate key"},
};

static void
refuses(void)
{
	struct message m;
	struct err err;
	struct buf b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(message_read(&r, span_of(bad[i].line), &m, &err) != 0,
		    bad[i].line);
		CHECK_TEXT(err.text, bad[i].why, "says why");
	}
	buf_init(&b);
	for (size_t n = MESSAGE_ID_MAX; n <= MESSAGE_ID_MAX + 1; n++) {
		buf_clear(&b);
		buf_add_text(&b, "{\"payload\":\"\",\"id\":\"");
		for (size_t i = 0; i < n; i++)
			buf_add_byte(&b, 'x');
		buf_add_text(&b, "\"}");
		CHECK((message_read(&r, buf_span(&b), &m, &err) == 0) ==
			(n <= MESSAGE_ID_MAX),
		    "id at its limit and one past it");
	}
	buf_release(&b);
}

static void
kinds(void)
{
	static const struct {
		const char *line;
		enum message_kind kind;
	} row[] = {
	    {"{}", MESSAGE_OBJECT},
	    {"{\"id\":\"1\",\"payload\":\"text\"}", MESSAGE_OBJECT},
	    {"{\"id\":\"1\",\"contentType\":\"x\",\"payload\":{}}",
		MESSAGE_OBJECT},
	    {"{\"id\":\"1\",\"contentType\":\"x\",\"payload\":\"\"}",
		MESSAGE_MESSAGE},
	    {"{\"id\":\"1\",\"signature\":\"x\",\"payload\":\"\"}",
		MESSAGE_MESSAGE},
	    {"{\"schemaVersion\":\"1.0\",\"type\":\"a\"}", MESSAGE_EVENT},
	    {"{\"specversion\":\"1.0\",\"type\":\"a\"}", MESSAGE_CLOUDEVENT},
	    {"{\"resourceType\":\"Bundle\"}", MESSAGE_FHIR},
	    {"{\"ciphertext\":\"\",\"iv\":\"\"}", MESSAGE_SEALED},
	};
	struct err err;

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		CHECK(json_index_read(&r.index, span_of(row[i].line), &err) ==
			    0 &&
			message_kind_of(&r.index) == row[i].kind,
		    row[i].line);
	CHECK_TEXT(message_content_type(MESSAGE_FHIR), "application/fhir+json",
	    "content type");
	CHECK(message_is_line(SPAN_LIT("{}")), "a line");
	CHECK(!message_is_line(SPAN_LIT("{\n}")), "two lines");
	CHECK(!message_is_line(SPAN_LIT("{}\r")), "a carriage return");
	CHECK(!message_is_line(SPAN_LIT("{\0}")), "a NUL byte");
}

static void
writes(void)
{
	struct span line = SPAN_LIT(
	    "{\"endpoint\":\"https://a\",\"id\":\"msg_1\",\"payload\":\"\\"
	    "u0022\\n\",\"contentType\":\"a/b\",\"\\u0069d2\": 5 }");
	struct message m;
	struct err err;
	struct buf b;

	buf_init(&b);
	CHECK(message_read(&r, line, &m, &err) == 0, "reads");
	m.timestamp = 1614265330;
	m.signature = SPAN_LIT("v1,x");
	message_write(&b, &m, &r.index);
	CHECK_TEXT(buf_string(&b),
	    "{\"id\":\"msg_1\",\"timestamp\":1614265330,\"contentType\":\"a/b\""
	    ",\"signature\":\"v1,x\",\"endpoint\":\"https://a\",\"\\u0069d2\":5"
	    ",\"payload\":\"\\\"\\n\"}",
	    "writes, and copies unknown members");
	buf_release(&b);
}

int
main(void)
{
	message_reader_init(&r);
	reads();
	refuses();
	kinds();
	writes();
	message_reader_release(&r);
	return check_done();
}
