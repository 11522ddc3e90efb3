/* Invariants of Bundles, and the requests in them (R4B, RESTful API). */
#include <stdlib.h>

#include "fhir/check.h"
#include "fhir/maker.h"

enum {
	BUNDLE_REQUESTS = 1,  /* its entries have requests */
	BUNDLE_RESPONSES = 2, /* and responses */
	BUNDLE_SEARCH = 4,
	BUNDLE_TOTAL = 8
};

static const struct bundle_type {
	const char *name;
	unsigned has;
	const char *first; /* the type of the first resource, or NULL */
} types[] = {
    {"document", 0, "Composition"},
    {"message", 0, "MessageHeader"},
    {"transaction", BUNDLE_REQUESTS, NULL},
    {"transaction-response", BUNDLE_RESPONSES, NULL},
    {"batch", BUNDLE_REQUESTS, NULL},
    {"batch-response", BUNDLE_RESPONSES, NULL},
    {"history", BUNDLE_REQUESTS | BUNDLE_RESPONSES | BUNDLE_TOTAL, NULL},
    {"searchset", BUNDLE_SEARCH | BUNDLE_TOTAL, NULL},
    {"collection", 0, NULL},
};

/* ---- Requests -------------------------------------------------------------- */

/* Does ${s} begin with ${type}, followed by a character of ${after}? */
static bool
is_path(struct span s, struct span type, char after)
{
	return s.n > type.n + 1 && memcmp(s.p, type.p, type.n) == 0 &&
	    s.p[type.n] == after;
}

/* Check the request ${r} of an entry with the resource ${n}, or NULL. */
static int
check_request(struct fhir_checking *c, const struct json_node *entry,
    const struct json_node *r, const struct json_node *n)
{
	const struct json_node *method = fhir_find(c->tree, r, "method");
	const struct json_node *url = fhir_find(c->tree, r, "url");
	const struct json_node *search = fhir_find(c->tree, r, "ifNoneExist");
	bool post = fhir_is(method, "POST"), put = fhir_is(method, "PUT");
	struct span type, path;

	if (search != NULL && !post)
		return fhir_wrong(
		    c->tree, search, NULL, c->err, "is only allowed with POST");
	if (search != NULL && memchr(search->value.p, '?', search->value.n))
		return fhir_wrong(c->tree, search, NULL, c->err,
		    "must only be what follows the question mark");
	if (!post && !put)
		return 0;
	if (n == NULL)
		return fhir_wrong(c->tree, entry, NULL, c->err,
		    "must have a resource with POST and PUT");
	type = json_inside(fhir_find(c->tree, n, "resourceType")->value);
	path = fhir_text_of(c, url);
	if (post && (path.n != type.n || memcmp(path.p, type.p, type.n) != 0))
		return fhir_wrong(c->tree, url, NULL, c->err, "must be '%.*s'",
		    (int)type.n, type.p);
	if (put && !is_path(path, type, '/') && !is_path(path, type, '?'))
		return fhir_wrong(c->tree, url, NULL, c->err,
		    "must be %.*s/ID or a search", (int)type.n, type.p);
	return 0;
}

/* ---- Entries --------------------------------------------------------------- */

/* Check the form of fullUrl ${n}, of the resource ${r} or NULL. */
static int
check_url(struct fhir_checking *c, const struct json_node *n,
    const struct json_node *r)
{
	const struct json_node *id = fhir_find(c->tree, r, "id");
	struct span s = fhir_text_of(c, n), tail = {s.p + s.n, 0};

	if (s.n > 9 && memcmp(s.p, "urn:uuid:", 9) == 0)
		return fhir_primitive_wrong(FHIR_UUID, s) == NULL
		    ? 0
		    : fhir_wrong(c->tree, n, NULL, c->err,
			  "is not urn:uuid: and a UUID in lower case");
	if (memchr(s.p, ':', s.n) == NULL)
		return fhir_wrong(
		    c->tree, n, NULL, c->err, "is not an absolute URL");
	for (size_t i = 0; i + 10 < s.n; i++) {
		if (memcmp(s.p + i, "/_history/", 10) == 0)
			return fhir_wrong(c->tree, n, NULL, c->err,
			    "must not be of a version (bdl-8)");
	}
	while (tail.p > s.p && tail.p[-1] != '/') {
		tail.p--;
		tail.n++;
	}
	if (id == NULL || s.n < 4 || memcmp(s.p, "http", 4) != 0 ||
	    json_string_is(json_inside(id->value), id->escaped, tail))
		return 0;
	return fhir_wrong(
	    c->tree, n, NULL, c->err, "does not end in the id of the resource");
}

/* Note fullUrl ${url} of ${entry}, to be compared with the others. */
static int
note_url(struct fhir_checking *c, const struct json_node *url,
    const struct json_node *entry)
{
	if (c->urls == c->url_cap) {
		size_t cap = c->url_cap == 0 ? 64 : c->url_cap * 2;
		struct fhir_url *p = realloc(c->url, cap * sizeof(*p));

		if (p == NULL)
			return err_set(c->err, "out of memory");
		c->url = p;
		c->url_cap = cap;
	}
	c->url[c->urls++] = (struct fhir_url){url, entry};
	return 0;
}

