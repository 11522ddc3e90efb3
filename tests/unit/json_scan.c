#include "json/json.h"

#include "check.h"

static struct json_scan scan;

static int
accepts(struct span text)
{
	enum json_token t;

	json_scan_start(&scan, text);
	do {
		t = json_scan_next(&scan);
	} while (t > JSON_END);
	return t == JSON_END;
}

static void
good(const char *text)
{
	CHECK(accepts(span_of(text)), text);
}

static void
bad(const char *text, size_t where)
{
	CHECK(!accepts(span_of(text)) && scan.where == where, text);
}

static void
nested(int depth, int want)
{
	char text[2 * JSON_DEPTH_MAX + 4];

	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	CHECK(accepts((struct span){text, 2 * (size_t)depth}) == want,
	    want ? "64 containers deep" : "65 are too deep");
}

/* An object of ${n} keys, the last of which repeats key ${twice} if >= 0. */
static int
many_keys(int n, int twice)
{
	struct buf b;
	int rc;

	buf_init(&b);
	buf_add_byte(&b, '{');
	for (int i = 0; i < n; i++)
		buf_addf(&b, "\"k%d\":{\"a\":1,\"b\":[{}]},", i);
	buf_addf(&b, "\"k%d\":0}", twice >= 0 ? twice : n);
	rc = accepts(buf_span(&b));
	buf_release(&b);
	return rc;
}

static void
index_tests(void)
{
	const char *text = " {\"a\":1.50, \"b\" : {\"c\":[1,{}]},\"\\u0064\":"
			   "\"x\\ny\",\"e\":null}\n";
	struct json_index ix;
	const struct json_member *m;
	struct err err = {""};
	struct buf b;

	json_index_init(&ix);
	buf_init(&b);
	CHECK(json_index_read(&ix, span_of(text), &err) == 0, "indexes");
	CHECK(ix.count == 4, "four members");
	m = json_index_find(&ix, "a");
	CHECK(m != NULL && m->type == JSON_NUMBER && span_is(m->value, "1.50"),
	    "a number, verbatim");
	m = json_index_find(&ix, "b");
	CHECK(m != NULL && m->type == JSON_OBJECT &&
		span_is(m->value, "{\"c\":[1,{}]}"),
	    "a whole object");
	m = json_index_find(&ix, "d");
	CHECK(m != NULL && m->value_escaped, "an escaped key is found");
	json_unescape(json_inside(m->value), &b);
	CHECK(span_is(buf_span(&b), "x\ny"), "unescapes");
	CHECK(json_index_find(&ix, "f") == NULL, "no such member");
	CHECK(json_index_read(&ix, SPAN_LIT("[1]"), &err) != 0, "not an array");
	CHECK_TEXT(err.text, "not a JSON object", "says what is wrong");
	CHECK(json_index_read(&ix, SPAN_LIT("{\"a\":tru}"), &err) != 0,
	    "refuses");
	CHECK_TEXT(err.text, "byte 6: not a JSON value", "says where and why");
	json_index_release(&ix);
	buf_release(&b);
}

/* The fast path must return the same double as strtod. */
static void
same_as_strtod(void)
{
	uint64_t x = 1;
	int wrong = 0;

	for (int i = 0; i < 200000; i++) {
		char text[32];
		double a = 0, b;
		int n;

		x = x * 6364136223846793005u + 1442695040888963407u;
		n = snprintf(text, sizeof(text), "%.*f", (int)(x >> 60),
		    (double)(int64_t)x / (double)(1ULL << (x >> 20 & 63)));
		if (n > 16)
			n = (int)(x >> 8 & 15) + 1;
		while (n > 1 && (text[n - 1] == '.' || text[n - 1] == '-'))
			n--;
		text[n] = '\0';
		if (text[0] == '-' && n == 1)
			continue;
		b = strtod(text, NULL);
		if (json_number((struct span){text, (size_t)n}, &a) != 0 ||
		    memcmp(&a, &b, sizeof(a)) != 0)
			wrong++;
	}
	CHECK(wrong == 0, "numbers are those of strtod");
}

