/* The device of an event from a contained Device. */
#include "fhir/draft.h"
#include "fhir/maker.h"

/* Return the contained Device to which the Observation ${n} refers, or NULL. */
static const struct json_node *
find_device(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *reference =
	    fhir_find(c->tree, fhir_find(c->tree, n, "device"), "reference");
	const struct json_node *list = fhir_find(c->tree, n, "contained");
	struct span s;

	if (reference == NULL || list == NULL)
		return NULL;
	s = fhir_text_of(c, reference);
	if (s.n < 2 || s.p[0] != '#')
		return NULL;
	for (n = json_tree_first(c->tree, list); n != NULL;
	     n = json_tree_next(c->tree, n)) {
		const struct json_node *id = fhir_find(c->tree, n, "id");

		if (id != NULL &&
		    json_string_is(json_inside(id->value), id->escaped,
			(struct span){s.p + 1, s.n - 1}))
			return fhir_is(fhir_find(c->tree, n, "resourceType"),
				   "Device")
			    ? n
			    : NULL;
	}
	return NULL;
}

/* Append the JSON value in the text ${n}. */
static int
put_json(struct fhir_checking *c, const struct json_node *n, struct buf *out)
{
	struct json_scan *scan = &c->tree->scan;
	enum json_token t;
	size_t before = out->len;

	json_tree_text(n, out);
	if (buf_failed(out))
		return err_set(c->err, "out of memory");
	json_scan_start(
	    scan, (struct span){buf_span(out).p + before, out->len - before});
	do {
		t = json_scan_next(scan);
	} while (t != JSON_END && t != JSON_ERROR);
	if (t == JSON_END &&
	    memchr(out->data + before, '\n', out->len - before) == NULL &&
	    memchr(out->data + before, '\r', out->len - before) == NULL)
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err, "is not JSON in one line");
}

/* Append "VALUE UNIT" as a text; of a number without a unit, the number. */
static void
put_quantity(
    const struct json_tree *t, const struct json_node *q, struct buf *out)
{
	const struct json_node *value = fhir_find(t, q, "value");
	const struct json_node *unit = fhir_find(t, q, "unit");

	if (unit == NULL)
		unit = fhir_find(t, q, "code");
	if (value == NULL)
		buf_add_text(out, "null");
	else if (unit == NULL)
		buf_add_span(out, value->value);
	else
		buf_addf(out, "\"%.*s %.*s\"", (int)value->value.n,
		    value->value.p, (int)unit->value.n - 2, unit->value.p + 1);
}

/* Append ,"name":value of the property ${p}; nothing if it has neither. */
static int
put_property(
    struct fhir_checking *c, const struct json_node *p, struct buf *out)
{
	const struct json_node *quantity =
	    fhir_find(c->tree, p, "valueQuantity");
	const struct json_node *code = fhir_find(c->tree, p, "valueCode");
	const struct json_node *concept;

	buf_add_byte(out, ',');
	if (!fhir_concept_text(
		c->tree, fhir_find(c->tree, p, "type"), SIZE_MAX, out))
		return fhir_wrong(
		    c->tree, p, "type", c->err, "has neither text nor code");
	buf_add_byte(out, ':');
	if (quantity != NULL) {
		put_quantity(c->tree, json_tree_first(c->tree, quantity), out);
		return 0;
	}
	concept = code == NULL ? NULL : json_tree_first(c->tree, code);
	if (fhir_extension(c->tree, concept, FHIR_EXTENSION "json") != NULL &&
	    fhir_find(c->tree, concept, "text") != NULL)
		return put_json(c, fhir_find(c->tree, concept, "text"), out);
	if (!fhir_concept_text(c->tree, concept, SIZE_MAX, out))
		buf_add_text(out, "null");
	return 0;
}

static const struct json_node *
model_of(const struct json_tree *t, const struct json_node *device)
{
	const struct json_node *list = fhir_find(t, device, "deviceName"), *n;

	if (list == NULL)
		return NULL;
	for (n = json_tree_first(t, list); n != NULL;
	     n = json_tree_next(t, n)) {
		if (fhir_is(fhir_find(t, n, "type"), "model-name"))
			return fhir_find(t, n, "name");
	}
	return NULL;
}

int
fhir_read_device(
    struct fhir_checking *c, const struct json_node *n, struct buf *out)
{
	const struct json_node *device = find_device(c, n);
	const struct json_node *make, *model, *list, *p;
	size_t first;

	if (device == NULL)
		return 0;
	make = fhir_find(c->tree, device, "manufacturer");
	model = model_of(c->tree, device);
	list = fhir_find(c->tree, device, "property");
	buf_add_text(out, ",\"device\":{");
	first = out->len;
	if (make != NULL)
		buf_addf(
		    out, ",\"make\":%.*s", (int)make->value.n, make->value.p);
	if (model != NULL)
		buf_addf(out, ",\"model\":%.*s", (int)model->value.n,
		    model->value.p);
	for (p = list == NULL ? NULL : json_tree_first(c->tree, list);
	     p != NULL; p = json_tree_next(c->tree, p)) {
		if (put_property(c, p, out) != 0)
			return -1;
	}
	/* Each member has a comma before it, the first one, too. */
	if (!buf_failed(out) && out->len > first) {
		memmove(out->data + first, out->data + first + 1,
		    out->len - first - 1);
		out->len--;
	}
	buf_add_byte(out, '}');
	return 0;
}
