/* Invariants of Observations and of what they contain. */
#include "fhir/check.h"

/* ---- Contained resources (dom-2 to dom-5) ----------------------------------- */

/* Does a reference in ${r} have the text "#ID" of ${id}?  The nodes of ${r} follow
 * it in the tree. */
static bool
is_referred_to(const struct json_tree *t, const struct json_node *r,
    const struct json_node *id)
{
	const char *end = r->value.p + r->value.n;
	const struct json_node *last = t->node + t->count;

	for (const struct json_node *n = r; n < last && n->value.p < end; n++) {
		if (n->type == JSON_STRING && n->value.n == id->value.n + 1 &&
		    n->value.p[1] == '#' &&
		    memcmp(n->value.p + 2, id->value.p + 1, id->value.n - 1) ==
			0)
			return true;
	}
	return false;
}

/* Does a reference in ${contained} refer to its container? */
static bool
refers_back(const struct json_tree *t, const struct json_node *contained)
{
	const char *end = contained->value.p + contained->value.n;
	const struct json_node *last = t->node + t->count;

	for (const struct json_node *n = contained;
	     n < last && n->value.p < end; n++) {
		if (fhir_is(n, "#"))
			return true;
	}
	return false;
}

static int
check_contained(struct fhir_checking *c, const struct json_node *r,
    const struct json_node *n)
{
	const struct json_node *id = fhir_find(c->tree, n, "id");
	const struct json_node *meta = fhir_find(c->tree, n, "meta");

	if (fhir_find(c->tree, n, "contained") != NULL)
		return fhir_wrong(c->tree, n, "contained", c->err,
		    "is not allowed in a contained resource (dom-2)");
	if (id == NULL)
		return fhir_wrong(c->tree, n, "id", c->err,
		    "is missing: nothing can refer to it (dom-3)");
	if (!is_referred_to(c->tree, r, id) && !refers_back(c->tree, n))
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "nothing refers to it (dom-3)");
	if (fhir_find(c->tree, meta, "versionId") != NULL ||
	    fhir_find(c->tree, meta, "lastUpdated") != NULL)
		return fhir_wrong(c->tree, meta, NULL, c->err,
		    "a contained resource has no version (dom-4)");
	if (fhir_find(c->tree, meta, "security") != NULL)
		return fhir_wrong(c->tree, meta, NULL, c->err,
		    "a contained resource has no security label (dom-5)");
	return 0;
}

static int
check_all_contained(struct fhir_checking *c, const struct json_node *r)
{
	const struct json_node *list = fhir_find(c->tree, r, "contained");
	const struct json_node *n =
	    list == NULL ? NULL : json_tree_first(c->tree, list);

	for (; n != NULL; n = json_tree_next(c->tree, n)) {
		if (check_contained(c, r, n) != 0)
			return -1;
	}
	return 0;
}

/* ---- Codes ----------------------------------------------------------------- */

/* Have the CodeableConcepts a coding in common? */
static bool
same_code(const struct json_tree *t, const struct json_node *a,
    const struct json_node *b)
{
	const struct json_node *list = fhir_find(t, b, "coding"), *n;
	char uri[256], code[128];

	for (n = list == NULL ? NULL : json_tree_first(t, list); n != NULL;
	     n = json_tree_next(t, n)) {
		const struct json_node *s = fhir_find(t, n, "system");
		const struct json_node *k = fhir_find(t, n, "code");

		if (s == NULL || k == NULL || s->escaped || k->escaped ||
		    s->value.n > sizeof(uri) || k->value.n > sizeof(code))
			continue;
		memcpy(uri, s->value.p + 1, s->value.n - 2);
		uri[s->value.n - 2] = '\0';
		memcpy(code, k->value.p + 1, k->value.n - 2);
		code[k->value.n - 2] = '\0';
		if (fhir_codings(t, a, uri, code) > 0)
			return true;
	}
	return false;
}

/* obs-7 */
static int
check_components(struct fhir_checking *c, const struct json_node *r)
{
	const struct json_node *list = fhir_find(c->tree, r, "component"), *n;
	const struct json_node *code = fhir_find(c->tree, r, "code");

	if (list == NULL || fhir_choice(c->tree, r, "value") == NULL)
		return 0;
	for (n = json_tree_first(c->tree, list); n != NULL;
	     n = json_tree_next(c->tree, n)) {
		if (same_code(c->tree, code, fhir_find(c->tree, n, "code")))
			return fhir_wrong(c->tree, r, "value[x]", c->err,
			    "a component has the same code (obs-7)");
	}
	return 0;
}

int
fhir_observation_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	(void)e;
	if (check_all_contained(c, n) != 0)
		return -1;
	if (fhir_find(c->tree, n, "dataAbsentReason") != NULL &&
	    fhir_choice(c->tree, n, "value") != NULL)
		return fhir_wrong(c->tree, n, "dataAbsentReason", c->err,
		    "is not allowed beside a value (obs-6)");
	if (check_components(c, n) != 0)
		return -1;
	return c->profiles ? fhir_check_profile(c, n) : 0;
}
