/*
 * outgoing/answer: what became of one request, whatever carried it.  A
 * transport says it; the scheduler, the audit and messages read it.
 */
#ifndef OUTGOING_ANSWER_H
#define OUTGOING_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

enum outgoing_verdict {
	OUTGOING_DELIVERED,
	OUTGOING_RETRY,     /* failed, which says something of the endpoint */
	OUTGOING_SHORT,     /* no attempt could be made here for the moment */
	OUTGOING_CANCELLED, /* broken off by us */
	OUTGOING_REFUSED,   /* this will never be accepted */
	OUTGOING_DENIED,    /* we do not connect to such an address */
	OUTGOING_GONE       /* the endpoint wants nothing any more */
};

/* The texts are the transport's, valid until it is asked for the next one. */
struct outgoing_answer {
	void *context; /* of the request */
	enum outgoing_verdict verdict;
	int status;          /* 100..599; 0: there is no answer */
	int64_t retry_after; /* ms from now; -1: nothing was asked for */
	bool for_endpoint;   /* that goes for all that is sent there */
	int64_t elapsed_us;  /* from the start of the request to its end */
	const char *why;     /* "HTTP 503", "connect: refused"; delivered: "" */
	const char *error;   /* why there is no answer; "": there is one */
	const char *address; /* that was connected to; may be "" */
	const char *allowed_origin; /* of a handshake; may be "" */
	const char *allowed_rate;   /* the same */
	const char *excerpt; /* start of what the answer says, for humans */
};

#endif
