/* Parsing search parameters. */
#include "hub/filter.h"

#include <stdlib.h>

#include "buf/ascii.h"
#include "hub/filter_private.h"

#define COMPARE "eq ne gt lt ge le sa eb ap"

/* The parameters, in the order in which the hub lists them. */
static const struct hub_parameter_kind kinds[] = {
    {"code", HUB_TOKEN, HUB_CODE, HUB_SCOPE_MAIN, "=", false, NULL},
    {"combo-code", HUB_TOKEN, HUB_CODE, HUB_SCOPE_BOTH, "=", false, NULL},
    {"category", HUB_TOKEN, HUB_CATEGORY, HUB_SCOPE_MAIN, "=", false, NULL},
    {"subject", HUB_REFERENCE, HUB_CODE, HUB_SCOPE_MAIN, "=", false, NULL},
    {"patient", HUB_REFERENCE, HUB_CODE, HUB_SCOPE_MAIN, "=", false, "Patient"},
    {"status", HUB_STATUS, HUB_CODE, HUB_SCOPE_MAIN, "=", false, NULL},
    {"value-quantity", HUB_QUANTITY, HUB_CODE, HUB_SCOPE_MAIN, COMPARE, false,
	NULL},
    {"code-value-quantity", HUB_CODE_QUANTITY, HUB_CODE, HUB_SCOPE_MAIN,
	COMPARE, false, NULL},
    {"component-code-value-quantity", HUB_CODE_QUANTITY, HUB_CODE,
	HUB_SCOPE_COMPONENTS, COMPARE, false, NULL},
    {"combo-code-value-quantity", HUB_CODE_QUANTITY, HUB_CODE, HUB_SCOPE_BOTH,
	COMPARE, false, NULL},
    {"date", HUB_DATE, HUB_CODE, HUB_SCOPE_MAIN, "", true, NULL},
    {"_id", HUB_ID, HUB_CODE, HUB_SCOPE_MAIN, "", true, NULL},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *
hub_filter_parameter(enum hub_use use, size_t i)
{
	for (size_t k = 0; k < KINDS; k++) {
		if (use == HUB_FOR_TOPIC && kinds[k].only_search)
			continue;
		if (i-- == 0)
			return kinds[k].name;
	}
	return NULL;
}

const char *
hub_filter_modifiers(const char *name)
{
	for (size_t k = 0; k < KINDS; k++) {
		if (strcmp(kinds[k].name, name) == 0)
			return kinds[k].modifiers;
	}
	return "";
}

struct hub_filter *
hub_filter_new(enum hub_use use)
{
	struct hub_filter *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->use = use;
	return f;
}

static void
parameter_free(struct hub_parameter *p)
{
	if (p == NULL)
		return;
	free(p->text);
	free(p->value);
	free(p);
}

void
hub_filter_free(struct hub_filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->parameters; i++)
		parameter_free(f->parameter[i]);
	free(f);
}

/* ---- Values ---------------------------------------------------------------- */

/* The pieces of a value: A|B|C$D|E|F. */
struct pieces {
	struct span piece[6];
	size_t before, after; /* how many before and after the '$' */
};

/* Take the next value from ${p}, up to a comma or ${end}: split it and remove
 * the backslashes, in place.  Return where the next one begins; or NULL, and
 * *${wrong} is what is wrong. */
static char *
take_value(char *p, const char *end, struct pieces *out, const char **wrong)
{
	size_t *count = &out->before;
	struct span *at = out->piece;
	char *to = p;

	memset(out, 0, sizeof(*out));
	*wrong = NULL;
	at->p = p;
	*count = 1;
	for (; p < end && *p != ',' && *wrong == NULL; p++) {
		if (*p == '|' || (*p == '$' && count == &out->before)) {
			at->n = (size_t)(to - at->p);
			if (*p == '$') {
				count = &out->after;
				at = out->piece + 2;
			}
			if (*count == 3) {
				*wrong = "has too many '|'";
				break;
			}
			at++;
			++*count;
			at->p = to;
			continue;
		}
		if (*p == '\\' && ++p == end)
			*wrong = "ends with a backslash";
		else if ((unsigned char)*p < ' ')
			*wrong = "has a control character";
		else
			*to++ = *p;
	}
	at->n = (size_t)(to - at->p);
	return *wrong == NULL ? p : NULL;
}

/* Set the token of ${v} from ${n} pieces. */
static int
set_token(
    struct hub_value *v, const struct span *piece, size_t n, struct err *err)
{
	if (n > 2)
		return err_set(err, "has too many '|'");
	v->has_uri = n == 2;
	if (n == 2)
		v->uri = piece[0];
	v->code = piece[n - 1];
	return v->code.n == 0 && v->uri.n == 0 ? err_set(err, "is empty") : 0;
}

