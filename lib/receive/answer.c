/* Answers requests, and reports and records the answers. */
#include <stdio.h>

#include "receive/private.h"

const char receive_retry_later[] = "Retry-After: 1\r\n";

void
receive_reject(struct receive *r, struct serve_request *request,
    const struct receive_outcome *o, const char *headers)
{
	char text[ERR_TEXT_MAX + 16];

	receive_count(r, o);
	/* A refusal loses nothing if it is not audited. */
	receive_audit(r, request, o);
	snprintf(text, sizeof(text), "refused: %d: %s", o->status, o->why);
	receive_report(r, RECEIVE_REFUSED, serve_request_peer(request), text);
	snprintf(text, sizeof(text), "%s\n", o->why);
	serve_answer(request, o->status, headers, span_of(text));
}

void
receive_refuse(struct receive *r, struct serve_request *request, int status,
    const char *headers, const char *why)
{
	receive_reject(r, request,
	    &(struct receive_outcome){.status = status, .why = why}, headers);
}

void
receive_answer(struct receive *r, const struct receive_pending *p, int status)
{
	struct receive_outcome o = {.status = status,
	    .why = "try again",
	    .verified = true,
	    .id = p->id,
	    .lines = p->lines,
	    .since = p->since};

	if (status < 500) {
		o.why = NULL;
		if (receive_audit(r, p->request, &o)) {
			receive_count(r, &o);
			receive_report(r, RECEIVE_TAKEN,
			    serve_request_peer(p->request),
			    status == 202 ? "accepted" : "known already");
			serve_answer(
			    p->request, status, NULL, (struct span){NULL, 0});
			return;
		}
		o.status = 503;
		o.why = "the audit file cannot be written";
	}
	receive_reject(r, p->request, &o, receive_retry_later);
}
