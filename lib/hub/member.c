/* The subscriptions in memory. */
#include <stdlib.h>
#include <string.h>

#include "hub/internal.h"

size_t
hub_member_index(const struct hub *h, uint64_t number)
{
	size_t low = 0, high = h->members;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->member[middle]->s->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct hub_member *
hub_member_find(const struct hub *h, struct span id)
{
	return (struct hub_member *)hash_table_find(&h->by_id, id);
}

static int
make_room(struct hub *h)
{
	size_t cap = h->cap == 0 ? 64 : 2 * h->cap;
	struct hub_member **more;

	if (h->members < h->cap)
		return 0;
	more = realloc(h->member, cap * sizeof(struct hub_member *));
	if (more == NULL)
		return -1;
	h->member = more;
	h->cap = cap;
	return 0;
}

struct hub_member *
hub_member_add(struct hub *h, struct hub_subscription *s)
{
	struct hub_member *m = calloc(1, sizeof(*m));

	if (m == NULL || make_room(h) != 0)
		goto err0;
	m->s = s;
	m->entry.filter = s->filter;
	m->entry.owner = m;
	m->by_id.key = span_of(s->id);
	if (hub_match_add(&h->match, &m->entry) != 0)
		goto err0;
	if (hash_table_put(&h->by_id, &m->by_id) != 0)
		goto err1;
	/* Numbers count up. */
	h->member[h->members++] = m;
	return m;
err1:
	hub_match_remove(&h->match, &m->entry);
err0:
	free(m);
	return NULL;
}

static void
unlist_changed(struct hub *h, const struct hub_member *m)
{
	struct hub_member **at = &h->changed;

	while (*at != NULL && *at != m)
		at = &(*at)->next_changed;
	if (*at != NULL)
		*at = m->next_changed;
}

void
hub_member_remove(struct hub *h, struct hub_member *m)
{
	size_t i = hub_member_index(h, m->s->number);

	if (m->changed)
		unlist_changed(h, m);
	memmove(&h->member[i], &h->member[i + 1],
	    (--h->members - i) * sizeof(struct hub_member *));
	hash_table_remove(&h->by_id, &m->by_id);
	hub_match_remove(&h->match, &m->entry);
	hub_subscription_free(m->s);
	free(m);
}

int
hub_member_replace(
    struct hub *h, struct hub_member *m, struct hub_subscription *s)
{
	hub_match_remove(&h->match, &m->entry);
	hub_subscription_free(m->s);
	m->s = s;
	/* The same ID in another place. */
	m->by_id.key = span_of(s->id);
	m->entry.filter = s->filter;
	return hub_match_add(&h->match, &m->entry);
}

void
hub_member_changed(struct hub *h, struct hub_member *m)
{
	if (m->changed)
		return;
	m->changed = true;
	m->next_changed = h->changed;
	h->changed = m;
}

int
hub_member_own(struct hub_subscription *s, struct span owner)
{
	s->owner = malloc(owner.n + 1);
	if (s->owner == NULL)
		return -1;
	memcpy(s->owner, owner.p, owner.n);
	s->owner[owner.n] = '\0';
	return 0;
}
