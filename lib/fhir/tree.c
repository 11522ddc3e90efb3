#include "fhir/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
fhir_tree_init(struct fhir_tree *t)
{
	memset(t, 0, sizeof(*t));
	json_scan_init(&t->scan);
}

void
fhir_tree_release(struct fhir_tree *t)
{
	free(t->node);
	json_scan_release(&t->scan);
	fhir_tree_init(t);
}

/* ---- Reading --------------------------------------------------------------- */

struct reading {
	struct fhir_tree *t;
	/* The open containers, and the last child of each. */
	uint32_t open[JSON_DEPTH_MAX], last[JSON_DEPTH_MAX];
	unsigned depth;
	struct span key;
	bool key_escaped;
};

static int
make_room(struct fhir_tree *t, struct err *err)
{
	size_t cap = t->cap == 0 ? 256 : t->cap * 2;
	struct fhir_node *node;

	if (t->count < t->cap)
		return 0;
	if (t->count == FHIR_VALUES_MAX)
		return err_set(err, "more than %d values", FHIR_VALUES_MAX);
	node = realloc(t->node, cap * sizeof(*node));
	if (node == NULL)
		return err_set(err, "out of memory");
	t->node = node;
	t->cap = cap;
	return 0;
}

/* Add the value whose first token is ${type}. */
static int
add(struct reading *r, enum json_token type, struct err *err)
{
	struct fhir_tree *t = r->t;
	const struct json_scan *s = &t->scan;
	const char *from = s->span.p - (type == JSON_STRING);
	uint32_t i = (uint32_t)t->count;

	if (make_room(t, err) != 0)
		return -1;
	t->node[i] = (struct fhir_node){.key = r->key,
	    .value = {from, (size_t)(s->p - from)},
	    .type = type,
	    .key_escaped = r->key_escaped,
	    .escaped = type == JSON_STRING && s->escaped};
	r->key = (struct span){NULL, 0};
	t->count++;
	if (r->depth > 0) {
		uint32_t parent = r->open[r->depth - 1];
		uint32_t *last = &r->last[r->depth - 1];

		t->node[i].parent = parent;
		if (*last == 0)
			t->node[parent].first = i;
		else
			t->node[*last].next = i;
		*last = i;
	}
	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		r->open[r->depth] = i;
		r->last[r->depth++] = 0;
	}
	return 0;
}

static void
close_container(struct reading *r)
{
	struct fhir_node *n = &r->t->node[r->open[--r->depth]];

	n->value.n = (size_t)(r->t->scan.p - n->value.p);
}

static int
take_token(struct reading *r, enum json_token token, struct err *err)
{
	const struct json_scan *s = &r->t->scan;

	switch (token) {
	case JSON_ERROR:
		return err_set(err, "byte %zu: %s", s->where + 1, s->error);
	case JSON_KEY:
		r->key = s->span;
		r->key_escaped = s->escaped;
		return 0;
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
		close_container(r);
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
fhir_tree_read(struct fhir_tree *t, struct span text, struct err *err)
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

const struct fhir_node *
fhir_first(const struct fhir_tree *t, const struct fhir_node *n)
{
	return n->first == 0 ? NULL : &t->node[n->first];
}

const struct fhir_node *
fhir_next(const struct fhir_tree *t, const struct fhir_node *n)
{
	return n->next == 0 ? NULL : &t->node[n->next];
}

const struct fhir_node *
fhir_find(
    const struct fhir_tree *t, const struct fhir_node *n, const char *name)
{
	struct span want = span_of(name);

	if (n == NULL || n->type != JSON_OBJECT)
		return NULL;
	for (n = fhir_first(t, n); n != NULL; n = fhir_next(t, n)) {
		if (json_string_is(n->key, n->key_escaped, want))
			return n;
	}
	return NULL;
}

bool
fhir_is(const struct fhir_node *n, const char *text)
{
	return n != NULL && n->type == JSON_STRING &&
	    json_string_is(json_inside(n->value), n->escaped, span_of(text));
}

void
fhir_node_text(const struct fhir_node *n, struct buf *out)
{
	if (n->escaped)
		json_unescape(json_inside(n->value), out);
	else
		buf_add_span(out, json_inside(n->value));
}

/* ---- Paths ----------------------------------------------------------------- */

static size_t
position(const struct fhir_tree *t, const struct fhir_node *n)
{
	const struct fhir_node *c = fhir_first(t, &t->node[n->parent]);
	size_t i = 0;

	for (; c != n; c = fhir_next(t, c))
		i++;
	return i;
}

/* Append the path of ${n}, which begins with the type of the resource. */
static void
add_path(const struct fhir_tree *t, const struct fhir_node *n, struct buf *out)
{
	const struct fhir_node *up[JSON_DEPTH_MAX + 1];
	const struct fhir_node *type = fhir_find(t, t->node, "resourceType");
	size_t depth = 0;

	for (; n != t->node; n = &t->node[n->parent])
		up[depth++] = n;
	if (type != NULL && type->type == JSON_STRING)
		buf_add_span(out, json_inside(type->value));
	while (depth > 0) {
		n = up[--depth];
		if (t->node[n->parent].type == JSON_ARRAY)
			buf_addf(out, "[%zu]", position(t, n));
		else
			buf_addf(out, ".%.*s",
			    n->key.n > 64 ? 64 : (int)n->key.n, n->key.p);
	}
}

int
fhir_wrong(const struct fhir_tree *t, const struct fhir_node *n,
    const char *member, struct err *err, const char *why, ...)
{
	char reason[ERR_TEXT_MAX];
	struct buf path;
	va_list ap;

	va_start(ap, why);
	vsnprintf(reason, sizeof(reason), why, ap);
	va_end(ap);
	buf_init(&path);
	add_path(t, n, &path);
	if (member != NULL)
		buf_addf(&path, ".%s", member);
	if (buf_failed(&path))
		err_set(err, "out of memory");
	else
		err_set(err, "%.*s: %s", (int)path.len, path.data, reason);
	buf_release(&path);
	return -1;
}
