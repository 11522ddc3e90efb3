/* The store in memory, which ends with the run.  The scheduler has all
 * deliveries, so there is nothing to store here. */
#include <stdlib.h>

#include "store/store.h"

static void
close_memory(struct store *s)
{
	free(s);
}

static enum store_event
accept_event(struct store *s, struct outgoing_event *event, struct err *err)
{
	(void)s;
	(void)event;
	(void)err;
	return STORE_NEW;
}

static enum store_accepted
accept_one(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old, struct err *err)
{
	(void)s;
	(void)e;
	(void)event;
	(void)is_new;
	(void)has_room;
	(void)unlogged;
	(void)old;
	(void)err;
	return STORE_ACCEPTED;
}

static const struct store_row memory = {.name = "memory",
    .close = close_memory,
    .accept_event = accept_event,
    .accept = accept_one};

struct store *
store_memory_open(struct err *err)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	s->row = &memory;
	s->name = "memory";
	return s;
}
