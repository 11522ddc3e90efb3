/* Shapes: what each kind takes, where a fault is said to lie, what others
 * members are listed. */
#include "shape/shape.h"

#include "check.h"

static const char *
not_lower(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return "is not in lower case";
	}
	return NULL;
}

enum {
	INNER_NAME,
	INNER_SIZE,
	INNER
};
static const struct shape_field inner_field[INNER] = {
    [INNER_NAME] = {"name", SHAPE_STRING, SHAPE_REQUIRED, 1, 8, NULL,
	not_lower},
    [INNER_SIZE] = {"size", SHAPE_INTEGER, 0, 1, 9, NULL, NULL},
};
static const struct shape inner = {inner_field, INNER, NULL};

enum {
	OUTER_ID,
	OUTER_ANY,
	OUTER_FLAG,
	OUTER_REAL,
	OUTER_HALF,
	OUTER_FREE,
	OUTER_ONE,
	OUTER_MANY,
	OUTER_LIST,
	OUTER
};
static const struct shape_field outer_field[OUTER] = {
    [OUTER_ID] = {"id", SHAPE_STRING, SHAPE_REQUIRED, 1, 0, NULL, NULL},
    [OUTER_ANY] = {"any", SHAPE_ANY, 0, 0, 0, NULL, NULL},
    [OUTER_FLAG] = {"flag", SHAPE_BOOL, 0, 0, 0, NULL, NULL},
    [OUTER_REAL] = {"real", SHAPE_NUMBER, SHAPE_NULLABLE, 0, 0, NULL, NULL},
    [OUTER_HALF] = {"half", SHAPE_NUMBER, 0, 0, 1e15, NULL, NULL},
    [OUTER_FREE] = {"free", SHAPE_OBJECT, 0, 0, 0, NULL, NULL},
    [OUTER_ONE] = {"one", SHAPE_OBJECT, SHAPE_NULLABLE, 0, 0, &inner, NULL},
    [OUTER_MANY] = {"many", SHAPE_OBJECTS, 0, 0, 0, &inner, NULL},
    [OUTER_LIST] = {"list", SHAPE_NUMBERS, 0, 0, 0, NULL, NULL},
};

/* "flag" wants "real" beside it; notes that it was asked. */
static int
together(void *context, const struct shape_value *got, struct err *err)
{
	++*(int *)context;
	if (got[OUTER_FLAG].type == JSON_TRUE &&
	    got[OUTER_REAL].type == JSON_END)
		return err_set(err, "flag wants real");
	return 0;
}
static const struct shape outer = {outer_field, OUTER, together};

static const struct {
	const char *text, *why; /* NULL: taken */
} row[] = {
    {"{\"id\":\"a\"}", NULL},
    {"{\"i\\u0064\":\"a\"}", NULL},
    {"{\"id\":\"a\",\"any\":[{}],\"flag\":false,\"real\":null,\"half\":0,"
     "\"free\":{\"id\":0},\"one\":null,\"many\":[],\"list\":[1,null,-2e3]}",
	NULL},
    {"{\"id\":\"a\",\"one\":{\"name\":\"b\",\"more\":1},\"new\":{\"id\":0}}",
	NULL},
    {"", "byte 1: empty"},
    {"[]", "not a JSON object"},
    {"{\"id\":\"a\"", "byte 10: ends in the middle"},
    {"{\"id\":\"a\"} x", "byte 12: more after the value"},
    {"{\"id\":\"a\",\"id\":\"a\"}", "byte 11: duplicate key"},
    {"{}", "'id' is missing"},
    {"{\"id\":\"\"}", "id: must not be empty"},
    {"{\"id\":null}", "id: must be a string"},
    {"{\"id\":\"a\",\"flag\":0}", "flag: must be true or false"},
    {"{\"id\":\"a\",\"flag\":true}", "flag wants real"},
    {"{\"id\":\"a\",\"real\":\"1\"}", "real: must be a number or null"},
    {"{\"id\":\"a\",\"real\":1e999}", "real: is not a finite number"},
    {"{\"id\":\"a\",\"half\":-1}", "half: must be at least 0"},
    {"{\"id\":\"a\",\"free\":[]}", "free: must be an object"},
    {"{\"id\":\"a\",\"one\":{}}", "one: 'name' is missing"},
    {"{\"id\":\"a\",\"one\":[]}", "one: must be an object or null"},
    {"{\"id\":\"a\",\"one\":{\"name\":\"nine bytes\"}}",
	"one.name: must be 1 to 8 bytes long"},
    {"{\"id\":\"a\",\"one\":{\"name\":\"B\\u0043\"}}",
	"one.name: 'BC' is not in lower case"},
    {"{\"id\":\"a\",\"one\":{\"name\":\"b\",\"size\":1.0}}",
	"one.size: must be a whole number"},
    {"{\"id\":\"a\",\"one\":{\"name\":\"b\",\"size\":0}}",
	"one.size: must be from 1 to 9"},
    {"{\"id\":\"a\",\"one\":{\"name\":\"b\",\"size\":10}}",
	"one.size: must be from 1 to 9"},
    {"{\"id\":\"a\",\"many\":{}}", "many: must be an array of objects"},
    {"{\"id\":\"a\",\"many\":[{\"name\":\"b\"},5]}",
	"many: must be an array of objects"},
    {"{\"id\":\"a\",\"many\":[{\"name\":\"b\"},{\"name\":5}]}",
	"many[1].name: must be a string"},
    {"{\"id\":\"a\",\"list\":[1,\"2\"]}", "list: must be an array of numbers"},
    {"{\"id\":\"a\",\"list\":[1e999]}", "list: '1e999' is not a finite number"},
    {"{\"id\":\"a\",\"list\":[1,]}", "byte 21: not a JSON value"},
    {"{\"id\":\"a\",\"other\":tru}", "byte 19: not a JSON value"},
};