/* Set the quantity of ${v} from ${n} pieces: NUMBER|SYSTEM|CODE. */
static int
set_quantity(
    struct hub_value *v, const struct span *piece, size_t n, struct err *err)
{
	if (n == 2)
		return err_set(err, "is not NUMBER or NUMBER|SYSTEM|CODE");
	if (n == 3) {
		v->unit_uri = piece[1];
		v->unit = piece[2];
		if (v->unit.n == 0 && v->unit_uri.n > 0)
			return err_set(err, "has a system without a unit");
	}
	return hub_value_quantity(v, piece[0], err);
}

/* Set the reference: ID, TYPE/ID, or a URL. */
static int
set_reference(struct hub_value *v, struct span s, struct err *err)
{
	if (s.n == 0)
		return err_set(err, "is empty");
	v->reference = s;
	v->only_id =
	    memchr(s.p, '/', s.n) == NULL && memchr(s.p, ':', s.n) == NULL;
	return 0;
}

static int
set_value(struct hub_parameter *p, const struct pieces *in, struct err *err)
{
	struct hub_value *v = realloc(p->value, (p->values + 1) * sizeof(*v));
	enum hub_kind kind = p->identifier ? HUB_IDENTIFIER : p->kind->kind;

	if (v == NULL)
		return err_set(err, "out of memory");
	p->value = v;
	v += p->values++;
	memset(v, 0, sizeof(*v));
	if ((in->after > 0) != (kind == HUB_CODE_QUANTITY))
		return err_set(err,
		    kind == HUB_CODE_QUANTITY ? "is not CODE$QUANTITY"
					      : "has a '$'");
	switch (kind) {
	case HUB_TOKEN:
	case HUB_IDENTIFIER:
	case HUB_STATUS:
	case HUB_ID:
		return set_token(v, in->piece, in->before, err);
	case HUB_CODE_QUANTITY:
		if (set_token(v, in->piece, in->before, err) != 0)
			return -1;
		return set_quantity(v, in->piece + 3, in->after, err);
	case HUB_QUANTITY:
		return set_quantity(v, in->piece, in->before, err);
	case HUB_REFERENCE:
		if (in->before > 1)
			return err_set(err, "has a '|'");
		return set_reference(v, in->piece[0], err);
	case HUB_DATE:
		break;
	}
	if (in->before > 1)
		return err_set(err, "has a '|'");
	return hub_value_date(v, in->piece[0], err);
}

static int
set_values(struct hub_parameter *p, size_t n, struct err *err)
{
	char *next = p->text + p->type.n;
	const char *end = p->text + n, *wrong;
	struct pieces in;

	for (;;) {
		if (p->values == HUB_VALUES_MAX)
			return err_set(
			    err, "has more than %d values", HUB_VALUES_MAX);
		next = take_value(next, end, &in, &wrong);
		if (next == NULL)
			return err_set(err, "%s", wrong);
		if (set_value(p, &in, err) != 0)
			return -1;
		if (next == end)
			return 0;
		next++;
	}
}

/* ---- Parameters ------------------------------------------------------------ */

/* Find the parameter ${name}, without its modifier, which is moved to
 * ${modifier}. */
static const struct hub_parameter_kind *
find_kind(enum hub_use use, struct span name, struct span *modifier)
{
	const char *colon = name.n == 0 ? NULL : memchr(name.p, ':', name.n);

	*modifier = (struct span){"", 0};
	if (colon != NULL) {
		modifier->p = colon + 1;
		modifier->n = name.n - (size_t)(colon + 1 - name.p);
		name.n = (size_t)(colon - name.p);
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (span_is(name, kinds[i].name) &&
		    (use == HUB_FOR_SEARCH || !kinds[i].only_search))
			return &kinds[i];
	}
	return NULL;
}

/* The type in ${modifier}, n 0 if it is not a type. */
static struct span
type_of(struct span modifier)
{
	return modifier.n > 0 && modifier.p[0] >= 'A' && modifier.p[0] <= 'Z'
	    ? modifier
	    : (struct span){"", 0};
}

/* Append ${value} to ${b}, and put ${type} before each ID that is without a type. */
static void
copy_value(struct buf *b, struct span value, struct span type)
{
	while (type.n > 0) {
		const char *comma =
		    value.n == 0 ? NULL : memchr(value.p, ',', value.n);
		struct span one = {value.p,
		    comma == NULL ? value.n : (size_t)(comma - value.p)};

		if (one.n > 0 && memchr(one.p, '/', one.n) == NULL &&
		    memchr(one.p, ':', one.n) == NULL) {
			buf_add_span(b, type);
			buf_add_byte(b, '/');
		}
		buf_add_span(b, one);
		if (comma == NULL)
			break;
		buf_add_byte(b, ',');
		value.p = comma + 1;
		value.n -= one.n + 1;
	}
	if (type.n == 0)
		buf_add_span(b, value);
}

