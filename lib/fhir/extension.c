/* Extensions: those of schema/fhir, and the rules of all. */
#include "fhir/check.h"
#include "fhir/maker.h"

struct part {
	const char *url; /* after FHIR_EXTENSION, or in a complex extension */
	const char *value;
	double min, max; /* of a number */
	bool required, modifier;
	const struct part *part;
	size_t parts;
};

#define ANY -1e300, 1e300
#define SHARE 0, 1

static const struct part quality[] = {
    {"signal", "valueDecimal", SHARE, false, false, NULL, 0},
    {"snrDb", "valueDecimal", ANY, false, false, NULL, 0},
    {"motion", "valueDecimal", SHARE, false, false, NULL, 0},
    {"illumination", "valueDecimal", SHARE, false, false, NULL, 0},
    {"coverage", "valueDecimal", SHARE, false, false, NULL, 0},
};
static const struct part session[] = {
    {"id", "valueString", ANY, true, false, NULL, 0},
    {"startTime", "valueString", ANY, false, false, NULL, 0},
    {"offsetSeconds", "valueDecimal", 0, 1e10, false, false, NULL, 0},
    {"durationSeconds", "valueDecimal", 0, 1e10, false, false, NULL, 0},
    {"seq", "valueDecimal", 0, 1e15, false, false, NULL, 0},
};

#define PARTS(table) (table), sizeof(table) / sizeof((table)[0])

static const struct part own[] = {
    {"confidence", "valueDecimal", SHARE, false, false, NULL, 0},
    {"calibration", "valueString", ANY, false, false, NULL, 0},
    {"method", "valueString", ANY, false, false, NULL, 0},
    {"unit", "valueString", ANY, false, false, NULL, 0},
    {"quality", NULL, ANY, false, false, PARTS(quality)},
    {"session", NULL, ANY, false, false, PARTS(session)},
    {"sampleRate", "valueDecimal", 0.001, 1e6, false, false, NULL, 0},
    {"eventType", "valueString", ANY, false, false, NULL, 0},
    {"eventTime", "valueString", ANY, false, false, NULL, 0},
    {"json", "valueBoolean", ANY, false, false, NULL, 0},
    {"uncalibrated", "valueBoolean", ANY, false, true, NULL, 0},
};

/* Return the row of ${url} in ${table}, or NULL. */
static const struct part *
find_part(const struct part *table, size_t n, struct span url)
{
	for (size_t i = 0; i < n; i++) {
		if (span_is(url, table[i].url))
			return &table[i];
	}
	return NULL;
}

/* Is an earlier extension in the list of ${n} of the same URL? */
static bool
is_repeated(const struct json_tree *t, const struct json_node *n,
    const struct json_node *url)
{
	const struct json_node *other = json_tree_first(t, &t->node[n->parent]);

	for (; other != NULL && other != n; other = json_tree_next(t, other)) {
		const struct json_node *u = fhir_find(t, other, "url");

		if (u != NULL && u->value.n == url->value.n &&
		    memcmp(u->value.p, url->value.p, u->value.n) == 0)
			return true;
	}
	return false;
}

static int
check_number(struct fhir_checking *c, const struct json_node *value,
    const struct part *p)
{
	double x = 0;

	if (value->type != JSON_NUMBER ||
	    (json_number(value->value, &x) == 0 && x >= p->min && x <= p->max))
		return 0;
	return fhir_wrong(c->tree, value, NULL, c->err, "must be from %g to %g",
	    p->min, p->max);
}

static int check_parts(
    struct fhir_checking *c, const struct json_node *n, const struct part *p);

/* Check the extension ${n} with ${url}, which is defined by ${p}. */
static int
check_part(struct fhir_checking *c, const struct json_node *n,
    const struct json_node *url, const struct part *p)
{
	const struct json_node *value;

	if (is_repeated(c->tree, n, url))
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "'%s' appears twice", p->url);
	if (p->parts > 0)
		return check_parts(c, n, p);
	value = fhir_find(c->tree, n, p->value);
	if (value == NULL)
		return fhir_wrong(c->tree, n, p->value, c->err, "is missing");
	return check_number(c, value, p);
}

