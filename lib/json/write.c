#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "json/json.h"

void
json_escape(struct buf *out, struct span text)
{
	static const char digit[] = "0123456789abcdef";
	const char *p = text.p, *end = text.p + text.n, *q;

	while (p < end) {
		for (q = p; q < end && *q != '"' && *q != '\\' &&
		     (unsigned char)*q >= 0x20;
		     q++)
			;
		buf_add(out, p, (size_t)(q - p));
		if (q == end)
			return;
		switch (*q) {
		case '"':
			buf_add(out, "\\\"", 2);
			break;
		case '\\':
			buf_add(out, "\\\\", 2);
			break;
		case '\n':
			buf_add(out, "\\n", 2);
			break;
		case '\r':
			buf_add(out, "\\r", 2);
			break;
		case '\t':
			buf_add(out, "\\t", 2);
			break;
		default: {
			char u[6] = {'\\', 'u', '0', '0', digit[*q >> 4],
			    digit[*q & 15]};

			buf_add(out, u, sizeof(u));
			break;
		}
		}
		p = q + 1;
	}
}

void
json_writer_init(struct json_writer *w, struct buf *out)
{
	w->out = out;
	w->comma = false;
}

static void
separate(struct json_writer *w)
{
	if (w->comma)
		buf_add_byte(w->out, ',');
	w->comma = true;
}

static void
begin(struct json_writer *w, char bracket)
{
	separate(w);
	buf_add_byte(w->out, bracket);
	w->comma = false;
}

static void
end(struct json_writer *w, char bracket)
{
	buf_add_byte(w->out, bracket);
	w->comma = true;
}

void
json_object_begin(struct json_writer *w)
{
	begin(w, '{');
}

void
json_object_end(struct json_writer *w)
{
	end(w, '}');
}

void
json_array_begin(struct json_writer *w)
{
	begin(w, '[');
}

void
json_array_end(struct json_writer *w)
{
	end(w, ']');
}

void
json_key(struct json_writer *w, const char *key)
{
	separate(w);
	buf_add_byte(w->out, '"');
	buf_add_text(w->out, key);
	buf_add(w->out, "\":", 2);
	w->comma = false;
}

void
json_put_string(struct json_writer *w, struct span text)
{
	size_t where;

	separate(w);
	buf_add_byte(w->out, '"');
	while (!json_utf8_valid(text, &where)) {
		json_escape(w->out, (struct span){text.p, where});
		buf_add(w->out, "\xef\xbf\xbd", 3);
		text.p += where + 1;
		text.n -= where + 1;
	}
	json_escape(w->out, text);
	buf_add_byte(w->out, '"');
}

void
json_put_text(struct json_writer *w, const char *text)
{
	json_put_string(w, span_of(text));
}

void
json_put_integer(struct json_writer *w, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%" PRId64, value);

	separate(w);
	buf_add(w->out, text, (size_t)n);
}

void
json_put_real(struct json_writer *w, double value, int digits)
{
	char text[352]; /* DBL_MAX has 309 digits before the point */
	int n;

	if (!isfinite(value)) {
		json_put_null(w);
		return;
	}
	if (digits > 17)
		digits = 17;
	n = snprintf(text, sizeof(text), "%.*f", digits, value);
	while (n > 2 && digits > 0 && text[n - 1] == '0' && text[n - 2] != '.')
		n--;
	/* "-0.0" is a rounding left-over, not a value. */
	if (n == 4 && memcmp(text, "-0.0", 4) == 0) {
		memmove(text, text + 1, 3);
		n = 3;
	} else if (n == 2 && memcmp(text, "-0", 2) == 0) {
		text[0] = '0';
		n = 1;
	}
	separate(w);
	buf_add(w->out, text, (size_t)n);
}

void
json_put_bool(struct json_writer *w, bool value)
{
	json_put_raw(w, value ? SPAN_LIT("true") : SPAN_LIT("false"));
}

void
json_put_null(struct json_writer *w)
{
	json_put_raw(w, SPAN_LIT("null"));
}

void
json_put_raw(struct json_writer *w, struct span json)
{
	separate(w);
	buf_add_span(w->out, json);
}
