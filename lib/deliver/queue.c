/* Events from a queue that several workers share. */
#include "deliver/internal.h"

int
deliver_use_queue(
    struct deliver *d, const struct deliver_queue_options *o, struct err *err)
{
	struct store_queue_options queue = {.worker = o->worker,
	    .name = o->name,
	    .quick_rounds = (uint32_t)d->schedule.policy.max_attempts,
	    .most = (size_t)d->schedule.policy.queue};
	struct store *store = store_queue_open(&queue, err);

	if (store == NULL)
		return -1;
	d->follow = true;
	deliver_use_store(d, store);
	return 0;
}

void
deliver_revoke(struct deliver *d, struct queue_event *e)
{
	store_queue_revoke(d->store, e);
}
