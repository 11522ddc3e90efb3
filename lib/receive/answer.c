/* Answers requests and reports the answers. */
#include <stdio.h>

#include "receive/private.h"

const char receive_retry_later[] = "Retry-After: 1\r\n";

void
receive_refuse(struct receive *r, struct serve_request *request, int status,
    const char *headers, const char *why)
{
	char text[ERR_TEXT_MAX + 16];

	if (status < 500)
		r->counters.refused++;
	else
		r->counters.unsafe++;
	snprintf(text, sizeof(text), "refused: %d: %s", status, why);
	receive_report(r, RECEIVE_REFUSED, serve_request_peer(request), text);
	snprintf(text, sizeof(text), "%s\n", why);
	serve_answer(request, status, headers, span_of(text));
}

void
receive_answer(struct receive *r, struct serve_request *request, int status)
{
	if (status >= 500) {
		receive_refuse(
		    r, request, status, receive_retry_later, "try again");
		return;
	}
	receive_report(r, RECEIVE_TAKEN, serve_request_peer(request),
	    status == 202 ? "accepted" : "known already");
	serve_answer(request, status, NULL, (struct span){NULL, 0});
}