static int
check_parts(
    struct fhir_checking *c, const struct json_node *n, const struct part *p)
{
	const struct json_node *list = fhir_find(c->tree, n, "extension");
	uint64_t seen = 0;

	if (list == NULL)
		return fhir_wrong(
		    c->tree, n, "extension", c->err, "is missing");
	for (n = json_tree_first(c->tree, list); n != NULL;
	     n = json_tree_next(c->tree, n)) {
		const struct json_node *url = fhir_find(c->tree, n, "url");
		const struct part *part =
		    find_part(p->part, p->parts, fhir_text_of(c, url));

		if (part == NULL)
			return fhir_wrong(c->tree, url, NULL, c->err,
			    "is not a part of '%s'", p->url);
		seen |= 1ULL << (part - p->part);
		if (check_part(c, n, url, part) != 0)
			return -1;
	}
	for (size_t i = 0; i < p->parts; i++) {
		if (p->part[i].required && (seen >> i & 1) == 0)
			return fhir_wrong(c->tree, list, NULL, c->err,
			    "'%s' has no '%s'", p->url, p->part[i].url);
	}
	return 0;
}

/* ext-1: the extension has either a value or extensions. */
static int
check_content(struct fhir_checking *c, const struct json_node *n)
{
	bool nested = fhir_find(c->tree, n, "extension") != NULL;
	bool value = fhir_choice(c->tree, n, "value") != NULL;

	if (nested != value)
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err, "must have %s (ext-1)",
	    nested ? "a value or extensions, not both"
		   : "a value or extensions");
}

/* Is ${n} an extension of an extension? */
static bool
is_nested(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *holder = &t->node[t->node[n->parent].parent];
	struct span key = t->node[holder->parent].key;

	return t->node[holder->parent].type == JSON_ARRAY &&
	    (span_is(key, "extension") || span_is(key, "modifierExtension"));
}

int
fhir_extension_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	static const size_t k = sizeof(FHIR_EXTENSION) - 1;
	const struct json_node *url = fhir_find(c->tree, n, "url");
	bool modifier = strcmp(e->name, "modifierExtension") == 0;
	const struct part *p = NULL;
	struct span text;

	if (check_content(c, n) != 0)
		return -1;
	/* Parts of an extension are checked with the whole. */
	if (is_nested(c->tree, n))
		return 0;
	text = fhir_text_of(c, url);
	if (memchr(text.p, ':', text.n) == NULL)
		return fhir_wrong(
		    c->tree, url, NULL, c->err, "is not an absolute URL");
	if (text.n > k && memcmp(text.p, FHIR_EXTENSION, k) == 0) {
		p = find_part(own, sizeof(own) / sizeof(own[0]),
		    (struct span){text.p + k, text.n - k});
		if (p == NULL)
			return fhir_wrong(c->tree, url, NULL, c->err,
			    "is not an extension of vitals");
	}
	if (modifier && (p == NULL || !p->modifier))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    p == NULL ? "is an unknown modifier, which changes the "
				"meaning of the resource"
			      : "is not a modifier");
	if (!modifier && p != NULL && p->modifier)
		return fhir_wrong(c->tree, n, NULL, c->err, "is a modifier");
	if (p != NULL)
		return check_part(c, n, url, p);
	if (fhir_is(url, FHIR_HL7 "data-absent-reason")) {
		const struct json_node *code =
		    fhir_find(c->tree, n, "valueCode");

		if (code == NULL ||
		    !fhir_listed(FHIR_ABSENT_REASONS, fhir_text_of(c, code)))
			return fhir_wrong(c->tree, n, "valueCode", c->err,
			    "must be a code of data-absent-reason");
	}
	return 0;
}
