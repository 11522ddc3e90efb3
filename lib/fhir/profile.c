/* The vital signs profiles of R4 and R4B that vitals-fhir writes: Vital Signs,
 * Heart Rate, Respiratory Rate, Oxygen Saturation, Blood Pressure. */
#include "fhir/check.h"
#include "fhir/maker.h"

struct profile {
	const char *name; /* after FHIR_HL7 */
	const char *code; /* of LOINC */
	const char *unit; /* NULL: a panel */
};

static const struct profile profiles[] = {
    {"heartrate", "8867-4", "/min"},
    {"resprate", "9279-1", "/min"},
    {"oxygensat", "2708-6", "%"},
    {"bp", "85354-9", NULL},
};

/* The components of the panel. */
static const struct profile components[] = {
    {"SystolicBP", "8480-6", "mm[Hg]"},
    {"DiastolicBP", "8462-4", "mm[Hg]"},
};

/* Does ${n} name the HL7 profile ${name} in meta.profile? */
static bool
claims(const struct json_tree *t, const struct json_node *n, const char *name)
{
	const struct json_node *list =
	    fhir_find(t, fhir_find(t, n, "meta"), "profile");
	static const size_t k = sizeof(FHIR_HL7) - 1;
	const struct json_node *p =
	    list == NULL ? NULL : json_tree_first(t, list);

	for (; p != NULL; p = json_tree_next(t, p)) {
		struct span url = json_inside(p->value);

		/* A version may follow: "|4.0.1". */
		if (url.n >= k + strlen(name) &&
		    memcmp(url.p, FHIR_HL7, k) == 0 &&
		    memcmp(url.p + k, name, strlen(name)) == 0 &&
		    (url.n == k + strlen(name) ||
			url.p[k + strlen(name)] == '|'))
			return true;
	}
	return false;
}

/* Return the profile that ${n} names or whose code it has; NULL: none. */
static const struct profile *
profile_of(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *code = fhir_find(t, n, "code");
	const struct profile *found = NULL;

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (claims(t, n, profiles[i].name))
			return &profiles[i];
		if (fhir_codings(t, code, FHIR_LOINC, profiles[i].code) > 0)
			found = &profiles[i];
	}
	return found;
}

/* The number of categories of ${n} that are vital-signs. */
static size_t
vital_categories(const struct json_tree *t, const struct json_node *n)
{
	const struct json_node *list = fhir_find(t, n, "category"), *item;
	size_t found = 0;

	for (item = list == NULL ? NULL : json_tree_first(t, list);
	     item != NULL; item = json_tree_next(t, item))
		found += fhir_codings(t, item,
			     FHIR_TERMINOLOGY "observation-category",
			     "vital-signs") > 0;
	return found;
}

/* ---- All vital signs ------------------------------------------------------- */

static int
check_subject(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *subject = fhir_find(c->tree, n, "subject");
	struct span type;

	if (subject == NULL)
		return fhir_wrong(c->tree, n, "subject", c->err, "is missing");
	type = fhir_reference_type(c, subject);
	if (type.n == 0 || span_is(type, "Patient"))
		return 0;
	return fhir_wrong(c->tree, subject, NULL, c->err,
	    "must refer to a Patient, not %.*s", (int)type.n, type.p);
}

/* vs-1: a time to the day at least. */
static int
check_effective(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *time = fhir_choice(c->tree, n, "effective");

	/* It may be absent with a reason, in an extension. */
	if (time == NULL && fhir_choice(c->tree, n, "_effective") != NULL)
		return 0;
	if (time == NULL)
		return fhir_wrong(
		    c->tree, n, "effective[x]", c->err, "is missing");
	if (span_is(time->key, "effectivePeriod"))
		return 0;
	if (!span_is(time->key, "effectiveDateTime"))
		return fhir_wrong(c->tree, time, NULL, c->err,
		    "must be effectiveDateTime or effectivePeriod");
	if (fhir_text_of(c, time).n >= 10)
		return 0;
	return fhir_wrong(
	    c->tree, time, NULL, c->err, "must have a day at least (vs-1)");
}

/* vs-3 */
static int
check_component_values(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *list = fhir_find(c->tree, n, "component");

	for (n = list == NULL ? NULL : json_tree_first(c->tree, list);
	     n != NULL; n = json_tree_next(c->tree, n)) {
		if (fhir_choice(c->tree, n, "value") == NULL &&
		    fhir_find(c->tree, n, "dataAbsentReason") == NULL)
			return fhir_wrong(c->tree, n, NULL, c->err,
			    "must have a value or a dataAbsentReason (vs-3)");
	}
	return 0;
}

