/* Trees: the nodes of a text, and what is found in them. */
#include "json/tree.h"

#include "check.h"

static struct json_tree t;

static const struct json_node *
member(const struct json_node *n, const char *name)
{
	return json_tree_find(&t, n, span_of(name));
}

static void
structure(void)
{
	static const char text[] = "{\"a\":{\"b\":[1,{\"c\":null}],\"d\":true},"
				   "\"e\\u0066\":\"x\\ny\",\"g\":-1.50}";
	const struct json_node *a, *b, *n;
	struct buf out;
	struct err err;

	buf_init(&out);
	CHECK(json_tree_read(&t, span_of(text), &err) == 0, "an object");
	a = member(t.node, "a");
	CHECK(a != NULL && a->type == JSON_OBJECT, "a member");
	CHECK(span_is(a->value, "{\"b\":[1,{\"c\":null}],\"d\":true}"),
	    "the whole value");
	b = member(a, "b");
	CHECK(b != NULL && b->type == JSON_ARRAY, "a member of it");
	n = json_tree_first(&t, b);
	CHECK(n != NULL && span_is(n->value, "1"), "the first element");
	n = json_tree_next(&t, n);
	CHECK(member(n, "c")->type == JSON_NULL, "a member of the second");
	CHECK(json_tree_next(&t, n) == NULL, "which is the last one");
	CHECK(member(a, "d")->type == JSON_TRUE, "a sibling");
	CHECK(json_tree_next(&t, member(a, "d")) == NULL, "the last member");
	n = member(t.node, "ef");
	CHECK(json_tree_is(n, SPAN_LIT("x\ny")), "escapes in key and text");
	json_tree_text(n, &out);
	CHECK(span_is(buf_span(&out), "x\ny"), "the text");
	CHECK(span_is(member(t.node, "g")->value, "-1.50"), "a number");
	CHECK(member(t.node, "h") == NULL && member(NULL, "a") == NULL &&
		member(b, "a") == NULL,
	    "what is not there");
	CHECK(!json_tree_is(member(t.node, "g"), SPAN_LIT("-1.50")),
	    "a number is not a text");
	buf_release(&out);
}

static void
refusals(void)
{
	static const char *const bad[] = {
	    "", "[1]", "1", "{\"a\":1,\"a\":2}", "{\"a\":}", "{} {}"};
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(json_tree_read(&t, span_of(bad[i]), &err) == -1 &&
			err.text[0] != '\0',
		    bad[i][0] != '\0' ? bad[i] : "nothing");
	}
	CHECK(json_tree_read(&t, SPAN_LIT("{}"), &err) == 0 &&
		json_tree_first(&t, t.node) == NULL,
	    "an empty object after them");
}

int
main(void)
{
	json_tree_init(&t);
	structure();
	refusals();
	json_tree_release(&t);
	return check_done();
}