/* Return a parameter whose values are the rest of its text, of *${n} bytes, after its
 * type; NULL if out of memory. */
static struct hub_parameter *
parameter_new(const struct hub_parameter_kind *kind, struct span modifier,
    struct span value, size_t *n)
{
	struct hub_parameter *p = calloc(1, sizeof(*p));
	struct span type = type_of(modifier);
	struct buf b;

	if (p == NULL)
		return NULL;
	p->kind = kind;
	p->identifier = span_is(modifier, "identifier");
	p->type = type;
	/* "patient" completes an ID, too. */
	if (type.n == 0 && !p->identifier && kind->type != NULL)
		type = span_of(kind->type);
	buf_init(&b);
	buf_add_span(&b, p->type);
	copy_value(&b, value, type);
	*n = b.len;
	p->text = buf_string(&b); /* now of the parameter */
	p->type.p = p->text;
	if (p->text != NULL)
		return p;
	buf_release(&b);
	free(p);
	return NULL;
}

int
hub_filter_add(
    struct hub_filter *f, struct span name, struct span value, struct err *err)
{
	struct span modifier;
	const struct hub_parameter_kind *kind =
	    find_kind(f->use, name, &modifier);
	struct hub_parameter *p;
	struct err why;
	size_t n;

	if (kind == NULL)
		return err_set(err, "%.*s: is not a supported parameter",
		    (int)(name.n > 60 ? 60 : name.n), name.p);
	if (modifier.n > 0 &&
	    (kind->kind != HUB_REFERENCE ||
		(!span_is(modifier, "identifier") && type_of(modifier).n == 0)))
		return err_set(err, "%s: the modifier '%.*s' is not supported",
		    kind->name, (int)(modifier.n > 60 ? 60 : modifier.n),
		    modifier.p);
	if (value.n > HUB_VALUE_MAX)
		return err_set(err, "%s: is longer than %d bytes", kind->name,
		    HUB_VALUE_MAX);
	if (f->parameters == HUB_PARAMETERS_MAX)
		return err_set(
		    err, "more than %d parameters", HUB_PARAMETERS_MAX);
	p = parameter_new(kind, modifier, value, &n);
	if (p == NULL)
		return err_set(err, "out of memory");
	if (set_values(p, n, &why) != 0) {
		parameter_free(p);
		return err_set(err, "%s: %s", kind->name, why.text);
	}
	f->parameter[f->parameters++] = p;
	return 0;
}

/* ---- Criteria -------------------------------------------------------------- */

/* Append ${s}, in which "%XX" stands for a byte, to ${out}. */
static int
decode(struct span s, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		if (s.p[i] != '%') {
			buf_add_byte(out, s.p[i]);
			continue;
		}
		high = i + 2 < s.n ? ascii_hex(s.p[i + 1]) : -1;
		low = i + 2 < s.n ? ascii_hex(s.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return err_set(
			    err, "has a '%%' without two hexadecimal digits");
		buf_add_byte(out, (char)(16 * high + low));
		i += 2;
	}
	return buf_failed(out) ? err_set(err, "out of memory") : 0;
}

static int
add_encoded(struct hub_filter *f, struct span pair, struct buf *name,
    struct buf *value, struct err *err)
{
	const char *equals = pair.n == 0 ? NULL : memchr(pair.p, '=', pair.n);
	size_t n;

	if (equals == NULL)
		return err_set(err, "is not Observation?NAME=VALUE");
	n = (size_t)(equals - pair.p);
	buf_clear(name);
	buf_clear(value);
	if (decode((struct span){pair.p, n}, name, err) != 0 ||
	    decode((struct span){equals + 1, pair.n - n - 1}, value, err) != 0)
		return -1;
	if (!json_utf8_valid(buf_span(value), NULL))
		return err_set(err, "is not UTF-8");
	return hub_filter_add(f, buf_span(name), buf_span(value), err);
}

int
hub_filter_criteria(struct hub_filter *f, struct span criteria, struct err *err)
{
	static const char start[] = "Observation?";
	size_t n = sizeof(start) - 1;
	struct buf name, value;
	int rc = 0;

	if (criteria.n < n || memcmp(criteria.p, start, n) != 0)
		return err_set(err, "is not Observation?NAME=VALUE");
	criteria.p += n;
	criteria.n -= n;
	buf_init(&name);
	buf_init(&value);
	for (;;) {
		const char *and = criteria.n == 0
		    ? NULL
		    : memchr(criteria.p, '&', criteria.n);
		struct span pair = {criteria.p,
		    and == NULL ? criteria.n : (size_t)(and-criteria.p)};

		rc = add_encoded(f, pair, &name, &value, err);
		if (rc != 0 || and == NULL)
			break;
		criteria.p += pair.n + 1;
		criteria.n -= pair.n + 1;
	}
	buf_release(&name);
	buf_release(&value);
	return rc;
}
