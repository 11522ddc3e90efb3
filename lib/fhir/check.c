/* Walking through a resource: elements, types, lists, primitives. */
#include "fhir/check.h"

static int check_object(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_type *type, const struct fhir_element *e);
static int check_resource(struct fhir_checking *c, const struct json_node *n);

/* ---- Primitives ------------------------------------------------------------ */

static int
wrong_json(struct fhir_checking *c, const struct json_node *n, const char *want)
{
	if (n->type == JSON_NULL)
		return fhir_wrong(c->tree, n, NULL, c->err, "must not be null");
	return fhir_wrong(c->tree, n, NULL, c->err, "must be %s%s", want,
	    n->type == JSON_ARRAY ? ", not a list" : "");
}

static int
check_text(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	struct span text =
	    n->type == JSON_STRING ? fhir_text_of(c, n) : n->value;
	const char *wrong = fhir_primitive_wrong(e->type->kind, text);
	int shown = text.n > 64 ? 64 : (int)text.n;

	if (n->type == JSON_STRING && text.n == 0)
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "must not be empty");
	if (wrong != NULL)
		return fhir_wrong(c->tree, n, NULL, c->err, "'%.*s' %s", shown,
		    text.p, wrong);
	if (e->type->kind != FHIR_CODE || e->of == NULL ||
	    fhir_listed(e->of, text))
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err, "'%.*s' is not one of %.*s",
	    shown, text.p, (int)strlen(e->of) - 2, e->of + 1);
}

static int
check_primitive(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	switch (e->type->kind) {
	case FHIR_BOOLEAN:
		if (n->type == JSON_TRUE || n->type == JSON_FALSE)
			return 0;
		return wrong_json(c, n, "true or false");
	case FHIR_DECIMAL:
	case FHIR_INTEGER:
	case FHIR_POSITIVE:
	case FHIR_UNSIGNED:
		if (n->type != JSON_NUMBER)
			return wrong_json(c, n, "a number");
		break;
	case FHIR_STRING:
	case FHIR_CODE:
	case FHIR_ID:
	case FHIR_URI:
	case FHIR_OID:
	case FHIR_UUID:
	case FHIR_DATE:
	case FHIR_DATE_TIME:
	case FHIR_INSTANT:
	case FHIR_TIME:
	case FHIR_BASE64:
		if (n->type != JSON_STRING)
			return wrong_json(c, n, "a string");
		break;
	case FHIR_COMPLEX:
	case FHIR_OPAQUE:
	case FHIR_INLINE_RESOURCE:
		break;
	}
	return check_text(c, n, e);
}

/* ---- Elements -------------------------------------------------------------- */

static bool
is_primitive(const struct fhir_type *type)
{
	return type->kind >= FHIR_BOOLEAN;
}

static int
check_value(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	if (is_primitive(e->type))
		return check_primitive(c, n, e);
	if (n->type != JSON_OBJECT)
		return wrong_json(c, n, "an object");
	if (n->first == 0)
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "must not be empty");
	if (e->type->kind == FHIR_INLINE_RESOURCE)
		return check_resource(c, n);
	return e->type->kind == FHIR_OPAQUE ? 0
					    : check_object(c, n, e->type, e);
}

/* Return the member of the parent of ${n} with the extensions of its items,
 * "_name"; NULL if there is none. */
static const struct json_node *
shadow_of(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *s = json_tree_first(t, &t->node[n->parent]);

	for (; s != NULL; s = json_tree_next(t, s)) {
		if (s->key.n == n->key.n + 1 && s->key.p[0] == '_' &&
		    memcmp(s->key.p + 1, n->key.p, n->key.n) == 0)
			return s;
	}
	return NULL;
}

