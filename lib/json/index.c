#include "json/json.h"

#include <stdlib.h>
#include <string.h>

void
json_index_init(struct json_index *ix)
{
	memset(ix, 0, sizeof(*ix));
	json_scan_init(&ix->scan);
}

void
json_index_release(struct json_index *ix)
{
	free(ix->member);
	json_scan_release(&ix->scan);
	json_index_init(ix);
}

static struct json_member *
new_member(struct json_index *ix)
{
	if (ix->count == ix->cap) {
		size_t cap = ix->cap == 0 ? 32 : ix->cap * 2;
		struct json_member *m = realloc(ix->member, cap * sizeof(*m));

		if (m == NULL)
			return NULL;
		ix->member = m;
		ix->cap = cap;
	}
	return &ix->member[ix->count++];
}

bool
json_scan_no_memory(const struct json_scan *s)
{
	return s->no_memory;
}

static int
report(const struct json_scan *s, struct err *err)
{
	return err_set(err, "byte %zu: %s", s->where + 1, s->error);
}

int
json_index_read(struct json_index *ix, struct span text, struct err *err)
{
	struct json_scan *s = &ix->scan;
	enum json_token t;

	ix->count = 0;
	json_scan_start(s, text);
	t = json_scan_next(s);
	if (t == JSON_ERROR)
		return report(s, err);
	if (t != JSON_OBJECT)
		return err_set(err, "not a JSON object");
	while ((t = json_scan_next(s)) == JSON_KEY) {
		struct json_member *m = new_member(ix);

		if (m == NULL)
			return err_set(err, "out of memory");
		m->key = s->span;
		m->key_escaped = s->escaped;
		m->type = json_scan_skip(s, &m->value);
		if (m->type == JSON_ERROR)
			return report(s, err);
		m->value_escaped = m->type == JSON_STRING && s->escaped;
	}
	if (t == JSON_ERROR || json_scan_next(s) == JSON_ERROR)
		return report(s, err);
	return 0;
}

const struct json_member *
json_index_find(const struct json_index *ix, const char *key)
{
	struct span want = span_of(key);

	for (size_t i = 0; i < ix->count; i++) {
		const struct json_member *m = &ix->member[i];

		if (!m->key_escaped ? m->key.n == want.n &&
			    memcmp(m->key.p, want.p, want.n) == 0
				    : json_string_is(m->key, true, want))
			return m;
	}
	return NULL;
}
