/* Does an Observation match? */
#include <math.h>

#include "hub/filter_private.h"

static bool
same(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* ---- Tokens ---------------------------------------------------------------- */

static bool
token_matches(const struct hub_value *v, struct span uri, struct span code)
{
	return (!v->has_uri || same(v->uri, uri)) &&
	    (v->code.n == 0 || same(v->code, code));
}

static bool
in_scope(enum hub_scope scope, size_t part)
{
	return part == HUB_MAIN ? (scope & HUB_SCOPE_MAIN) != 0
				: (scope & HUB_SCOPE_COMPONENTS) != 0;
}

/* Does part ${part} have the code of ${v}? */
static bool
has_code(
    const struct hub_value *v, const struct hub_observation *o, size_t part)
{
	for (size_t i = 0; i < o->codings; i++) {
		const struct hub_coding *c = &o->coding[i];

		if (c->place == HUB_CODE && c->part == part &&
		    token_matches(v, c->uri, c->code))
			return true;
	}
	return false;
}

static bool
has_token(const struct hub_parameter_kind *k, const struct hub_value *v,
    const struct hub_observation *o)
{
	for (size_t i = 0; i < o->codings; i++) {
		const struct hub_coding *c = &o->coding[i];

		if (c->place == k->place && in_scope(k->scope, c->part) &&
		    token_matches(v, c->uri, c->code))
			return true;
	}
	return false;
}

/* The system of a status is not in the Observation: it is always the same. */
static bool
has_status(const struct hub_value *v, const struct hub_observation *o)
{
	return (v->uri.n == 0 ||
		   span_is(v->uri, "http://hl7.org/fhir/observation-status")) &&
	    (v->code.n == 0 || same(v->code, o->status));
}

/* ---- References ------------------------------------------------------------ */

static bool
reference_matches(const struct hub_value *v, struct span reference)
{
	struct span r = v->reference;
	const char *slash;

	if (!v->only_id)
		return same(r, reference);
	/* The ID of a relative reference, TYPE/ID. */
	slash = reference.n == 0 ? NULL : memchr(reference.p, '/', reference.n);
	if (slash == NULL)
		return false;
	slash++;
	return same(r,
	    (struct span){slash, reference.n - (size_t)(slash - reference.p)});
}

/* Can the subject be of the type that ${p} asks for? */
static bool
type_matches(const struct hub_parameter *p, const struct hub_observation *o)
{
	const char *type = p->kind->type;

	return o->type.n == 0 ||
	    ((type == NULL || span_is(o->type, type)) &&
		(p->type.n == 0 || same(p->type, o->type)));
}

/* ---- Quantities ------------------------------------------------------------ */

/* Is ${x} the number of ${v}, to its last digit? */
static bool
is_equal(const struct hub_value *v, double x)
{
	return x >= v->low && (x < v->high || x <= v->number);
}

static bool
number_matches(const struct hub_value *v, double x)
{
	double near = 0.1 * fabs(v->number);

	switch (v->prefix) {
	case HUB_EQ:
		return is_equal(v, x);
	case HUB_NE:
		return !is_equal(v, x);
	case HUB_GT:
	case HUB_SA:
		return x > v->number;
	case HUB_LT:
	case HUB_EB:
		return x < v->number;
	case HUB_GE:
		return x >= v->number;
	case HUB_LE:
		return x <= v->number;
	case HUB_AP:
		break;
	}
	return x >= v->number - near && x <= v->number + near;
}

/* Without a system, the unit may be the code or the text for people (R4,
 * Search, 3.1.1.5.7). */
static bool
quantity_matches(const struct hub_value *v, const struct hub_quantity *q)
{
	if (!q->given || !number_matches(v, q->value))
		return false;
	if (v->unit.n == 0)
		return true;
	if (v->unit_uri.n > 0)
		return same(v->unit_uri, q->uri) && same(v->unit, q->code);
	return same(v->unit, q->code) || same(v->unit, q->unit);
}

/* Does a part in scope have the value and, if ${with_code}, the code of ${v}
 * as well? */
static bool
has_quantity(const struct hub_parameter_kind *k, const struct hub_value *v,
    const struct hub_observation *o, bool with_code)
{
	for (size_t i = 0; i < o->parts; i++) {
		if (in_scope(k->scope, i) &&
		    quantity_matches(v, &o->quantity[i]) &&
		    (!with_code || has_code(v, o, i)))
			return true;
	}
	return false;
}

/* ---- Dates ----------------------------------------------------------------- */

/* Both are ranges (R4, Search, 3.1.1.5.5). */
static bool
date_matches(const struct hub_value *v, const struct hub_observation *o)
{
	bool within = o->start >= v->start && o->end <= v->end;

	if (o->end == INT64_MIN)
		return false;
	switch (v->prefix) {
	case HUB_NE:
		return !within;
	case HUB_GT:
		return o->end > v->end;
	case HUB_LT:
		return o->start < v->start;
	case HUB_GE:
		return o->end > v->end || within;
	case HUB_LE:
		return o->start < v->start || within;
	case HUB_SA:
		return o->start > v->end;
	case HUB_EB:
		return o->end < v->start;
	case HUB_EQ:
	case HUB_AP:
		break;
	}
	return within;
}

/* ---- All ------------------------------------------------------------------- */

static bool
value_matches(const struct hub_parameter *p, const struct hub_value *v,
    const struct hub_observation *o)
{
	static const struct span none = {"", 0};

	switch (p->identifier ? HUB_IDENTIFIER : p->kind->kind) {
	case HUB_TOKEN:
		return has_token(p->kind, v, o);
	case HUB_REFERENCE:
		return type_matches(p, o) && reference_matches(v, o->reference);
	case HUB_IDENTIFIER:
		return type_matches(p, o) && o->value.n > 0 &&
		    token_matches(v, o->uri, o->value);
	case HUB_QUANTITY:
		return has_quantity(p->kind, v, o, false);
	case HUB_CODE_QUANTITY:
		return has_quantity(p->kind, v, o, true);
	case HUB_DATE:
		return date_matches(v, o);
	case HUB_STATUS:
		return has_status(v, o);
	case HUB_ID:
		return token_matches(v, none, o->id);
	}
	return false;
}

bool
hub_filter_matches(const struct hub_filter *f, const struct hub_observation *o)
{
	for (size_t i = 0; i < f->parameters; i++) {
		const struct hub_parameter *p = f->parameter[i];
		bool any = false;

		for (size_t k = 0; k < p->values && !any; k++)
			any = value_matches(p, &p->value[k], o);
		if (!any)
			return false;
	}
	return true;
}