static int
check_list(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *item;

	if (n->type != JSON_ARRAY)
		return fhir_wrong(c->tree, n, NULL, c->err, "must be a list");
	if (n->first == 0)
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "must not be empty");
	for (item = json_tree_first(c->tree, n); item != NULL;
	     item = json_tree_next(c->tree, item)) {
		if (item->type == JSON_NULL && is_primitive(e->type) &&
		    shadow_of(c->tree, n) != NULL)
			continue;
		if (check_value(c, item, e) != 0)
			return -1;
	}
	return 0;
}

static const struct fhir_element in_all[] = {
    {"id", &fhir_string, 0, NULL},
    {"extension", &fhir_extension_type, FHIR_MANY, NULL},
    {"modifierExtension", &fhir_extension_type, FHIR_MANY, NULL},
};

/* Return the element ${key} of ${type}, or NULL. */
static const struct fhir_element *
find_element(const struct fhir_type *type, struct span key)
{
	for (size_t i = 0; i < type->count; i++) {
		if (span_is(key, type->element[i].name))
			return &type->element[i];
	}
	for (size_t i = 0; i < (type->modifiable ? 3 : 2); i++) {
		if (span_is(key, in_all[i].name))
			return &in_all[i];
	}
	return NULL;
}

/* The "_name" of a primitive: an object with an id or extensions; of a list, a
 * list of such objects and nulls. */
static int
check_shadow(struct fhir_checking *c, const struct json_node *n, bool many)
{
	static const struct fhir_type shadow = {
	    "Element", FHIR_COMPLEX, false, NULL, 0, NULL};
	static const struct fhir_element of_shadow = {
	    "Element", &shadow, 0, NULL};
	const struct json_node *item;

	if (!many)
		return check_value(c, n, &of_shadow);
	if (n->type != JSON_ARRAY || n->first == 0)
		return fhir_wrong(c->tree, n, NULL, c->err, "must be a list");
	for (item = json_tree_first(c->tree, n); item != NULL;
	     item = json_tree_next(c->tree, item)) {
		if (item->type != JSON_NULL &&
		    check_value(c, item, &of_shadow) != 0)
			return -1;
	}
	return 0;
}

/* Check the member ${n} of an object of ${type}; set *${seen} to its element, or
 * to NULL if it is only the extensions of one. */
static int
check_member(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_type *type, const struct fhir_element **seen)
{
	struct span key = n->key;
	bool shadow = key.n > 1 && key.p[0] == '_';
	const struct fhir_element *e;

	*seen = NULL;
	key.p += shadow;
	key.n -= shadow;
	/* No name of an element needs an escape; the rules rely on that. */
	e = n->key_escaped ? NULL : find_element(type, key);
	if (e == NULL || (shadow && !is_primitive(e->type)))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    "is not an element of %s", type->name);
	if (shadow)
		return check_shadow(c, n, (e->flags & FHIR_MANY) != 0);
	*seen = e;
	return (e->flags & FHIR_MANY) != 0 ? check_list(c, n, e)
					   : check_value(c, n, e);
}