static void
rows(struct shape_reader *r)
{
	struct shape_value got[OUTER];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct err err = {""};
		int rc = shape_read(r, span_of(row[i].text), &outer, got, &err);

		CHECK((rc == 0) == (row[i].why == NULL), row[i].text);
		CHECK_TEXT(err.text, row[i].why != NULL ? row[i].why : "",
		    "says where and why");
	}
}

/* The spans of what is named, and of what is not. */
static void
spans(struct shape_reader *r)
{
	static const char text[] =
	    " { \"new\" : [ 1 ] , \"id\" : \"a\\n\" ,"
	    "\"one\":{\"name\":\"b\",\"deep\":1} , \"x\\u0041\":\"y\" } ";
	struct shape_value got[OUTER];
	struct err err;
	struct buf b;

	CHECK(shape_read(r, span_of(text), &outer, got, &err) == 0, "is read");
	CHECK(span_is(got[OUTER_ID].value, "\"a\\n\"") &&
		got[OUTER_ID].escaped && got[OUTER_ID].type == JSON_STRING,
	    "a string as it stands");
	CHECK(span_is(got[OUTER_ONE].value, "{\"name\":\"b\",\"deep\":1}"),
	    "a whole object");
	CHECK(got[OUTER_LIST].type == JSON_END, "what is not there");
	CHECK(r->others == 2, "others at the top alone are listed");
	CHECK(span_is(r->other[0].member, "\"new\" : [ 1 ]") &&
		span_is(r->other[0].value, "[ 1 ]") &&
		r->other[0].type == JSON_ARRAY && !r->other[0].key_escaped,
	    "the first");
	CHECK(span_is(r->other[1].key, "x\\u0041") && r->other[1].key_escaped &&
		span_is(r->other[1].value, "\"y\""),
	    "the second");
	buf_init(&b);
	shape_text(&got[OUTER_ID], &b);
	CHECK(span_is(buf_span(&b), "a\n"), "a string unescaped");
	buf_release(&b);
}

/* More others than the list first has room for. */
static void
many_others(struct shape_reader *r)
{
	struct shape_value got[OUTER];
	struct err err;
	struct buf b;
	bool good = true;

	buf_init(&b);
	buf_add_text(&b, "{\"id\":\"a\"");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, ",\"k%d\":%d", i, i);
	buf_add_byte(&b, '}');
	CHECK(shape_read(r, buf_span(&b), &outer, got, &err) == 0 &&
		r->others == 1000,
	    "a thousand others");
	for (int i = 0; good && i < 1000; i++) {
		char value[16];

		snprintf(value, sizeof(value), "%d", i);
		good = span_is(r->other[i].value, value);
	}
	CHECK(good, "each in its place");
	buf_release(&b);
}

static void
peek(struct shape_reader *r)
{
	static const char *const name[] = {"type", "kind"};
	struct shape_value v;

	CHECK(shape_peek(r, SPAN_LIT("{\"a\":{\"type\":1},\"kind\":\"k\"}"),
		  name, 2, &v) == 1 &&
		span_is(v.value, "\"k\""),
	    "the first that is named, at the top");
	CHECK(shape_peek(r, SPAN_LIT("{\"typ\\u0065\":null}"), name, 2, &v) ==
		    0 &&
		v.type == JSON_NULL,
	    "under an escape");
	CHECK(shape_peek(r, SPAN_LIT("{\"a\":1}"), name, 2, &v) == -1, "none");
	CHECK(shape_peek(r, SPAN_LIT("[\"type\"]"), name, 2, &v) == -1,
	    "no object");
	CHECK(
	    shape_peek(r, SPAN_LIT("{\"a\":x,\"type\":1}"), name, 2, &v) == -1,
	    "a fault before it");
}

int
main(void)
{
	struct shape_reader r;
	int asked = 0;

	shape_reader_init(&r);
	r.context = &asked;
	rows(&r);
	CHECK(asked == 6, "what one member cannot show is asked of whole ones");
	spans(&r);
	many_others(&r);
	peek(&r);
	shape_reader_release(&r);
	return check_done();
}
