/*
 * outgoing/answer: the outcome of one request, by whatever transport.  The
 * transport fills it in; the scheduler, the audit and messages read it.
 */
#ifndef OUTGOING_ANSWER_H
#define OUTGOING_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

enum outgoing_verdict {
	OUTGOING_DELIVERED,
	OUTGOING_RETRY,     /* failed, which counts against the endpoint */
	OUTGOING_SHORT,     /* no attempt could be made here for the moment */
	OUTGOING_CANCELLED, /* ended by us */
	OUTGOING_REFUSED,   /* this will never be accepted */
	OUTGOING_DENIED,    /* we do not connect to such an address */
	OUTGOING_GONE       /* the endpoint wants no more events */
};

/* The texts are the transport's, valid until it is asked for the next one. */
struct outgoing_answer {
	void *context; /* of the request */
	enum outgoing_verdict verdict;
	int status;          /* 100..599; 0: there is no answer */
	int64_t retry_after; /* ms from now; -1: nothing was asked for */
	bool for_endpoint;   /* and it applies to all that is sent there */
	int64_t elapsed_us;  /* from the start of the request to its end */
	const char *why;     /* "HTTP 503", "connect: refused"; delivered: "" */
	const char *error;   /* why there is no answer; "": there is one */
	const char *address; /* that was connected to; may be "" */
	const char *allowed_origin; /* of a handshake; may be "" */
	const char *allowed_rate;   /* the same */
	const char *excerpt; /* start of what the answer says, for humans */
};

#endif