/* The length of the name of the choice: "value" of "valueString". */
static size_t
choice_length(const char *name)
{
	return strcspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* The elements of an object that were seen: bit i is that of the table. */
struct seen {
	uint64_t elements;
	const struct fhir_element *choice[4];
	size_t choices;
};

/* Note that ${e}, or NULL, was seen.  Of a choice there is at most one. */
static int
note_element(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_type *type, const struct fhir_element *e,
    struct seen *seen)
{
	size_t k;

	if (e == NULL)
		return 0;
	k = choice_length(e->name);
	for (size_t i = 0; i < type->count; i++) {
		if (e == &type->element[i])
			seen->elements |= 1ULL << i;
	}
	if ((e->flags & FHIR_CHOICE) == 0)
		return 0;
	for (size_t i = 0; i < seen->choices; i++) {
		const char *other = seen->choice[i]->name;

		if (other != e->name && choice_length(other) == k &&
		    memcmp(other, e->name, k) == 0)
			return fhir_wrong(c->tree, n, NULL, c->err,
			    "there is '%s' already", other);
	}
	if (seen->choices < sizeof(seen->choice) / sizeof(seen->choice[0]))
		seen->choice[seen->choices++] = e;
	return 0;
}

static int
check_object(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_type *type, const struct fhir_element *e)
{
	const struct json_node *member = json_tree_first(c->tree, n);
	const struct fhir_element *element;
	struct seen seen = {0};

	for (; member != NULL; member = json_tree_next(c->tree, member)) {
		if (n == c->resource &&
		    json_string_is(member->key, member->key_escaped,
			SPAN_LIT("resourceType")))
			continue;
		if (check_member(c, member, type, &element) != 0 ||
		    note_element(c, member, type, element, &seen) != 0)
			return -1;
	}
	for (size_t i = 0; i < type->count; i++) {
		if ((type->element[i].flags & FHIR_ONE) != 0 &&
		    (seen.elements >> i & 1) == 0)
			return fhir_wrong(c->tree, n, type->element[i].name,
			    c->err, "is missing");
	}
	return type->rule == NULL ? 0 : type->rule(c, n, e);
}

/* ---- Resources ------------------------------------------------------------- */

/* Check the resource ${n} of a type whose elements are not known here. */
static int
check_other(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *id = fhir_find(c->tree, n, "id");
	static const struct fhir_element of_id = {"id", &fhir_id, 0, NULL};

	return id == NULL ? 0 : check_value(c, id, &of_id);
}

static int
check_typed(struct fhir_checking *c, const struct json_node *n,
    const struct json_node *type)
{
	if (fhir_is(type, "Observation"))
		return check_object(c, n, &fhir_observation_type, NULL);
	if (fhir_is(type, "Device"))
		return check_object(c, n, &fhir_device_type, NULL);
	if (fhir_is(type, "Bundle"))
		return check_object(c, n, &fhir_bundle_type, NULL);
	return check_other(c, n);
}

/* Check the resource ${n}, an element of another one. */
static int
check_resource(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *outer = c->resource, *container = c->container;
	const struct json_node *type = fhir_find(c->tree, n, "resourceType");
	const struct json_node *list = &c->tree->node[n->parent];
	bool contained = list->type == JSON_ARRAY;
	struct span name;
	int rc;

	if (type == NULL || type->type != JSON_STRING)
		return fhir_wrong(c->tree, n, "resourceType", c->err,
		    type == NULL ? "is missing" : "must be a string");
	name = fhir_text_of(c, type);
	if (!fhir_is_resource(name))
		return fhir_wrong(c->tree, n, "resourceType", c->err,
		    "'%.*s' is not a resource of R4B",
		    name.n > 64 ? 64 : (int)name.n, name.p);
	if (!contained && c->profiles && !fhir_is(type, "Observation") &&
	    !fhir_is(type, "OperationOutcome"))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    "'%.*s': only Observations can be checked", (int)name.n,
		    name.p);
	c->resource = n;
	if (!contained)
		c->container = n;
	rc = check_typed(c, n, type);
	c->resource = outer;
	c->container = container;
	return rc;
}

int
fhir_check_root(struct fhir_checking *c)
{
	const struct json_node *n = c->tree->node;
	const struct json_node *type = fhir_find(c->tree, n, "resourceType");

	c->resource = c->container = n;
	c->in_bundle = false;
	c->urls = 0;
	if (type == NULL)
		return err_set(c->err, "resourceType: is missing");
	if (type->type != JSON_STRING)
		return err_set(c->err, "resourceType: must be a string");
	if (fhir_is(type, "Observation"))
		return check_typed(c, n, type);
	if (!fhir_is(type, "Bundle")) {
		struct span name = fhir_text_of(c, type);

		return err_set(c->err,
		    "resourceType: '%.*s' is neither Observation nor Bundle",
		    name.n > 64 ? 64 : (int)name.n, name.p);
	}
	c->in_bundle = true;
	return check_typed(c, n, type);
}
