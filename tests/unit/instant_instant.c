#include "instant/instant.h"

#include "check.h"
#include "json/json.h"

static void
reads(const char *text, int64_t want)
{
	int64_t ms = -1;
	int rc = instant_parse(span_of(text), &ms);

	CHECK(rc == 0 && ms == want, text);
}

static void
refuses(const char *text)
{
	int64_t ms;

	CHECK(instant_parse(span_of(text), &ms) != 0, text);
}

static void
same(const char *a, const char *b, bool want)
{
	CHECK(instant_same(span_of(a), span_of(b)) == want, b);
}

static void
compares(void)
{
	const char *now = "2026-11-26T10:00:00.940Z";

	same(now, "2026-11-26T10:00:00.94Z", true);
	same(now, "2026-11-26T10:00:00.9400000Z", true);
	same(now, "2026-11-26t10:00:00.940z", true);
	same(now, "2026-11-26T10:00:00.94+00:00", true);
	same(now, "2026-11-26T10:00:00.94-00:00", true);
	same(now, "2026-11-27T01:30:00.94+15:30", true);
	same(now, "2026-11-26T10:00:00.941Z", false);
	same(now, "2026-11-26T10:00:00.9400001Z", false);
	same(now, "2026-11-26T10:00:00Z", false);
	same(now, "2026-11-26T10:00:00.94+01:00", false);
	same(now, "", false);
	same("2026-11-26T10:00:00Z", "2026-11-26T10:00:00.000Z", true);
	same("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", true);
	same("2016-12-31T23:59:60.5Z", "2016-12-31T18:59:60.50-05:00", true);
	same("", "", false);
}

static void
puts_members(void)
{
	struct json_writer w;
	struct buf out;

	buf_init(&out);
	json_writer_init(&w, &out);
	json_object_begin(&w);
	instant_put(&w, "first", 1795415610120LL);
	instant_put(&w, "never", 0);
	instant_put(&w, "early", -1);
	json_object_end(&w);
	buf_add_byte(&out, '\0');
	CHECK(!buf_failed(&out), "members are written");
	CHECK_TEXT(out.data,
	    "{\"first\":\"2026-11-23T06:33:30.120Z\",\"never\":null,"
	    "\"early\":\"1969-12-31T23:59:59.999Z\"}",
	    "0 alone is null");
	buf_release(&out);
}

int
main(void)
{
	char text[INSTANT_TEXT_MAX];

	instant_format(1795415610120LL, text);
	CHECK_TEXT(text, "2026-11-23T06:33:30.120Z", "formats");
	instant_format(-1, text);
	CHECK_TEXT(text, "1969-12-31T23:59:59.999Z", "formats before 1970");
	instant_format(INSTANT_MIN, text);
	CHECK_TEXT(text, "0000-01-01T00:00:00.000Z", "formats the first");
	instant_format(INT64_MAX, text);
	CHECK_TEXT(text, "9999-12-31T23:59:59.999Z", "formats the last");
	reads("2026-11-23T06:33:30.120Z", 1795415610120LL);
	reads("2026-11-23T07:33:30.12+01:00", 1795415610120LL);
	reads("2026-11-22T22:33:30.1209999-08:00", 1795415610120LL);
	reads("1970-01-01T00:00:00Z", 0);
	reads("2024-02-29T00:00:00Z", 1709164800000LL);
	reads("2016-12-31T23:59:60Z", 1483228800000LL);
	reads("0000-01-01T00:00:00Z", INSTANT_MIN);
	refuses("2026-11-23 06:33:30Z");
	refuses("2026-11-23T06:33:30");
	refuses("2026-02-29T00:00:00Z");
	refuses("2026-13-01T00:00:00Z");
	refuses("2026-11-23T24:00:00Z");
	refuses("2026-11-23T06:33:30.Z");
	reads("2026-11-23t06:33:30.12z", 1795415610120LL);
	reads("2017-01-01T05:29:60+05:30", 1483228800000LL);
	reads("9999-12-31T23:59:59.999Z", INSTANT_MAX);
	refuses("2026-11-23T06:33:60Z");
	refuses("2016-12-31T23:59:61Z");
	refuses("9999-12-31T23:59:60Z");
	refuses("9999-12-31T23:59:59-00:01");
	refuses("0000-01-01T00:00:00+00:01");
	refuses("2026-11-23T06:33:30+24:00");
	refuses("2026-11-23T06:33:30+0100");
	refuses("2026-11-23T06:33:30Z ");
	refuses("");
	for (int64_t d = -800000; d < 2000000; d += 977) {
		int64_t ms = d * 86400000LL + 12345678, back = 0;

		if (ms < INSTANT_MIN || ms > INSTANT_MAX)
			continue;
		instant_format(ms, text);
		if (instant_parse(span_of(text), &back) != 0 || back != ms)
			CHECK(0, text);
	}
	compares();
	puts_members();
	return check_done();
}
