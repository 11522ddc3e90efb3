#include <stdlib.h>

#include "http/internal.h"

/* Take an idle slot off its target's list and the pool's. */
static void
unlink_idle(struct http_pool *p, struct http_slot *s)
{
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		s->target->idle = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	s->prev = s->next = NULL;
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		p->newest = s->older;
	if (s->older != NULL)
		s->older->newer = s->newer;
	else
		p->oldest = s->newer;
	s->newer = s->older = NULL;
}

static void
drop(struct http_pool *p, struct http_slot *s)
{
	unlink_idle(p, s);
	http_slot_free(s);
	p->slots--;
}

struct http_slot *
http_pool_take(
    struct http_pool *p, struct http_target *t, struct http_watch *watch)
{
	struct http_slot *s = t->idle;

	if (s != NULL) {
		unlink_idle(p, s);
		return s;
	}
	s = http_slot_new(t, watch);
	if (s == NULL)
		return NULL;
	s->pool = p;
	p->slots++;
	return s;
}

void
http_pool_put(struct http_pool *p, struct http_slot *s)
{
	struct http_target *t = s->target;

	s->prev = NULL;
	s->next = t->idle;
	if (s->next != NULL)
		s->next->prev = s;
	t->idle = s;
	s->newer = NULL;
	s->older = p->newest;
	if (s->older != NULL)
		s->older->newer = s;
	else
		p->oldest = s;
	p->newest = s;
	if (p->slots > p->max)
		drop(p, p->oldest);
}

void
http_pool_forget(struct http_target *t)
{
	while (t->idle != NULL)
		drop(t->idle->pool, t->idle);
}