/* Which of request, response and search the entry must and must not have. */
static int
check_parts(struct fhir_checking *c, const struct json_node *n,
    const struct bundle_type *t)
{
	const struct json_tree *tree = c->tree;
	bool request = fhir_find(tree, n, "request") != NULL;
	bool response = fhir_find(tree, n, "response") != NULL;

	if (request != ((t->has & BUNDLE_REQUESTS) != 0))
		return fhir_wrong(tree, n, "request", c->err,
		    "%s in a %s (bdl-3)",
		    request ? "is not allowed" : "is missing", t->name);
	if (response != ((t->has & BUNDLE_RESPONSES) != 0))
		return fhir_wrong(tree, n, "response", c->err,
		    "%s in a %s (bdl-4)",
		    response ? "is not allowed" : "is missing", t->name);
	if (fhir_find(tree, n, "search") != NULL &&
	    (t->has & BUNDLE_SEARCH) == 0)
		return fhir_wrong(tree, n, "search", c->err,
		    "is only allowed in a searchset (bdl-2)");
	if (!request && !response && fhir_find(tree, n, "resource") == NULL)
		return fhir_wrong(
		    tree, n, "resource", c->err, "is missing (bdl-5)");
	return 0;
}

static int
check_entry(struct fhir_checking *c, const struct json_node *n,
    const struct bundle_type *t)
{
	const struct json_node *resource = fhir_find(c->tree, n, "resource");
	const struct json_node *url = fhir_find(c->tree, n, "fullUrl");
	const struct json_node *request = fhir_find(c->tree, n, "request");

	if (check_parts(c, n, t) != 0)
		return -1;
	if (url != NULL &&
	    (check_url(c, url, resource) != 0 || note_url(c, url, n) != 0))
		return -1;
	return request == NULL ? 0 : check_request(c, n, request, resource);
}

/* ---- The whole ------------------------------------------------------------- */

static int
compare_urls(const void *a, const void *b)
{
	const struct fhir_url *x = a, *y = b;
	struct span s = x->url->value, t = y->url->value;
	int rc = memcmp(s.p, t.p, s.n < t.n ? s.n : t.n);

	if (rc != 0)
		return rc;
	if (s.n != t.n)
		return s.n < t.n ? -1 : 1;
	return x->entry < y->entry ? -1 : 1;
}

static struct span
version_of(const struct json_tree *t, const struct json_node *entry)
{
	const struct json_node *resource = fhir_find(t, entry, "resource");
	const struct json_node *n =
	    fhir_find(t, fhir_find(t, resource, "meta"), "versionId");

	return n == NULL ? (struct span){"", 0} : n->value;
}

/* bdl-7: no two entries have the same fullUrl, unless their versions differ. */
static int
check_unique(struct fhir_checking *c)
{
	if (c->urls > 1)
		qsort(c->url, c->urls, sizeof(*c->url), compare_urls);
	for (size_t i = 1; i < c->urls; i++) {
		const struct fhir_url *a = &c->url[i - 1], *b = &c->url[i];
		struct span v, w;

		if (a->url->value.n != b->url->value.n ||
		    memcmp(a->url->value.p, b->url->value.p, a->url->value.n) !=
			0)
			continue;
		v = version_of(c->tree, a->entry);
		w = version_of(c->tree, b->entry);
		if (v.n != w.n || memcmp(v.p, w.p, v.n) != 0)
			continue;
		return fhir_wrong(c->tree, b->url, NULL, c->err,
		    "another entry has it too (bdl-7)");
	}
	return 0;
}

/* Check the type of the first resource, which documents and messages need. */
static int
check_first(struct fhir_checking *c, const struct json_node *n,
    const struct json_node *entry, const struct bundle_type *t)
{
	const struct json_node *r =
	    entry == NULL ? NULL : fhir_find(c->tree, entry, "resource");

	if (t->first == NULL ||
	    fhir_is(fhir_find(c->tree, r, "resourceType"), t->first))
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err,
	    "a %s begins with a %s (%s)", t->name, t->first,
	    strcmp(t->name, "document") == 0 ? "bdl-11" : "bdl-12");
}

int
fhir_bundle_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *name = fhir_find(c->tree, n, "type");
	const struct json_node *list = fhir_find(c->tree, n, "entry");
	const struct json_node *entry =
	    list == NULL ? NULL : json_tree_first(c->tree, list);
	const struct bundle_type *t = types;

	(void)e;
	while (!fhir_is(name, t->name)) /* the code was checked */
		t++;
	if (fhir_find(c->tree, n, "total") != NULL &&
	    (t->has & BUNDLE_TOTAL) == 0)
		return fhir_wrong(c->tree, n, "total", c->err,
		    "is only allowed in a searchset or history (bdl-1)");
	if (check_first(c, n, entry, t) != 0)
		return -1;
	for (; entry != NULL; entry = json_tree_next(c->tree, entry)) {
		if (check_entry(c, entry, t) != 0)
			return -1;
	}
	return strcmp(t->name, "history") == 0 ? 0 : check_unique(c);
}
