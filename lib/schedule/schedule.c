#include "schedule/schedule.h"

#include <stdlib.h>
#include <string.h>

void
schedule_init(struct schedule *s, const struct schedule_policy *p,
    const uint64_t random[2])
{
	memset(s, 0, sizeof(*s));
	s->policy = *p;
	s->random[0] = random[0];
	s->random[1] = random[1];
	s->endpoint_end = &s->endpoint;
	s->outcome_end = &s->outcome;
	s->width = (size_t)p->concurrency;
}

void
schedule_set_time(struct schedule *s, int64_t now, int64_t wall)
{
	s->now = now;
	s->wall = wall;
	s->at = NULL; /* other endpoints may be able to send now */
}

void
schedule_step(struct schedule *s, int64_t by)
{
	for (struct schedule_endpoint *e = s->endpoint; e != NULL;
	     e = e->next) {
		for (struct schedule_entry *entry = e->oldest; entry != NULL;
		     entry = entry->newer)
			entry->delivery.since += by;
	}
}

void
schedule_add_endpoint(struct schedule *s, struct schedule_endpoint *e)
{
	e->next = NULL;
	e->ready_end = &e->ready;
	e->tokens = 1;
	e->sessions.seed = s->random[0] ^ s->random[1];
	*s->endpoint_end = e;
	s->endpoint_end = &e->next;
	s->endpoints++;
}

static void
release_endpoint(struct schedule_endpoint *e)
{
	struct schedule_entry *entry;

	while ((entry = e->oldest) != NULL) {
		e->oldest = entry->newer;
		schedule_entry_free(entry);
	}
	for (size_t i = 0; i < e->sessions.buckets; i++) {
		struct hash_node *n;

		while ((n = e->sessions.bucket[i]) != NULL) {
			e->sessions.bucket[i] = n->chain;
			free(n); /* the first member of its session */
		}
	}
	hash_table_release(&e->sessions);
}

void
schedule_remove_endpoint(struct schedule *s, struct schedule_endpoint *e)
{
	struct schedule_endpoint **at = &s->endpoint;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	if (s->endpoint_end == &e->next)
		s->endpoint_end = at;
	if (s->turn == e)
		s->turn = e->next;
	s->at = NULL;
	s->endpoints--;
	release_endpoint(e);
}

void
schedule_release(struct schedule *s)
{
	for (struct schedule_endpoint *e = s->endpoint; e != NULL; e = e->next)
		release_endpoint(e);
	free(s->waiting.entry);
}
