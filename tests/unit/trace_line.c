#include "check.h"
#include "trace/line.h"
#include "json/json.h"

static struct trace_reader *reader;
static struct trace_line line;

static void
good(const char *text, const char *what)
{
	struct err e = {""};

	CHECK(trace_read(reader, span_of(text), &line, &e) == 0, what);
	if (e.text[0] != '\0')
		printf("# %s\n", e.text);
}

static void
bad(const char *text, const char *why)
{
	struct err e = {""};

	CHECK(trace_read(reader, span_of(text), &line, &e) != 0, text);
	CHECK_TEXT(e.text, why, "  says why");
}

#define HEAD "{\"record\":\"trace\",\"source\":\"a\",\"offsetSeconds\":1,"
#define REGION "{\"name\":\"a\",\"r\":1,\"g\":2,\"b\":3,\"pixels\":4}"

static void
refusals(void)
{
	bad("[1]", "not a JSON object");
	bad("{\"record\":\"wave\"}", "not a trace record");
	bad("{\"record\":\"trace\",\"source\":\"a\"}",
	    "\"offsetSeconds\" is not a number in 0..1e+10");
	bad("{\"record\":\"trace\",\"source\":\"a\",\"offsetSeconds\":-1}",
	    "\"offsetSeconds\" is not a number in 0..1e+10");
	bad("{\"record\":\"trace\",\"offsetSeconds\":1}",
	    "\"source\" is not a string");
	bad(HEAD "\"regions\":{}}", "\"regions\" is not an array");
	bad(HEAD "\"regions\":[]}", "there is no region");
	bad(HEAD "\"regions\":[1]}", "a region is not an object");
	bad(HEAD "\"regions\":[" REGION "," REGION "]}",
	    "two regions have the name a");
	bad(HEAD "\"regions\":[{\"r\":1,\"g\":2,\"b\":3}]}",
	    "a region has no \"name\"");
	bad(HEAD "\"regions\":[{\"name\":\"\",\"r\":1}]}",
	    "a region's \"name\" is not 1 to 31 bytes of plain text");
	bad(HEAD "\"regions\":[{\"name\":\"x\",\"r\":1,\"g\":2}]}",
	    "region x: \"b\" is missing");
	bad(HEAD "\"regions\":[{\"name\":\"x\",\"r\":1,\"g\":2,\"b\":null}]}",
	    "region x: \"b\" is missing");
	bad(HEAD "\"regions\":[{\"name\":\"x\",\"r\":256}]}",
	    "\"r\" is not a number in 0..255");
	bad(HEAD "\"regions\":[{\"name\":\"x\",\"r\":1,\"g\":2,\"b\":3,"
		 "\"pixels\":1.5}]}",
	    "region x: \"pixels\" is not a whole number");
	/* What is wrong with one does not spoil the other. */
	good(HEAD "\"regions\":[{\"name\":\"x\",\"r\":256,\"g\":[1]},"
		  "{\"r\":1},{\"name\":{},\"r\":1}," REGION
		  ",{\"name\":\"y\",\"r\":1,\"g\":2,\"b\":null,\"pixels\":7}]}",
	    "regions that cannot be read beside one that can");
	CHECK(line.frame.count == 3 && line.frame.region[0].pixels == 0 &&
		line.frame.region[1].pixels > 0 &&
		line.frame.region[2].pixels == 0,
	    "have no pixels");
	CHECK(strcmp(line.names.name[0], "x") == 0 &&
		strcmp(line.names.name[2], "y") == 0,
	    "but their names");
	bad(HEAD "\"regions\":[{\"r\":1},{\"name\":\"x\",\"r\":\"1\"}]}",
	    "a region has no \"name\"");
	bad(HEAD "\"regions\":[" REGION "],\"face\":[]}",
	    "\"face\" is neither an object nor null");
	bad(HEAD "\"regions\":[" REGION "],\"face\":{\"x\":1,\"y\":2}}",
	    "face: \"width\" is missing");
	bad(HEAD "\"regions\":[" REGION "],\"anchor\":-1}",
	    "\"anchor\" is not a whole number in 0..4294967295");
	bad(HEAD "\"regions\":[" REGION "],\"luma\":300}",
	    "\"luma\" is not a number in 0..255");
	bad(HEAD "\"regions\":[" REGION "],\"damaged\":1}",
	    "\"damaged\" is not true or false");
	bad(HEAD "\"regions\":[" REGION "],\"faceIndex\":64}",
	    "\"faceIndex\" is not a whole number in 0..63");
}

/* A line with ${n} regions. */
static const char *
many(unsigned n)
{
	static struct buf b;

	buf_clear(&b);
	buf_add_text(&b, HEAD "\"regions\":[");
	for (unsigned i = 0; i < n; i++)
		buf_addf(&b, "%s{\"name\":\"n%u\",\"r\":1,\"g\":1,\"b\":1}",
		    i > 0 ? "," : "", i);
	buf_add_text(&b, "]}");
	return buf_string(&b);
}

static void
bounds(void)
{
	good(many(TRACE_REGIONS_MAX), "as many regions as there may be");
	CHECK(line.frame.count == TRACE_REGIONS_MAX, "all of them");
	struct err e;
	CHECK(trace_read(
		  reader, span_of(many(TRACE_REGIONS_MAX + 1)), &line, &e) != 0,
	    "one more is refused");
	CHECK_TEXT(e.text, "more than 64 regions", "  says why");
	good(HEAD "\"regions\":[{\"name\":\"0123456789012345678901234567890\","
		  "\"pixels\":0}]}",
	    "the longest name");
	bad(HEAD "\"regions\":[{\"name\":\"01234567890123456789012345678901\","
		 "\"pixels\":0}]}",
	    "a region's \"name\" is not 1 to 31 bytes of plain text");
}

static void
round_trip(void)
{
	struct buf b;
	const char *text =
	    "{\"record\":\"trace\",\"source\":\"c\\\"\",\"faceIndex\":2,"
	    "\"offsetSeconds\":0.033367,\"regions\":[{\"name\":\"cheek\","
	    "\"r\":182.3125,\"g\":121.07,\"b\":98.0,\"pixels\":5120},"
	    "{\"name\":\"nose\",\"r\":null,\"g\":null,\"b\":null,"
	    "\"pixels\":0}],\"face\":{\"x\":210.5,\"y\":-8.0,\"width\":180.25,"
	    "\"height\":180.0},\"anchor\":3,\"luma\":99.125,"
	    "\"damaged\":true}";

	good(text, "reads a whole line");
	buf_init(&b);
	trace_write(&b, buf_span(&line.source), line.face_index, &line.names,
	    &line.frame);
	CHECK_TEXT(buf_string(&b), text, "and writes the same");
	buf_release(&b);
}

int
main(void)
{
	reader = trace_reader_new();
	trace_line_init(&line);
	good(HEAD "\"regions\":[" REGION "]}", "the least");
	CHECK(line.face_index == -1 && line.frame.luma < 0 &&
		line.frame.face.width == 0 && !line.frame.damaged,
	    "what is left out");
	CHECK(line.frame.region[0].pixels == 4, "pixels");
	good(HEAD "\"x\":{\"y\":[1]},\"regions\":[{\"name\":\"a\",\"r\":1,"
		  "\"g\":2,\"b\":3,\"colour\":[{}]}],\"face\":null}",
	    "members it does not know");
	CHECK(line.frame.region[0].pixels == 1, "pixels is 1 where not given");
	refusals();
	bounds();
	round_trip();
	trace_line_release(&line);
	trace_reader_free(reader);
	return check_done();
}
