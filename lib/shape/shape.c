#include "shape/shape.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

static int read_object(struct shape_reader *r, const struct shape *shape,
    struct shape_value *got, struct err *err);

void
shape_reader_init(struct shape_reader *r)
{
	memset(r, 0, sizeof(*r));
	json_scan_init(&r->scan);
	buf_init(&r->scratch);
}

void
shape_reader_release(struct shape_reader *r)
{
	free(r->other);
	json_scan_release(&r->scan);
	buf_release(&r->scratch);
	shape_reader_init(r);
}

void
shape_text(const struct shape_value *v, struct buf *out)
{
	struct span inside = json_inside(v->value);

	if (v->escaped)
		json_unescape(inside, out);
	else
		buf_add_span(out, inside);
}

/* Append the path in the object: "readings[2].unit: ". */
static void
add_path(const struct shape_reader *r, struct buf *out)
{
	for (unsigned d = 0; d < r->depth; d++) {
		if (d > 0)
			buf_add_byte(out, '.');
		buf_add_text(out, r->path[d].name);
		if (r->path[d].indexed)
			buf_addf(out, "[%zu]", r->path[d].index);
	}
}

/* Put the path before the text in ${err}.  Return -1. */
static int
located(struct shape_reader *r, struct err *err)
{
	struct err what = *err;
	struct buf where;

	if (r->depth == 0)
		return -1;
	buf_init(&where);
	add_path(r, &where);
	if (buf_string(&where) != NULL)
		err_set(err, "%.*s: %s", (int)where.len, where.data, what.text);
	buf_release(&where);
	return -1;
}

static int
scan_failed(const struct shape_reader *r, struct err *err)
{
	return err_set(err, "byte %zu: %s", r->scan.where + 1, r->scan.error);
}

static int
wrong_type(struct shape_reader *r, const struct shape_field *f, struct err *err)
{
	static const char *const want[] = {
	    [SHAPE_ANY] = "a value",
	    [SHAPE_STRING] = "a string",
	    [SHAPE_BOOL] = "true or false",
	    [SHAPE_NUMBER] = "a number",
	    [SHAPE_INTEGER] = "a whole number",
	    [SHAPE_OBJECT] = "an object",
	    [SHAPE_OBJECTS] = "an array of objects",
	    [SHAPE_NUMBERS] = "an array of numbers",
	};

	err_set(err, "must be %s%s", want[f->kind],
	    (f->flags & SHAPE_NULLABLE) != 0 ? " or null" : "");
	return located(r, err);
}

static int
check_string(struct shape_reader *r, const struct shape_field *f,
    const struct shape_value *v, struct err *err)
{
	struct span text = json_inside(v->value);
	const char * not ;

	if (v->escaped) {
		buf_clear(&r->scratch);
		json_unescape(text, &r->scratch);
		if (buf_failed(&r->scratch))
			return err_set(err, "out of memory");
		text = buf_span(&r->scratch);
	}
	if ((double)text.n < f->min ||
	    (f->max > 0 && (double)text.n > f->max)) {
		if (f->max > 0)
			err_set(err, "must be %.0f to %.0f bytes long", f->min,
			    f->max);
		else
			err_set(err, "must not be empty");
		return located(r, err);
	}
	if (f->is_not == NULL)
		return 0;
	not = f->is_not(text);
	if (not == NULL)
		return 0;
	err_set(err, "'%.*s' %s", text.n > 64 ? 64 : (int)text.n, text.p, not );
	return located(r, err);
}

static int
out_of_range(
    struct shape_reader *r, const struct shape_field *f, struct err *err)
{
	if (f->max >= 1e15)
		err_set(err, "must be at least %g", f->min);
	else
		err_set(err, "must be from %g to %g", f->min, f->max);
	return located(r, err);
}

static int
check_number(struct shape_reader *r, const struct shape_field *f,
    const struct shape_value *v, struct err *err)
{
	int64_t whole;
	double x;

	if (f->kind == SHAPE_INTEGER &&
	    json_integer(v->value, INT64_MIN, INT64_MAX, &whole) != 0)
		return wrong_type(r, f, err);
	if (json_number(v->value, &x) != 0) {
		err_set(err, "is not a finite number");
		return located(r, err);
	}
	if ((f->min != 0 || f->max != 0) && !(x >= f->min && x <= f->max))
		return out_of_range(r, f, err);
	return 0;
}

