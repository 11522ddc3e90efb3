#include <math.h>
#include <stdio.h>

#include "json/block.h"
#include "json/json.h"

/* More than the escaped size of a block. */
#define ESCAPED_MAX 128

/* Write the escape of ${c} to ${q}; return the end. */
static char *
escape(char *q, char c)
{
	static const char digit[] = "0123456789abcdef";

	*q++ = '\\';
	switch (c) {
	case '\n':
		*q++ = 'n';
		break;
	case '\r':
		*q++ = 'r';
		break;
	case '\t':
		*q++ = 't';
		break;
	case '"':
	case '\\':
		*q++ = c;
		break;
	default:
		q[0] = 'u';
		q[1] = q[2] = '0';
		q[3] = digit[c >> 4];
		q[4] = digit[c & 15];
		q += 5;
		break;
	}
	return q;
}

/* Escape the block at ${p} to ${q}; ${mask} marks its special bytes.  Two
 * blocks are readable at ${p}.  Return the end. */
static inline char *
escape_block(char *q, const char *p, uint32_t mask)
{
	size_t done = 0;

	do {
		size_t n = json_block_first(mask);

		q += n - done;
		done = n + 1;
		if (p[n] == '"') { /* the usual case */
			*q++ = '\\';
			*q++ = '"';
		} else {
			q = escape(q, p[n]);
		}
		memcpy(q, p + done, JSON_BLOCK);
		mask &= mask - 1;
	} while (mask != 0);
	return q + JSON_BLOCK - done;
}

void
json_escape(struct buf *out, struct span text)
{
	const char *p = text.p, *end;

	if (text.n == 0) /* its pointer may be NULL */
		return;
	end = p + text.n;
	while (p < end) {
		size_t left = (size_t)(end - p);
		char *q, *limit;

		/* Reserve enough if half of the text is escaped; grow later if
		 * not. */
		if (buf_reserve(out, left + left / 2 + ESCAPED_MAX) != 0)
			return;
		q = out->data + out->len;
		limit = out->data + out->cap - ESCAPED_MAX;
		while (end - p >= 2 * JSON_BLOCK && q < limit) {
			uint32_t mask = json_block_special(p);

			memcpy(q, p, JSON_BLOCK);
			q = mask == 0 ? q + JSON_BLOCK
				      : escape_block(q, p, mask);
			p += JSON_BLOCK;
		}
		while (end - p < 2 * JSON_BLOCK && p < end && q < limit) {
			if (*p == '"' || *p == '\\' || (unsigned char)*p < 0x20)
				q = escape(q, *p++);
			else
				*q++ = *p++;
		}
		out->len = (size_t)(q - out->data);
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
	char *p = text + sizeof(text);
	uint64_t left = (uint64_t)value;

	/* Not printf, which costs as much as the rest of a short line. */
	if (value < 0)
		left = 0 - left;
	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		*--p = '-';
	separate(w);
	buf_add(w->out, p, (size_t)(text + sizeof(text) - p));
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
	/* "-0.0" is an artefact of rounding. */
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
