/* Searchset Bundles, in pages. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"

/* Read the parameter ${name} if every search has it.  Return 1 if so, 0 if not,
 * or -1 with ${err}. */
static int
read_parameter(struct hubserver_page *p, struct span name, struct span value,
    struct err *err)
{
	int64_t count;

	if (span_is(name, "_count")) {
		if (json_integer(value, 0, INT64_MAX, &count) != 0)
			return err_set(err, "_count: not a number");
		p->count = count > HUBSERVER_PAGE_MAX ? HUBSERVER_PAGE_MAX
						      : (size_t)count;
		return 1;
	}
	if (span_is(name, "_after")) {
		if (value.n >= sizeof(p->after))
			return err_set(err, "_after: not from a link");
		memcpy(p->after, value.p, value.n);
		p->after[value.n] = '\0';
		return 1;
	}
	return span_is(name, "_format") || span_is(name, "_pretty");
}

int
hubserver_page_query(struct hubserver_call *c, struct hubserver_page *p,
    hubserver_parameter *take, void *context)
{
	struct span query, name, value;
	struct err err;
	struct buf text;
	int more;

	memset(p, 0, sizeof(*p));
	p->count = HUBSERVER_PAGE;
	p->query = span_is(c->method, "POST") ? serve_request_body(c->request)
					      : c->head->query;
	query = p->query;
	buf_init(&text);
	err_set(&err, "the query is malformed");
	while ((more = serve_query_next(&query, &text, &name, &value)) > 0) {
		more = read_parameter(p, name, value, &err);
		if (more == 0)
			more = take(context, name, value, &err);
		if (more < 0)
			break;
	}
	if (more < 0)
		hubserver_refuse(c, 400, "invalid", "", err.text);
	buf_release(&text);
	return more < 0 ? -1 : 0;
}

bool
hubserver_next_value(struct span *list, struct span *one)
{
	const char *comma;

	if (list->n == 0)
		return false;
	comma = memchr(list->p, ',', list->n);
	*one = *list;
	if (comma != NULL)
		one->n = (size_t)(comma - list->p);
	list->p += one->n + (comma != NULL);
	list->n -= one->n + (comma != NULL);
	return true;
}

bool
hubserver_is_code(struct span value, const char *uri, const char *code)
{
	const char *bar = value.n > 0 ? memchr(value.p, '|', value.n) : NULL;
	struct span before;

	if (bar == NULL)
		return span_is(value, code);
	before = (struct span){value.p, (size_t)(bar - value.p)};
	value.p = bar + 1;
	value.n -= before.n + 1;
	return span_is(before, uri) && (value.n == 0 || span_is(value, code));
}

static void
put(struct json_writer *w, const char *key, const char *value)
{
	json_key(w, key);
	json_put_text(w, value);
}

void
hubserver_page_begin(struct hubserver_call *c, struct hubserver_page *p)
{
	struct json_writer *w = &p->w;

	buf_clear(&c->body);
	json_writer_init(w, &c->body);
	json_object_begin(w);
	put(w, "resourceType", "Bundle");
	put(w, "type", "searchset");
}

/* Begin the entries with the first one: FHIR has no empty arrays. */
static void
begin_entries(struct hubserver_page *p)
{
	if (p->entries++ > 0)
		return;
	json_key(&p->w, "entry");
	json_array_begin(&p->w);
}

void
hubserver_page_add(struct hubserver_call *c, struct hubserver_page *p,
    const char *type, const char *id, struct span resource)
{
	struct json_writer *w = &p->w;
	struct buf url;

	buf_init(&url);
	if (type != NULL) {
		buf_add_span(&url, buf_span(&c->server->base));
		buf_addf(&url, "/%s/%s", type, id);
	} else {
		buf_addf(&url, "urn:uuid:%s", id);
	}
	c->body.failed |= url.failed;
	begin_entries(p);
	json_object_begin(w);
	json_key(w, "fullUrl");
	json_put_string(w, buf_span(&url));
	json_key(w, "resource");
	json_put_raw(w, resource);
	json_key(w, "search");
	json_object_begin(w);
	put(w, "mode", "match");
	json_object_end(w);
	json_object_end(w);
	buf_release(&url);
}

bool
hubserver_page_has_room(
    const struct hubserver_call *c, const struct hubserver_page *p)
{
	return p->entries < p->count && c->body.len < HUBSERVER_PAGE_BYTES;
}

/* Append the parameters of ${query}, as sent, without _after, to ${out}. */
static void
add_query(struct buf *out, struct span query)
{
	static const char after[] = "_after=";
	char sign = '?';

	while (query.n > 0) {
		const char *and = memchr(query.p, '&', query.n);
		size_t n = and != NULL ? (size_t)(and-query.p) : query.n;

		if (n > 0 &&
		    (n < sizeof(after) - 1 ||
			memcmp(query.p, after, sizeof(after) - 1) != 0)) {
			buf_add_byte(out, sign);
			buf_add(out, query.p, n);
			sign = '&';
		}
		n += and != NULL;
		query.p += n;
		query.n -= n;
	}
}

static void
put_link(struct hubserver_call *c, struct hubserver_page *p, const char *path,
    const char *relation, const char *after)
{
	struct json_writer *w = &p->w;
	struct buf url;
	size_t start;

	buf_init(&url);
	buf_add_span(&url, buf_span(&c->server->base));
	buf_addf(&url, "/%s", path);
	start = url.len;
	add_query(&url, p->query);
	if (after[0] != '\0')
		buf_addf(
		    &url, "%c_after=%s", url.len == start ? '?' : '&', after);
	c->body.failed |= url.failed;
	json_object_begin(w);
	put(w, "relation", relation);
	json_key(w, "url");
	json_put_string(w, buf_span(&url));
	json_object_end(w);
	buf_release(&url);
}

void
hubserver_page_end(struct hubserver_call *c, struct hubserver_page *p,
    const char *path, const char *next, int64_t total)
{
	struct json_writer *w = &p->w;

	if (p->entries > 0)
		json_array_end(w);
	if (total >= 0) {
		json_key(w, "total");
		json_put_integer(w, total);
	}
	json_key(w, "link");
	json_array_begin(w);
	put_link(c, p, path, "self", p->after);
	if (next != NULL)
		put_link(c, p, path, "next", next);
	json_array_end(w);
	json_object_end(w);
	hubserver_answer(c, 200);
}