static void
number_tests(void)
{
	int64_t i = 0;
	double d = 0;

	CHECK(json_integer(SPAN_LIT("-9223372036854775808"), INT64_MIN,
		  INT64_MAX, &i) == 0 &&
		i == INT64_MIN,
	    "least integer");
	CHECK(json_integer(SPAN_LIT("9223372036854775808"), INT64_MIN,
		  INT64_MAX, &i) != 0,
	    "one too many");
	CHECK(json_integer(SPAN_LIT("9223372036854775807"), INT64_MIN,
		  INT64_MAX, &i) == 0 &&
		i == INT64_MAX,
	    "greatest integer");
	CHECK(json_integer(SPAN_LIT("1.0"), 0, 9, &i) != 0, "not a fraction");
	CHECK(json_number(SPAN_LIT("72.431"), &d) == 0 &&
		fabs(d - 72.431) < 1e-12,
	    "reads a real");
	CHECK(json_number(SPAN_LIT("1e999"), &d) != 0, "not an infinity");
	CHECK(json_number(SPAN_LIT("-0"), &d) == 0 && signbit(d), "minus 0");
	CHECK(json_number(SPAN_LIT("-"), &d) != 0, "not a bare sign");
	CHECK(json_number(SPAN_LIT("1e22"), &d) == 0 && d > 9.9e21, "exponent");
	same_as_strtod();
}

static void
writer_tests(void)
{
	struct json_writer w;
	struct buf b;

	buf_init(&b);
	json_writer_init(&w, &b);
	json_object_begin(&w);
	json_key(&w, "s");
	json_put_string(&w, SPAN_LIT("a\"\\\n\x01\xc3\xa9\xff."));
	json_key(&w, "n");
	json_array_begin(&w);
	json_put_integer(&w, -7);
	json_put_real(&w, 72.0, 2);
	json_put_real(&w, 1.0 / 3, 3);
	json_put_real(&w, -0.0001, 2);
	json_put_real(&w, 120, 0);
	json_put_real(&w, (double)NAN, 2);
	json_array_end(&w);
	json_key(&w, "t");
	json_put_bool(&w, true);
	json_object_end(&w);
	CHECK_TEXT(buf_string(&b),
	    "{\"s\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\xef\xbf\xbd.\","
	    "\"n\":[-7,72.0,0.333,0.0,120,null],\"t\":true}",
	    "writes");
	CHECK(accepts(buf_span(&b)), "what it writes can be read");
	buf_release(&b);
}

int
main(void)
{
	json_scan_init(&scan);
	good("{}");
	good(" [ 1 , -0.5e+3 , \"\" , true , false , null , { } ] ");
	good("\"\\u00e9\\ud83d\\ude00\\\"\\/\"");
	good("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	good("{\"a\":{\"a\":1},\"b\":{\"a\":1}}");
	good("0");
	bad("", 0);
	bad("{", 1);
	bad("{\"a\"}", 4);
	bad("{\"a\":1,}", 7);
	bad("[1,]", 3);
	bad("[1 2]", 3);
	bad("{a:1}", 1);
	bad("01", 0);
	bad("-", 0);
	bad("1.", 0);
	bad("1e", 0);
	bad("+1", 0);
	bad(".5", 0);
	bad("NaN", 0);
	bad("truth", 0);
	bad("\"abc", 0);
	bad("\"a\nb\"", 2);
	bad("\"\\x\"", 1);
	bad("\"\\ud800\"", 1);
	bad("\"\\udc00\"", 1);
	bad("\"\\ud83d\\u0041\"", 1);
	bad("\"\\u12g4\"", 1);
	bad("\"\xc0\xaf\"", 1);
	bad("\"\xed\xa0\x80\"", 1);
	bad("\"\xf4\x90\x80\x80\"", 1);
	bad("\"abcdefghij\xff\"", 11);
	bad("{} {}", 3);
	bad("{\"a\":1,\"a\":2}", 7);
	bad("{\"a\":1,\"\\u0061\":2}", 7);
	bad("{\"\\u0061\":1,\"a\":2}", 12);
	bad("[}", 1);
	bad("{]", 1);
	nested(JSON_DEPTH_MAX, 1);
	nested(JSON_DEPTH_MAX + 1, 0);
	CHECK(many_keys(5000, -1), "5000 keys");
	CHECK(!many_keys(5000, 0), "the first again");
	CHECK(!many_keys(5000, 4999), "the last again");
	CHECK(!many_keys(17, 15), "the sixteenth again");
	CHECK(!many_keys(16, 3), "in a small object");
	index_tests();
	number_tests();
	writer_tests();
	json_scan_release(&scan);
	return check_done();
}
