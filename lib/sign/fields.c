#include "sign/fields.h"

#include "buf/ascii.h"

void
sign_fields_start(struct sign_fields *f, struct span value)
{
	f->rest = ascii_trim(value);
	f->begun = f->bad = false;
}

static bool
bad(struct sign_fields *f)
{
	f->bad = true;
	return false;
}

/* The next byte, or 0 at the end. */
static char
peek(const struct sign_fields *f)
{
	if (f->rest.n == 0)
		return '\0';
	return f->rest.p[0];
}

static struct span
cut(struct sign_fields *f, size_t n)
{
	struct span s = {f->rest.p, n};

	f->rest.p += n;
	f->rest.n -= n;
	return s;
}

static bool
accept_byte(struct sign_fields *f, char c)
{
	if (peek(f) != c)
		return false;
	cut(f, 1);
	return true;
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
read_key(struct sign_fields *f, struct span *key)
{
	size_t n = 0;

	if (!is_lower(peek(f)) && peek(f) != '*')
		return bad(f);
	while (n < f->rest.n &&
	    (is_lower(f->rest.p[n]) || is_digit(f->rest.p[n]) ||
		(f->rest.p[n] != '\0' && strchr("_-.*", f->rest.p[n]) != NULL)))
		n++;
	*key = cut(f, n);
	return true;
}

bool
sign_fields_key(struct sign_fields *f, struct span *key)
{
	if (f->bad || f->rest.n == 0)
		return false;
	if (f->begun) {
		while (ascii_blank(peek(f)))
			cut(f, 1);
		if (!accept_byte(f, ','))
			return bad(f);
		while (ascii_blank(peek(f)))
			cut(f, 1);
	}
	f->begun = true;
	return read_key(f, key) && (accept_byte(f, '=') || bad(f));
}

/* Read 1 to ${max} digits. */
static bool
take_digits(struct sign_fields *f, size_t max, int64_t *value)
{
	size_t n = 0;

	*value = 0;
	for (; n < f->rest.n && is_digit(f->rest.p[n]); n++) {
		if (n == max)
			return bad(f);
		*value = *value * 10 + (f->rest.p[n] - '0');
	}
	cut(f, n);
	return n > 0 || bad(f);
}

static bool
take_number(struct sign_fields *f, struct sign_field *item)
{
	const char *from = f->rest.p;
	bool negative = accept_byte(f, '-');
	int64_t fraction;

	item->type = SIGN_FIELD_INTEGER;
	if (!take_digits(f, 15, &item->number))
		return false;
	if (accept_byte(f, '.')) {
		item->type = SIGN_FIELD_DECIMAL;
		if (!take_digits(f, 3, &fraction))
			return false;
	}
	item->text = (struct span){from, (size_t)(f->rest.p - from)};
	if (negative)
		item->number = -item->number;
	return true;
}

/* Read up to and including ${end}. */
static bool
read_until(struct sign_fields *f, char end, struct sign_field *item)
{
	size_t n = 0;

	cut(f, 1);
	item->escaped = false;
	while (n < f->rest.n && f->rest.p[n] != end) {
		char c = f->rest.p[n++];

		if (c < ' ' || c > '~')
			return bad(f);
		if (c != '\\' || end != '"')
			continue;
		item->escaped = true;
		if (n == f->rest.n ||
		    (f->rest.p[n] != '"' && f->rest.p[n] != '\\'))
			return bad(f);
		n++;
	}
	if (n == f->rest.n)
		return bad(f);
	item->text = cut(f, n);
	cut(f, 1);
	return true;
}

static bool
take_token(struct sign_fields *f, struct sign_field *item)
{
	size_t n = 1;

	item->type = SIGN_FIELD_TOKEN;
	while (n < f->rest.n &&
	    (f->rest.p[n] == ':' || f->rest.p[n] == '/' ||
		ascii_token((struct span){f->rest.p + n, 1})))
		n++;
	item->text = cut(f, n);
	return true;
}

bool
sign_fields_item(struct sign_fields *f, struct sign_field *item)
{
	char c = peek(f);

	if (f->bad)
		return false;
	if (c == '-' || is_digit(c))
		return take_number(f, item);
	if (c == '"') {
		item->type = SIGN_FIELD_STRING;
		return read_until(f, '"', item);
	}
	if (c == ':') {
		item->type = SIGN_FIELD_BYTES;
		return read_until(f, ':', item);
	}
	if (c == '?' && f->rest.n > 1 &&
	    (f->rest.p[1] == '0' || f->rest.p[1] == '1')) {
		item->type = SIGN_FIELD_BOOLEAN;
		item->text = cut(f, 2);
		return true;
	}
	if (is_lower(ascii_lower(c)) || c == '*')
		return take_token(f, item);
	return bad(f);
}

bool
sign_fields_parameter(
    struct sign_fields *f, struct span *name, struct sign_field *value)
{
	if (f->bad || !accept_byte(f, ';'))
		return false;
	while (accept_byte(f, ' '))
		;
	if (!read_key(f, name))
		return false;
	if (accept_byte(f, '='))
		return sign_fields_item(f, value);
	value->type = SIGN_FIELD_BOOLEAN;
	value->text = *name;
	return true;
}

bool
sign_fields_list(struct sign_fields *f)
{
	return !f->bad && (accept_byte(f, '(') || bad(f));
}

bool
sign_fields_listed(struct sign_fields *f, struct sign_field *item)
{
	bool blank = false;

	while (accept_byte(f, ' '))
		blank = true;
	if (f->bad || accept_byte(f, ')'))
		return false;
	/* Items are separated by blanks; the first follows the bracket. */
	if (!blank && f->rest.p[-1] != '(')
		return bad(f);
	return sign_fields_item(f, item);
}

static bool
skip_parameters(struct sign_fields *f)
{
	struct sign_field value;
	struct span name;

	while (sign_fields_parameter(f, &name, &value))
		;
	return !f->bad;
}

bool
sign_fields_skip(struct sign_fields *f)
{
	struct sign_field item;

	if (peek(f) != '(')
		return sign_fields_item(f, &item) && skip_parameters(f);
	if (!sign_fields_list(f))
		return false;
	while (sign_fields_listed(f, &item)) {
		if (!skip_parameters(f))
			return false;
	}
	return !f->bad && skip_parameters(f);
}

bool
sign_fields_resume(struct sign_fields *f)
{
	while (f->rest.n > 0 && peek(f) != ',')
		cut(f, 1);
	f->bad = false;
	return f->rest.n > 0;
}
