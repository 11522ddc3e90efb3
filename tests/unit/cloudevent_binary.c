/* CloudEvents in binary mode: limits, and memory that is used again. */
#include "cloudevent/binary.h"

#include "check.h"

static int
add(struct cloudevent_binary *e, const char *name, const char *value,
    struct err *err)
{
	return cloudevent_binary_add(e, span_of(name), span_of(value), err);
}

static void
required(struct cloudevent_binary *e)
{
	struct err err;

	cloudevent_binary_clear(e);
	CHECK(add(e, "type", "t", &err) == 0 && add(e, "id", "1", &err) == 0 &&
		add(e, "specversion", "1.0", &err) == 0 &&
		add(e, "source", "/s", &err) == 0,
	    "in any order");
}

static const struct {
	const char *type;
	const char *data;
	const char *want;
} written[] = {
    {"application/json", "1",
	",\"datacontenttype\":\"application/json\","
	"\"data\":1}"},
    {"a/b+JSON ; x", "[]",
	",\"datacontenttype\":\"a/b+JSON ; x\","
	"\"data\":[]}"},
    {"a/+json", "[]",
	",\"datacontenttype\":\"a/+json\","
	"\"data_base64\":\"W10=\"}"},
    {"a/xjson", "[]",
	",\"datacontenttype\":\"a/xjson\","
	"\"data_base64\":\"W10=\"}"},
    {"json", "[]",
	",\"datacontenttype\":\"json\","
	"\"data_base64\":\"W10=\"}"},
    {"application/json", "", ",\"datacontenttype\":\"application/json\"}"},
    {NULL, "", "}"},
};

static void
write_all(struct cloudevent_binary *e)
{
	static const char start[] =
	    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","
	    "\"type\":\"t\"";
	struct json_index ix;
	struct buf out;
	struct err err;

	json_index_init(&ix);
	buf_init(&out);
	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		struct span type = {NULL, 0}, got;

		if (written[i].type != NULL)
			type = span_of(written[i].type);
		required(e);
		buf_clear(&out);
		CHECK(cloudevent_binary_write(
			  e, type, span_of(written[i].data), &out, &err) == 0,
		    "can be written");
		got = buf_span(&out);
		CHECK(json_index_read(&ix, got, &err) == 0, "as an object");
		CHECK(got.n >= sizeof(start) &&
			memcmp(got.p, start, sizeof(start) - 1) == 0 &&
			span_is((struct span){got.p + sizeof(start) - 1,
				    got.n - sizeof(start) + 1},
			    written[i].want),
		    written[i].want);
	}
	buf_clear(&out);
	cloudevent_binary_key(e, &out);
	CHECK(span_is(buf_span(&out), "/s 1"), "source and ID");
	buf_release(&out);
	json_index_release(&ix);
}

static void
limits(struct cloudevent_binary *e)
{
	char name[16], value[CLOUDEVENT_VALUE_MAX * 3 + 4];
	struct buf out;
	struct err err;

	required(e);
	for (int i = 4; i < CLOUDEVENT_ATTRIBUTES_MAX; i++) {
		snprintf(name, sizeof(name), "x%d", i);
		if (add(e, name, "", &err) != 0)
			break;
	}
	CHECK(e->count == CLOUDEVENT_ATTRIBUTES_MAX, "the most attributes");
	CHECK(add(e, "y", "", &err) != 0, "one more");
	CHECK_TEXT(err.text, "more than 64 attributes", "says why");
	buf_init(&out);
	CHECK(cloudevent_binary_write(e, (struct span){NULL, 0},
		  (struct span){NULL, 0}, &out, &err) == 0 &&
		strstr(buf_string(&out), "\"x10\":\"\",\"x11\":") != NULL,
	    "in order");
	buf_release(&out);

	/* The limit is of the decoded value. */
	for (int n = CLOUDEVENT_VALUE_MAX; n <= CLOUDEVENT_VALUE_MAX + 1; n++) {
		required(e);
		for (int i = 0; i < n; i++)
			memcpy(value + 3 * (size_t)i, "%41", 4);
		CHECK((add(e, "x", value, &err) == 0) ==
			(n == CLOUDEVENT_VALUE_MAX),
		    "a value at the limit, and one past it");
	}
}

int
main(void)
{
	struct cloudevent_binary e;

	cloudevent_binary_init(&e);
	write_all(&e);
	limits(&e);
	cloudevent_binary_release(&e);
	return check_done();
}
