/*
 * outgoing/delivery: one event on its way to one endpoint, and how far it is.
 * The scheduler keeps it in order, the store keeps it.
 */
#ifndef OUTGOING_DELIVERY_H
#define OUTGOING_DELIVERY_H

#include "outgoing/event.h"

struct outgoing_delivery {
	struct outgoing_event *event; /* one reference */
	int64_t first;                /* wall clock, first attempt; 0: none */
	int64_t since;                /* wall clock: accepted, or replayed */
	int64_t batch;     /* the number of the batch that it was sent in and
			      goes in again; 0: none, or not stored */
	uint32_t attempts; /* requests made */
	uint32_t round;    /* failures that count for the pause */
	int last_status;   /* 0: none */
	bool unlogged;     /* the store knows that it is there and no more */
	char *error;       /* of the last attempt; NULL: none */
};

#endif
