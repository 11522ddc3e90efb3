/* References (R4B, 2.3.0). */
#include "fhir/check.h"
#include "fhir/fhir.h"
#include "fhir/maker.h"

/* Return what follows the last ${c} in ${s}; n 0 if there is none. */
static struct span
after_last(struct span s, char c)
{
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == c)
			return (struct span){s.p + i, s.n - i};
	}
	return (struct span){s.p + s.n, 0};
}

/* Remove /_history/VERSION from the end of ${s}. */
static struct span
without_version(struct span s)
{
	static const char mark[] = "/_history/";
	size_t k = sizeof(mark) - 1;

	for (size_t i = 0; i + k <= s.n; i++) {
		if (memcmp(s.p + i, mark, k) == 0)
			return (struct span){s.p, i};
	}
	return s;
}

/* Return TYPE of TYPE/ID at the end of ${s}; n 0 if there is none.  *${rest} is
 * the number of bytes before it. */
static struct span
type_in(struct span s, size_t *rest)
{
	struct span id, path, type;

	s = without_version(s);
	id = after_last(s, '/');
	if (!fhir_is_id(id))
		return (struct span){s.p, 0};
	path = (struct span){s.p, s.n - id.n - 1};
	type = after_last(path, '/');
	if (type.n == 0)
		type = path;
	*rest = path.n - type.n;
	return fhir_is_resource(type) ? type : (struct span){s.p, 0};
}

struct span
fhir_reference_names(struct span s)
{
	size_t rest;

	return type_in(s, &rest);
}

/* Return the resource with the ID ${id} in the container; NULL if there is
 * none. */
static const struct json_node *
find_contained(struct fhir_checking *c, struct span id)
{
	const struct json_node *list =
	    fhir_find(c->tree, c->container, "contained");
	const struct json_node *n =
	    list == NULL ? NULL : json_tree_first(c->tree, list);

	for (; n != NULL; n = json_tree_next(c->tree, n)) {
		const struct json_node *have = fhir_find(c->tree, n, "id");

		if (have != NULL && have->type == JSON_STRING &&
		    json_string_is(json_inside(have->value), have->escaped, id))
			return n;
	}
	return NULL;
}

static bool
has_scheme(struct span s)
{
	const char *colon = memchr(s.p, ':', s.n);
	const char *slash = memchr(s.p, '/', s.n);

	return colon != NULL && colon > s.p && (slash == NULL || colon < slash);
}

/* Return what is wrong with the text of a reference, or NULL. */
static const char *
text_wrong(struct fhir_checking *c, struct span s)
{
	size_t rest = 0;

	if (fhir_primitive_wrong(FHIR_URI, s) != NULL)
		return "is not a URI";
	if (s.p[0] == '#')
		return s.n == 1 ||
			find_contained(c, (struct span){s.p + 1, s.n - 1}) !=
			    NULL
		    ? NULL
		    : "is not the id of a contained resource (ref-1)";
	if (s.n > 9 && memcmp(s.p, "urn:uuid:", 9) == 0)
		return fhir_primitive_wrong(FHIR_UUID, s);
	if (s.n > 8 && memcmp(s.p, "urn:oid:", 8) == 0)
		return fhir_primitive_wrong(FHIR_OID, s);
	if (has_scheme(s))
		return NULL;
	/* A search, which a server replaces by what it finds. */
	if (c->in_bundle && memchr(s.p, '?', s.n) != NULL)
		return NULL;
	if (type_in(s, &rest).n > 0 && rest == 0)
		return NULL;
	return "is neither TYPE/ID nor a URL";
}

struct span
fhir_reference_type(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *text = fhir_find(c->tree, n, "reference");
	const struct json_node *type = fhir_find(c->tree, n, "type");
	struct span s = {"", 0}, found = s;
	size_t rest;

	if (text != NULL) {
		s = fhir_text_of(c, text);
		if (s.p[0] == '#' && s.n > 1) {
			const struct json_node *r = fhir_find(c->tree,
			    find_contained(c, (struct span){s.p + 1, s.n - 1}),
			    "resourceType");

			if (r != NULL)
				found = fhir_text_of(c, r);
		} else {
			found = type_in(s, &rest);
		}
	}
	if (found.n > 0 || type == NULL)
		return found;
	s = fhir_text_of(c, type);
	found = after_last(s, '/');
	return found.n > 0 ? found : s;
}

int
fhir_reference_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *text = fhir_find(c->tree, n, "reference");
	const struct json_node *named = fhir_find(c->tree, n, "type");
	const char *wrong = NULL;
	struct span type;

	if (text != NULL)
		wrong = text_wrong(c, fhir_text_of(c, text));
	if (wrong != NULL)
		return fhir_wrong(c->tree, text, NULL, c->err, "%s", wrong);
	type = fhir_reference_type(c, n);
	if (type.n == 0)
		return 0;
	if (e->of != NULL && !fhir_listed(e->of, type))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    "must not refer to %.*s", type.n > 64 ? 64 : (int)type.n,
		    type.p);
	if (named == NULL)
		return 0;
	if (json_string_is(json_inside(named->value), named->escaped, type) ||
	    (named->value.n > type.n + 2 &&
		memcmp(named->value.p + named->value.n - 1 - type.n, type.p,
		    type.n) == 0))
		return 0;
	return fhir_wrong(c->tree, named, NULL, c->err,
	    "is not the type of the reference, %.*s", (int)type.n, type.p);
}