static int
check_objects(
    struct shape_reader *r, const struct shape_field *f, struct err *err)
{
	struct shape_value got[SHAPE_FIELDS_MAX];
	enum json_token t;
	size_t i = 0;

	r->path[r->depth - 1].indexed = true;
	while ((t = json_scan_next(&r->scan)) == JSON_OBJECT) {
		r->path[r->depth - 1].index = i++;
		if (read_object(r, f->of, got, err) != 0)
			return -1;
	}
	r->path[r->depth - 1].indexed = false;
	if (t == JSON_ERROR)
		return scan_failed(r, err);
	return t == JSON_ARRAY_END ? 0 : wrong_type(r, f, err);
}

static int
check_numbers(
    struct shape_reader *r, const struct shape_field *f, struct err *err)
{
	enum json_token t;
	double x;

	while (
	    (t = json_scan_next(&r->scan)) == JSON_NUMBER || t == JSON_NULL) {
		if (t == JSON_NUMBER && json_number(r->scan.span, &x) != 0) {
			err_set(err, "'%.*s' is not a finite number",
			    r->scan.span.n > 64 ? 64 : (int)r->scan.span.n,
			    r->scan.span.p);
			return located(r, err);
		}
	}
	if (t == JSON_ERROR)
		return scan_failed(r, err);
	return t == JSON_ARRAY_END ? 0 : wrong_type(r, f, err);
}

/* Check the value whose first token is ${v}, up to its end. */
static int
check_value(struct shape_reader *r, const struct shape_field *f,
    struct shape_value *v, struct err *err)
{
	struct shape_value got[SHAPE_FIELDS_MAX];

	if (v->type == JSON_NULL && (f->flags & SHAPE_NULLABLE) != 0)
		return 0;
	switch (f->kind) {
	case SHAPE_ANY:
		break;
	case SHAPE_STRING:
		return v->type == JSON_STRING ? check_string(r, f, v, err)
					      : wrong_type(r, f, err);
	case SHAPE_BOOL:
		return v->type == JSON_TRUE || v->type == JSON_FALSE
		    ? 0
		    : wrong_type(r, f, err);
	case SHAPE_NUMBER:
	case SHAPE_INTEGER:
		return v->type == JSON_NUMBER ? check_number(r, f, v, err)
					      : wrong_type(r, f, err);
	case SHAPE_OBJECT:
		if (v->type != JSON_OBJECT)
			return wrong_type(r, f, err);
		if (f->of != NULL)
			return read_object(r, f->of, got, err);
		break;
	case SHAPE_OBJECTS:
		return v->type == JSON_ARRAY ? check_objects(r, f, err)
					     : wrong_type(r, f, err);
	case SHAPE_NUMBERS:
		return v->type == JSON_ARRAY ? check_numbers(r, f, err)
					     : wrong_type(r, f, err);
	}
	if ((v->type == JSON_OBJECT || v->type == JSON_ARRAY) &&
	    json_scan_skip(&r->scan, NULL) == JSON_ERROR)
		return scan_failed(r, err);
	return 0;
}

/* Read the member after a key: its first token, checked up to its end. */
static int
read_member(struct shape_reader *r, const struct shape_field *f,
    struct shape_value *v, struct err *err)
{
	struct json_scan *s = &r->scan;
	const char *from;
	int rc;

	v->type = json_scan_next(s);
	if (v->type == JSON_ERROR)
		return scan_failed(r, err);
	from = s->span.p - (v->type == JSON_STRING);
	v->value = (struct span){from, (size_t)(s->p - from)};
	v->escaped = v->type == JSON_STRING && s->escaped;
	if (r->depth == SHAPE_DEPTH_MAX)
		return err_set(err, "shapes nest too deep");
	r->path[r->depth].name = f->name;
	r->path[r->depth++].indexed = false;
	rc = check_value(r, f, v, err);
	r->depth--;
	v->value.n = (size_t)(s->p - from);
	return rc;
}

