/* Trees of any bytes: a text is taken as the scanner takes it, each node is in its
 * parent, in the order of the text, and is found by its name. */
#include <stdint.h>
#include <stdlib.h>

#include "json/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct span outer, struct span s)
{
	if (s.p < outer.p || s.p + s.n > outer.p + outer.n)
		abort();
}

/* Check what is below ${n}.  Return how many nodes there are, with itself. */
static size_t
walk(const struct json_tree *t, const struct json_node *n, struct buf *b)
{
	const struct json_node *child, *found;
	const char *at = n->value.p;
	size_t count = 1;

	for (child = json_tree_first(t, n); child != NULL;
	     child = json_tree_next(t, child)) {
		inside(n->value, child->value);
		if (child->value.p < at || &t->node[child->parent] != n)
			abort();
		at = child->value.p + child->value.n;
		if (n->type == JSON_OBJECT) {
			inside(n->value, child->key);
			buf_clear(b);
			json_unescape(child->key, b);
			found = json_tree_find(t, n, buf_span(b));
			if (found != child)
				abort();
		}
		if (child->type == JSON_STRING) {
			buf_clear(b);
			json_tree_text(child, b);
			if (!json_tree_is(child, buf_span(b)))
				abort();
		}
		count += walk(t, child, b);
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));
	struct span text = {copy, size};
	struct json_index index;
	struct json_tree t;
	struct err err;
	struct buf b;
	bool taken;

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	buf_init(&b);
	json_index_init(&index);
	json_tree_init(&t);
	taken = json_tree_read(&t, text, &err) == 0;
	if (taken != (json_index_read(&index, text, &err) == 0))
		abort();
	if (taken && walk(&t, t.node, &b) != t.count)
		abort();
	json_tree_release(&t);
	json_index_release(&index);
	buf_release(&b);
	free(copy);
	return 0;
}
