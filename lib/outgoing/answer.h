/*
 * outgoing/answer: the outcome of one request, independent of the transport.
 * The transport fills it in.  The scheduler, the audit and messages use it.
 */
#ifndef OUTGOING_ANSWER_H
#define OUTGOING_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

enum outgoing_verdict {
	OUTGOING_DELIVERED,
	OUTGOING_RETRY,     /* failed; counts as a failure of the endpoint */
	OUTGOING_SHORT,     /* this machine could not make the request now */
	OUTGOING_CANCELLED, /* cancelled by the caller */
	OUTGOING_REFUSED,   /* the endpoint will never accept this request */
	OUTGOING_DENIED,    /* connections to this address are not allowed */
	OUTGOING_GONE       /* the endpoint wants no more events */
};

/* The transport owns the texts.  They are valid until the next answer is
 * taken. */
struct outgoing_answer {
	void *context; /* of the request */
	enum outgoing_verdict verdict;
	int status;          /* see outgoing/status.h */
	int64_t retry_after; /* ms from now; -1: none */
	bool for_endpoint;   /* retry_after applies to the whole endpoint */
	int64_t elapsed_us;  /* from the start of the request to its end */
	/* "HTTP 503", "SMTP 550 to RCPT", "connect: refused"; delivered: "" */
	const char *why;
	const char *error;   /* why there was no answer; "": there was one */
	const char *address; /* of the peer; may be "" */
	const char *allowed_origin; /* of a handshake; may be "" */
	const char *allowed_rate;   /* the same */
	const char *excerpt;        /* start of the answer's body, for humans */
};

#endif
