/* Shared by the files of lib/transport; private to them. */
#ifndef TRANSPORT_INTERNAL_H
#define TRANSPORT_INTERNAL_H

#include "transport/transport.h"

/* A protocol: how it makes requests, and what its answers mean. */
struct transport_protocol {
	/* Send ${r} with ${c}; see transport_send.  ${text} is scratch space,
	 * empty at first. */
	int (*send)(struct http_client *c, const struct transport_request *r,
	    struct buf *text);
	enum outgoing_verdict (*classify)(const struct http_answer *a);
	/* Describe an answer that did not deliver. */
	void (*describe)(const struct http_answer *a, char *text, size_t size);
};

/* ---- words.c */
/* Describe why there was no answer, as in "connect: refused". */
void transport_describe_failure(
    const struct http_answer *a, char *text, size_t size);

/* ---- http.c, smtp.c */
extern const struct transport_protocol transport_http, transport_smtp;

#endif
