#include "fhir/tree.h"

#include <stdarg.h>
#include <stdio.h>

void
fhir_tree_init(struct json_tree *t)
{
	json_tree_init(t);
	t->most = FHIR_VALUES_MAX;
}

const struct json_node *
fhir_find(
    const struct json_tree *t, const struct json_node *n, const char *name)
{
	return json_tree_find(t, n, span_of(name));
}

bool
fhir_is(const struct json_node *n, const char *text)
{
	return json_tree_is(n, span_of(text));
}

/* ---- Paths ----------------------------------------------------------------- */

static size_t
position(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *c = json_tree_first(t, &t->node[n->parent]);
	size_t i = 0;

	for (; c != n; c = json_tree_next(t, c))
		i++;
	return i;
}

/* Append the path of ${n}, which begins with the type of the resource. */
static void
add_path(const struct json_tree *t, const struct json_node *n, struct buf *out)
{
	const struct json_node *up[JSON_DEPTH_MAX + 1];
	const struct json_node *type = fhir_find(t, t->node, "resourceType");
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
fhir_wrong(const struct json_tree *t, const struct json_node *n,
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