static int
check_vital_sign(struct fhir_checking *c, const struct json_node *n)
{
	if (vital_categories(c->tree, n) != 1)
		return fhir_wrong(c->tree, n, "category", c->err,
		    "must have vital-signs of observation-category once");
	if (check_subject(c, n) != 0 || check_effective(c, n) != 0)
		return -1;
	return check_component_values(c, n);
}

/* vs-2 */
static int
check_has_value(struct fhir_checking *c, const struct json_node *n)
{
	if (fhir_choice(c->tree, n, "value") != NULL ||
	    fhir_find(c->tree, n, "dataAbsentReason") != NULL ||
	    fhir_find(c->tree, n, "component") != NULL ||
	    fhir_find(c->tree, n, "hasMember") != NULL)
		return 0;
	return fhir_wrong(c->tree, n, "value[x]", c->err,
	    "is missing, and there is no dataAbsentReason (vs-2)");
}

/* ---- One vital sign -------------------------------------------------------- */

/* Check that the value of ${n}, if it has one, is a Quantity in ${unit}. */
static int
check_quantity(
    struct fhir_checking *c, const struct json_node *n, const char *unit)
{
	static const char *const parts[] = {"value", "unit", "system", "code"};
	const struct json_node *value = fhir_choice(c->tree, n, "value");

	if (value == NULL)
		return 0;
	if (!span_is(value->key, "valueQuantity"))
		return fhir_wrong(
		    c->tree, value, NULL, c->err, "must be a valueQuantity");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (fhir_find(c->tree, value, parts[i]) == NULL)
			return fhir_wrong(
			    c->tree, value, parts[i], c->err, "is missing");
	}
	if (!fhir_is(fhir_find(c->tree, value, "system"), FHIR_UCUM))
		return fhir_wrong(
		    c->tree, value, "system", c->err, "must be " FHIR_UCUM);
	if (fhir_is(fhir_find(c->tree, value, "code"), unit))
		return 0;
	return fhir_wrong(c->tree, value, "code", c->err, "must be '%s'", unit);
}

/* Check that exactly one component has the code of ${p}, and its value. */
static int
check_panel_component(
    struct fhir_checking *c, const struct json_node *n, const struct profile *p)
{
	const struct json_node *list = fhir_find(c->tree, n, "component");
	const struct json_node *item, *found = NULL;
	size_t count = 0;

	for (item = list == NULL ? NULL : json_tree_first(c->tree, list);
	     item != NULL; item = json_tree_next(c->tree, item)) {
		if (fhir_codings(c->tree, fhir_find(c->tree, item, "code"),
			FHIR_LOINC, p->code) == 0)
			continue;
		found = item;
		count++;
	}
	if (count != 1)
		return fhir_wrong(c->tree, n, "component", c->err,
		    "must have %s of LOINC (%s) once, not %zu times", p->code,
		    p->name, count);
	return check_quantity(c, found, p->unit);
}

static int
check_panel(struct fhir_checking *c, const struct json_node *n)
{
	const struct json_node *value = fhir_choice(c->tree, n, "value");

	if (value != NULL)
		return fhir_wrong(c->tree, value, NULL, c->err,
		    "is not allowed: the values are in the components");
	for (size_t i = 0; i < FHIR_COMPONENTS; i++) {
		if (check_panel_component(c, n, &components[i]) != 0)
			return -1;
	}
	return 0;
}

int
fhir_check_profile(struct fhir_checking *c, const struct json_node *n)
{
	const struct profile *p = profile_of(c->tree, n);

	if (p == NULL && !claims(c->tree, n, "vitalsigns") &&
	    vital_categories(c->tree, n) == 0)
		return 0;
	if (check_vital_sign(c, n) != 0)
		return -1;
	if (p == NULL)
		return check_has_value(c, n);
	if (fhir_codings(c->tree, fhir_find(c->tree, n, "code"), FHIR_LOINC,
		p->code) != 1)
		return fhir_wrong(c->tree, n, "code", c->err,
		    "must have %s of LOINC once (profile %s)", p->code,
		    p->name);
	if (p->unit == NULL)
		return check_panel(c, n);
	return check_has_value(c, n) != 0 ? -1 : check_quantity(c, n, p->unit);
}
