/* The scanner over any bytes: what it takes can be unescaped, indexed and
 * skipped alike, and spans lie in the text. */
#include <stdint.h>
#include <stdlib.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct span text, struct span s)
{
	if (s.p < text.p || s.p + s.n > text.p + text.n)
		abort();
}

/* Token by token.  Return whether the text was taken. */
static bool
walk(struct json_scan *s, struct span text, struct buf *b)
{
	enum json_token t;
	int64_t whole;
	double real;

	json_scan_start(s, text);
	while ((t = json_scan_next(s)) > JSON_END) {
		inside(text, s->span);
		if (t == JSON_KEY || t == JSON_STRING) {
			buf_clear(b);
			json_unescape(s->span, b);
			if (!json_utf8_valid(buf_span(b), NULL))
				abort();
		} else if (t == JSON_NUMBER) {
			(void)json_number(s->span, &real);
			(void)json_integer(
			    s->span, INT64_MIN, INT64_MAX, &whole);
		}
	}
	if (t == JSON_ERROR && s->where > text.n)
		abort();
	return t == JSON_END;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));
	struct span text = {copy, size};
	struct json_index index;
	struct json_scan s;
	struct err err;
	struct buf b;
	bool taken, skipped, object;

	if (copy == NULL)
		return 0;
	if (size > 0)
		memcpy(copy, data, size);
	json_scan_init(&s);
	json_index_init(&index);
	buf_init(&b);
	taken = walk(&s, text, &b);
	json_scan_start(&s, text);
	object = json_scan_skip(&s, NULL) == JSON_OBJECT;
	skipped = json_scan_next(&s) == JSON_END;
	if (skipped != taken)
		abort();
	if ((json_index_read(&index, text, &err) == 0) != (taken && object))
		abort();
	for (size_t i = 0; taken && i < index.count; i++) {
		inside(text, index.member[i].key);
		inside(text, index.member[i].value);
	}
	buf_release(&b);
	json_index_release(&index);
	json_scan_release(&s);
	free(copy);
	return 0;
}
