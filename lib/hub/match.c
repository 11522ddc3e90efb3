#include "hub/match.h"

#include <stdlib.h>

void
hub_match_init(struct hub_match *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->lists.seed = seed;
	buf_init(&m->key);
}

static void
list_free(struct hub_list *l)
{
	free(l->key);
	free(l->entry);
	free(l);
}

void
hub_match_release(struct hub_match *m)
{
	struct hash_node *n, *next;

	for (size_t i = 0; i < m->lists.buckets; i++) {
		for (n = m->lists.bucket[i]; n != NULL; n = next) {
			next = n->chain;
			/* by_key is its first member. */
			list_free((struct hub_list *)n);
		}
	}
	hash_table_release(&m->lists);
	free(m->rest.entry);
	buf_release(&m->key);
}

/* ---- Keys ------------------------------------------------------------------ */

/* A key is a letter for its kind and a text.  A relative reference has a second
 * key, for filters that only have the ID. */
#define BY_REFERENCE 'r'
#define BY_ID '#'
#define BY_IDENTIFIER 'i'
#define BY_CODE 'c'

static struct span
make_key(struct hub_match *m, char kind, struct span text)
{
	buf_clear(&m->key);
	buf_add_byte(&m->key, kind);
	buf_add_span(&m->key, text);
	return buf_span(&m->key);
}

/* The key under which ${p} can be listed for its value ${v}; p NULL if there
 * is none. */
static struct span
key_of(struct hub_match *m, const struct hub_parameter *p,
    const struct hub_value *v)
{
	static const struct span none = {NULL, 0};

	if (p->identifier)
		return v->code.n > 0 ? make_key(m, BY_IDENTIFIER, v->code)
				     : none;
	if (p->kind->kind == HUB_REFERENCE)
		return make_key(
		    m, v->only_id ? BY_ID : BY_REFERENCE, v->reference);
	if (p->kind->place == HUB_CODE &&
	    (p->kind->kind == HUB_TOKEN ||
		p->kind->kind == HUB_CODE_QUANTITY) &&
	    v->code.n > 0)
		return make_key(m, BY_CODE, v->code);
	return none;
}

/* Does each value of ${p} have a key? */
static bool
has_keys(struct hub_match *m, const struct hub_parameter *p)
{
	for (size_t i = 0; i < p->values; i++) {
		if (key_of(m, p, &p->value[i]).p == NULL)
			return false;
	}
	return true;
}

/* The parameter by which ${f} is listed: one of the subject, or else the first
 * one that has keys; NULL if there is none. */
static const struct hub_parameter *
choose(struct hub_match *m, const struct hub_filter *f)
{
	const struct hub_parameter *best = NULL;

	for (size_t i = 0; i < f->parameters; i++) {
		const struct hub_parameter *p = f->parameter[i];

		if (!has_keys(m, p))
			continue;
		if (p->kind->kind == HUB_REFERENCE)
			return p;
		if (best == NULL)
			best = p;
	}
	return best;
}

/* ---- Lists ----------------------------------------------------------------- */

static struct hub_list *
list_find(struct hub_match *m, struct span key)
{
	return (struct hub_list *)hash_table_find(&m->lists, key);
}

/* Return the list of ${key}, which is created if there is none. */
static struct hub_list *
list_get(struct hub_match *m, struct span key)
{
	struct hub_list *l = list_find(m, key);

	if (l != NULL)
		return l;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return NULL;
	l->key = malloc(key.n);
	if (l->key != NULL) {
		memcpy(l->key, key.p, key.n);
		l->by_key.key = (struct span){l->key, key.n};
		if (hash_table_put(&m->lists, &l->by_key) == 0)
			return l;
	}
	list_free(l);
	return NULL;
}

/* Append ${e} to ${l}, and note that in ${e}, which has room. */
static int
list_add(struct hub_list *l, struct hub_entry *e)
{
	if (l->entries == l->cap) {
		size_t cap = l->cap == 0 ? 4 : 2 * l->cap;
		struct hub_entry **more =
		    realloc(l->entry, cap * sizeof(struct hub_entry *));

		if (more == NULL)
			return -1;
		l->entry = more;
		l->cap = cap;
	}
	l->entry[l->entries++] = e;
	e->list[e->lists++] = l;
	return 0;
}

static void
list_remove(struct hub_match *m, struct hub_list *l, const struct hub_entry *e)
{
	for (size_t i = 0; i < l->entries; i++) {
		if (l->entry[i] == e) {
			l->entry[i] = l->entry[--l->entries];
			break;
		}
	}
	if (l->entries == 0 && l != &m->rest) {
		hash_table_remove(&m->lists, &l->by_key);
		list_free(l);
	}
}

void
hub_match_remove(struct hub_match *m, struct hub_entry *e)
{
	for (size_t i = 0; i < e->lists; i++)
		list_remove(m, e->list[i], e);
	free(e->list);
	e->list = NULL;
	e->lists = 0;
}

int
hub_match_add(struct hub_match *m, struct hub_entry *e)
{
	const struct hub_parameter *p = choose(m, e->filter);
	size_t n = p == NULL ? 1 : p->values;

	e->lists = 0;
	e->list = calloc(n, sizeof(struct hub_list *));
	if (e->list == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct hub_list *l = p == NULL
		    ? &m->rest
		    : list_get(m, key_of(m, p, &p->value[i]));

		if (buf_failed(&m->key) || l == NULL || list_add(l, e) != 0) {
			/* A new list may be empty. */
			if (l != NULL && l->entries == 0)
				list_remove(m, l, e);
			hub_match_remove(m, e);
			return -1;
		}
	}
	return 0;
}

/* ---- Matching -------------------------------------------------------------- */

struct search {
	struct hub_match *m;
	const struct hub_observation *o;
	hub_match_fn *found;
	void *context;
};

/* Examine the entries of ${l} that were not examined yet. */
static int
examine(const struct search *s, const struct hub_list *l)
{
	for (size_t i = 0; l != NULL && i < l->entries; i++) {
		struct hub_entry *e = l->entry[i];

		if (e->seen == s->m->seen)
			continue;
		e->seen = s->m->seen;
		if (hub_filter_matches(e->filter, s->o) &&
		    s->found(s->context, e) != 0)
			return -1;
	}
	return 0;
}

static int
examine_key(const struct search *s, char kind, struct span text)
{
	struct span key = make_key(s->m, kind, text);

	if (text.n == 0)
		return 0;
	return buf_failed(&s->m->key) ? -1 : examine(s, list_find(s->m, key));
}

int
hub_match_each(struct hub_match *m, const struct hub_observation *o,
    hub_match_fn *found, void *context)
{
	struct search s = {m, o, found, context};
	struct span id = o->reference;
	const char *slash = id.n == 0 ? NULL : memchr(id.p, '/', id.n);

	m->seen++;
	id = slash == NULL
	    ? (struct span){"", 0}
	    : (struct span){slash + 1, id.n - (size_t)(slash + 1 - id.p)};
	if (examine(&s, &m->rest) != 0 ||
	    examine_key(&s, BY_REFERENCE, o->reference) != 0 ||
	    examine_key(&s, BY_ID, id) != 0 ||
	    examine_key(&s, BY_IDENTIFIER, o->value) != 0)
		return -1;
	for (size_t i = 0; i < o->codings; i++) {
		if (o->coding[i].place == HUB_CODE &&
		    examine_key(&s, BY_CODE, o->coding[i].code) != 0)
			return -1;
	}
	return 0;
}
