#include "hub/subscription_read.h"

#include <stdio.h>

int
hub_read_wrong(
    struct hub_reader *r, const char *code, const char *path, const char *why)
{
	r->issue->code = code;
	snprintf(
	    r->issue->expression, sizeof(r->issue->expression), "%s", path);
	if (why != NULL)
		err_set(&r->issue->err, "%s", why);
	if (err_is_memory(&r->issue->err))
		r->issue->code = "exception";
	return -1;
}

/* Copy the string ${m} to the memory of the subscription.  It fits: each string
 * has two quotes.  Return NULL after an issue about ${path}. */
const char *
hub_read_text(
    struct hub_reader *r, const struct json_member *m, const char *path)
{
	struct buf b;
	char *text = r->next;

	if (m->type != JSON_STRING || m->value.n == 2) {
		hub_read_wrong(
		    r, "structure", path, "must be a text that is not empty");
		return NULL;
	}
	buf_init(&b);
	json_unescape(json_inside(m->value), &b);
	if (buf_failed(&b)) {
		hub_read_wrong(r, "exception", path, "out of memory");
		text = NULL;
	} else if (memchr(b.data, '\0', b.len) != NULL) {
		hub_read_wrong(r, "value", path, "has a control character");
		text = NULL;
	} else {
		memcpy(text, b.data, b.len);
		text[b.len] = '\0';
		r->next += b.len + 1;
	}
	buf_release(&b);
	return text;
}

const char *
hub_read_required(struct hub_reader *r, const struct json_index *index,
    const char *name, const char *path)
{
	const struct json_member *m = json_index_find(index, name);

	if (m != NULL)
		return hub_read_text(r, m, path);
	hub_read_wrong(r, "required", path, "is missing");
	return NULL;
}

int
hub_read_members(struct hub_reader *r, const struct json_index *index,
    const char *const *known, size_t n, const char *parent)
{
	char path[sizeof(r->issue->expression)];

	for (size_t i = 0; i < index->count; i++) {
		struct span key = index->member[i].key;
		bool found = false;

		if (key.n > 0 && key.p[0] == '_')
			key = (struct span){key.p + 1, key.n - 1};
		for (size_t k = 0; k < n && !found; k++)
			found = span_is(key, known[k]);
		if (found)
			continue;
		snprintf(path, sizeof(path), "%s.%.*s", parent,
		    (int)(key.n > 60 ? 60 : key.n), key.p);
		return span_is(key, "modifierExtension") ||
			span_is(key, "implicitRules")
		    ? hub_read_wrong(
			  r, "not-supported", path, "is not supported")
		    : hub_read_wrong(r, "structure", path, "is not an element");
	}
	return 0;
}

int
hub_read_enter(struct hub_reader *r, const struct json_member *m,
    const char *path, struct json_index *index)
{
	if (m->type != JSON_OBJECT)
		return hub_read_wrong(
		    r, "structure", path, "must be an object");
	if (json_index_read(index, m->value, &r->issue->err) != 0)
		return hub_read_wrong(r, "structure", path, NULL);
	return 0;
}

/* ---- Extensions ------------------------------------------------------------ */

int
hub_read_extensions(struct hub_reader *r, const struct json_index *holder,
    const char *path, hub_extension_fn *take)
{
	const struct json_member *m = json_index_find(holder, "extension"),
				 *url;
	size_t prefix = sizeof(HUB_GUIDE) - 1;
	enum json_token token;
	struct span value = {"", 0}, name;

	if (m == NULL)
		return 0;
	if (m->type != JSON_ARRAY)
		return hub_read_wrong(r, "structure", path, "must be an array");
	json_scan_start(&r->scan, m->value);
	(void)json_scan_next(&r->scan); /* was checked: '[' */
	while ((token = json_scan_next(&r->scan)) != JSON_ARRAY_END) {
		if (token == JSON_OBJECT)
			token = json_scan_skip(&r->scan, &value);
		if (token == JSON_ERROR) /* of memory: it was checked */
			return hub_read_wrong(
			    r, "exception", path, r->scan.error);
		if (token != JSON_OBJECT ||
		    json_index_read(&r->extension, value, &r->issue->err) !=
			0 ||
		    (url = json_index_find(&r->extension, "url")) == NULL ||
		    url->type != JSON_STRING)
			return hub_read_wrong(r, "structure", path,
			    "has an element that is not an extension");
		name = json_inside(url->value);
		if (name.n <= prefix || memcmp(name.p, HUB_GUIDE, prefix) != 0)
			continue;
		name = (struct span){name.p + prefix, name.n - prefix};
		if (take(r, name, &r->extension) != 0)
			return -1;
	}
	return 0;
}

int
hub_read_primitive(struct hub_reader *r, const struct json_member *m,
    const char *path, hub_extension_fn *take)
{
	if (m == NULL)
		return 0;
	if (hub_read_enter(r, m, path, &r->primitive) != 0)
		return -1;
	return hub_read_extensions(r, &r->primitive, path, take);
}