static bool
is_named(const struct json_scan *s, const char *name)
{
	if (s->escaped)
		return json_string_is(s->span, true, span_of(name));
	return s->span.n > 0 && name[0] == s->span.p[0] &&
	    strncmp(name, s->span.p, s->span.n) == 0 && name[s->span.n] == '\0';
}

static const struct shape_field *
find_field(const struct shape *shape, const struct json_scan *s)
{
	for (size_t i = 0; i < shape->count; i++) {
		if (is_named(s, shape->field[i].name))
			return &shape->field[i];
	}
	return NULL;
}

/* Skip a member that the shape does not name, and list it if it is at the top
 * level. */
static int
read_other(struct shape_reader *r, struct err *err)
{
	struct json_scan *s = &r->scan;
	struct shape_other other = {.key = s->span, .key_escaped = s->escaped};
	struct shape_other *o;

	other.type = json_scan_skip(s, &other.value);
	if (other.type == JSON_ERROR)
		return scan_failed(r, err);
	if (r->depth > 0)
		return 0;
	if (r->others == r->cap) {
		size_t cap = r->cap == 0 ? 16 : r->cap * 2;

		o = realloc(r->other, cap * sizeof(*o));
		if (o == NULL)
			return err_set(err, "out of memory");
		r->other = o;
		r->cap = cap;
	}
	other.member.p = other.key.p - 1;
	other.member.n = (size_t)(s->p - other.member.p);
	r->other[r->others++] = other;
	return 0;
}

static int
check_required(struct shape_reader *r, const struct shape *shape,
    const struct shape_value *got, struct err *err)
{
	for (size_t i = 0; i < shape->count; i++) {
		if (got[i].type != JSON_END ||
		    (shape->field[i].flags & SHAPE_REQUIRED) == 0)
			continue;
		err_set(err, "'%s' is missing", shape->field[i].name);
		return located(r, err);
	}
	if (shape->done != NULL && shape->done(r->context, got, err) != 0)
		return located(r, err);
	return 0;
}

/* Read an object from just after JSON_OBJECT to its end. */
static int
read_object(struct shape_reader *r, const struct shape *shape,
    struct shape_value *got, struct err *err)
{
	enum json_token t;

	for (size_t i = 0; i < shape->count; i++)
		got[i].type = JSON_END;
	while ((t = json_scan_next(&r->scan)) == JSON_KEY) {
		const struct shape_field *f = find_field(shape, &r->scan);
		int rc;

		if (f == NULL)
			rc = read_other(r, err);
		else
			rc = read_member(r, f, &got[f - shape->field], err);
		if (rc != 0)
			return -1;
	}
	if (t == JSON_ERROR)
		return scan_failed(r, err);
	return check_required(r, shape, got, err);
}

int
shape_read(struct shape_reader *r, struct span text, const struct shape *shape,
    struct shape_value *got, struct err *err)
{
	enum json_token t;

	r->others = 0;
	r->depth = 0;
	json_scan_start(&r->scan, text);
	t = json_scan_next(&r->scan);
	if (t == JSON_ERROR)
		return scan_failed(r, err);
	if (t != JSON_OBJECT)
		return err_set(err, "not a JSON object");
	if (read_object(r, shape, got, err) != 0)
		return -1;
	if (json_scan_next(&r->scan) == JSON_ERROR)
		return scan_failed(r, err);
	return 0;
}

int
shape_peek(struct shape_reader *r, struct span text, const char *const name[],
    size_t n, struct shape_value *value)
{
	struct json_scan *s = &r->scan;

	json_scan_start(s, text);
	if (json_scan_next(s) != JSON_OBJECT)
		return -1;
	while (json_scan_next(s) == JSON_KEY) {
		struct span key = s->span;
		bool escaped = s->escaped;

		value->type = json_scan_skip(s, &value->value);
		if (value->type == JSON_ERROR)
			return -1;
		value->escaped = value->type == JSON_STRING && s->escaped;
		for (size_t i = 0; i < n; i++) {
			if (json_string_is(key, escaped, span_of(name[i])))
				return (int)i;
		}
	}
	return -1;
}
