#include "json/tree.h"

#include <stdlib.h>

void
json_tree_init(struct json_tree *t)
{
	memset(t, 0, sizeof(*t));
	json_scan_init(&t->scan);
}

void
json_tree_release(struct json_tree *t)
{
	free(t->node);
	json_scan_release(&t->scan);
	json_tree_init(t);
}

/* ---- Reading --------------------------------------------------------------- */

struct reading {
	struct json_tree *t;
	/* The open containers, and the last child of each. */
	uint32_t open[JSON_DEPTH_MAX], last[JSON_DEPTH_MAX];
	unsigned depth;
	struct span key;
	bool key_escaped;
};

static int
make_room(struct json_tree *t, struct err *err)
{
	size_t cap = t->cap == 0 ? 256 : t->cap * 2;
	struct json_node *node;

	if (t->most > 0 && t->count == t->most)
		return err_set(err, "more than %zu values", t->most);
	if (t->count < t->cap)
		return 0;
	node = cap > UINT32_MAX ? NULL : realloc(t->node, cap * sizeof(*node));
	if (node == NULL)
		return err_set(err, "out of memory");
	t->node = node;
	t->cap = cap;
	return 0;
}

/* Make the new node ${i} the last child of the open container. */
static void
link_node(struct reading *r, uint32_t i)
{
	uint32_t parent = r->open[r->depth - 1];
	uint32_t *last = &r->last[r->depth - 1];

	r->t->node[i].parent = parent;
	if (*last == 0)
		r->t->node[parent].first = i;
	else
		r->t->node[*last].next = i;
	*last = i;
}

/* Add the value whose first token is ${type}. */
static int
add(struct reading *r, enum json_token type, struct err *err)
{
	struct json_tree *t = r->t;
	const struct json_scan *s = &t->scan;
	const char *from = s->span.p - (type == JSON_STRING);
	uint32_t i = (uint32_t)t->count;

	if (make_room(t, err) != 0)
		return -1;
	t->node[i] = (struct json_node){.key = r->key,
	    .value = {from, (size_t)(s->p - from)},
	    .type = type,
	    .key_escaped = r->key_escaped,
	    .escaped = type == JSON_STRING && s->escaped};
	t->count++;
	r->key = (struct span){NULL, 0};
	if (r->depth > 0)
		link_node(r, i);
	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		r->open[r->depth] = i;
		r->last[r->depth++] = 0;
	}
	return 0;
}

static int
take_token(struct reading *r, enum json_token token, struct err *err)
{
	const struct json_scan *s = &r->t->scan;
	struct json_node *n;

	switch (token) {
	case JSON_ERROR:
		return err_set(err, "byte %zu: %s", s->where + 1, s->error);
	case JSON_KEY:
		r->key = s->span;
		r->key_escaped = s->escaped;
		return 0;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		n = &r->t->node[r->open[--r->depth]];
		n->value.n = (size_t)(s->p - n->value.p);
		return 0;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_STRING:
	case JSON_NUMBER:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		return add(r, token, err);
	case JSON_END:
		break;
	}
	return 0;
}

int
json_tree_read(struct json_tree *t, struct span text, struct err *err)
{
	struct reading r = {.t = t};
	enum json_token token;

	t->count = 0;
	json_scan_start(&t->scan, text);
	do {
		token = json_scan_next(&t->scan);
		if (take_token(&r, token, err) != 0)
			return -1;
	} while (token != JSON_END);
	if (t->node[0].type != JSON_OBJECT)
		return err_set(err, "not a JSON object");
	return 0;
}

/* ---- Looking --------------------------------------------------------------- */

const struct json_node *
json_tree_first(const struct json_tree *t, const struct json_node *n)
{
	return n->first == 0 ? NULL : &t->node[n->first];
}

const struct json_node *
json_tree_next(const struct json_tree *t, const struct json_node *n)
{
	return n->next == 0 ? NULL : &t->node[n->next];
}

const struct json_node *
json_tree_find(
    const struct json_tree *t, const struct json_node *n, struct span name)
{
	if (n == NULL || n->type != JSON_OBJECT)
		return NULL;
	for (n = json_tree_first(t, n); n != NULL; n = json_tree_next(t, n)) {
		if (json_string_is(n->key, n->key_escaped, name))
			return n;
	}
	return NULL;
}

bool
json_tree_is(const struct json_node *n, struct span text)
{
	return n != NULL && n->type == JSON_STRING &&
	    json_string_is(json_inside(n->value), n->escaped, text);
}

void
json_tree_text(const struct json_node *n, struct buf *out)
{
	if (n->escaped)
		json_unescape(json_inside(n->value), out);
	else
		buf_add_span(out, json_inside(n->value));
}
