/*
 * outgoing/delivery: the delivery of one event to one endpoint, and its state.
 * The scheduler and the store share this struct.
 */
#ifndef OUTGOING_DELIVERY_H
#define OUTGOING_DELIVERY_H

#include "outgoing/event.h"

struct outgoing_delivery {
	struct outgoing_event *event; /* one reference */
	int64_t first;                /* wall clock: first attempt; 0: none */
	int64_t since;                /* wall clock: accepted, or replayed */
	int64_t batch;     /* number of the batch that it was sent in, and is
			      sent in again; 0: none */
	uint32_t attempts; /* requests made */
	uint32_t round;    /* failures that count for the pause */
	int last_status;   /* see outgoing/status.h */
	bool unlogged;     /* the store has no row for it yet */
	char *error;       /* of the last attempt, owned; NULL: none */
};

#endif
