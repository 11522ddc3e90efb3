#include "serve/query.h"

#include "buf/ascii.h"
#include "json/json.h"

/* Decode ${s} and append it.  Return false if an escape is malformed, or if the
 * result is not UTF-8 or contains control characters. */
static bool
decode(struct span s, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '+')
			c = ' ';
		if (s.p[i] == '%') {
			int high = i + 2 < s.n ? ascii_hex(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? ascii_hex(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return false;
		buf_add_byte(out, c);
	}
	return !buf_failed(out) &&
	    json_utf8_valid(
		(struct span){buf_span(out).p + start, out->len - start}, NULL);
}

int
serve_query_next(
    struct span *query, struct buf *text, struct span *name, struct span *value)
{
	const char *and, *is;
	size_t n, name_len, at;

	buf_clear(text);
	if (query->n == 0)
		return 0;
	and = memchr(query->p, '&', query->n);
	n = and != NULL ? (size_t)(and-query->p) : query->n;
	is = memchr(query->p, '=', n);
	name_len = is != NULL ? (size_t)(is - query->p) : n;
	if (!decode((struct span){query->p, name_len}, text))
		return -1;
	at = text->len;
	if (is != NULL &&
	    !decode((struct span){is + 1, n - name_len - 1}, text))
		return -1;
	*name = (struct span){buf_span(text).p, at};
	*value = (struct span){buf_span(text).p + at, text->len - at};
	n += and != NULL;
	query->p += n;
	query->n -= n;
	return 1;
}
