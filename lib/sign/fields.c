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

/* The byte that comes next, or 0 at the end. */
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
take(struct sign_fields *f, char c)
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
take_key(struct sign_fields *f, struct span *key)
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
		if (!take(f, ','))
			return bad(f);
		while (ascii_blank(peek(f)))
			cut(f, 1);
	}
	f->begun = true;
	return take_key(f, key) && (take(f, '=') || bad(f));
}

static bool
take_integer(struct sign_fields *f, struct sign_field *item)
{
	bool negative = take(f, '-');
	size_t n = 0;

	item->type = SIGN_FIELD_INTEGER;
	item->number = 0;
	for (; n < f->rest.n && is_digit(f->rest.p[n]); n++) {
		if (n == 15)
			return bad(f);
		item->number = item->number * 10 + (f->rest.p[n] - '0');
	}
	item->text = cut(f, n);
	if (n == 0 || peek(f) == '.')
		return bad(f);
	if (negative)
		item->number = -item->number;
	return true;
}

/* What stands up to ${end}, which is taken, too. */
static bool
take_until(struct sign_fields *f, char end, struct span *text)
{
	size_t n = 0;

	cut(f, 1);
	while (n < f->rest.n && f->rest.p[n] != end) {
		char c = f->rest.p[n++];

		if (c < ' ' || c > '~' || c == '\\')
			return bad(f);
	}
	if (n == f->rest.n)
		return bad(f);
	*text = cut(f, n);
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
		return take_integer(f, item);
	if (c == '"') {
		item->type = SIGN_FIELD_STRING;
		return take_until(f, '"', &item->text);
	}
	if (c == ':') {
		item->type = SIGN_FIELD_BYTES;
		return take_until(f, ':', &item->text);
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
	if (f->bad || !take(f, ';'))
		return false;
	while (take(f, ' '))
		;
	if (!take_key(f, name))
		return false;
	if (take(f, '='))
		return sign_fields_item(f, value);
	value->type = SIGN_FIELD_BOOLEAN;
	value->text = *name;
	return true;
}

bool
sign_fields_list(struct sign_fields *f)
{
	return !f->bad && (take(f, '(') || bad(f));
}

bool
sign_fields_listed(struct sign_fields *f, struct sign_field *item)
{
	bool blank = false;

	while (take(f, ' '))
		blank = true;
	if (f->bad || take(f, ')'))
		return false;
	/* Items are parted by blanks; the first follows the bracket. */
	if (!blank && f->rest.p[-1] != '(')
		return bad(f);
	return sign_fields_item(f, item);
}
