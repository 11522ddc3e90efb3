/* HTTP: POST for events, OPTIONS for a handshake (CloudEvents HTTP webhooks,
 * section 4). */
#include <stdio.h>

#include "fhir/fhir.h"
#include "transport/internal.h"

enum outgoing_verdict
transport_classify_http(const struct http_answer *a)
{
	switch (a->failure) {
	case HTTP_ANSWERED:
		break;
	case HTTP_NO_NAME:
	case HTTP_NO_CONNECTION:
	case HTTP_NO_TLS:
	case HTTP_TIMEOUT:
	case HTTP_BROKEN:
	case HTTP_NO_SESSION:
	case HTTP_LOCAL:
		return OUTGOING_RETRY;
	case HTTP_SHORT:
		return OUTGOING_SHORT;
	case HTTP_CANCELLED:
		return OUTGOING_CANCELLED;
	case HTTP_DENIED:
		return OUTGOING_DENIED;
	}
	if (a->status >= 200 && a->status < 300)
		return OUTGOING_DELIVERED;
	if (a->status == 410)
		return OUTGOING_GONE;
	/* A redirect is never followed, because its target may be anybody's.
	 * But it may be temporary, so retry. */
	if (a->status >= 500 || a->status < 400 || a->status == 408 ||
	    a->status == 425 || a->status == 429)
		return OUTGOING_RETRY;
	return OUTGOING_REFUSED;
}

bool
transport_holds_endpoint(const struct http_answer *a)
{
	return a->retry_after > 0 && (a->status == 429 || a->status == 503);
}

/* "HTTP 503", "connect: refused", … */
static void
describe(const struct http_answer *a, char *text, size_t size)
{
	char outcome[FHIR_OUTCOME_MAX + 1] = "";

	if (a->problem.n > 0)
		(void)fhir_outcome(a->problem, outcome, sizeof(outcome));
	if (a->failure != HTTP_ANSWERED)
		transport_describe_failure(a, text, size);
	else if (a->status >= 300 && a->status < 400)
		snprintf(text, size, "HTTP %d: redirects are not followed",
		    a->status);
	else
		snprintf(text, size, "HTTP %d%s%s", a->status,
		    outcome[0] == '\0' ? "" : ": ", outcome);
}

static int
send_http(
    struct http_client *c, const struct transport_request *r, struct buf *text)
{
	struct span header[OUTGOING_OWN_HEADERS + OUTGOING_HEADERS_MAX];
	_Static_assert(
	    sizeof(header) / sizeof(header[0]) <= HTTP_REQUEST_HEADERS_MAX,
	    "a request has room for all headers");
	struct http_request q = {.target = (struct http_target *)r->target,
	    .method = r->kind == TRANSPORT_HANDSHAKE ? HTTP_OPTIONS : HTTP_POST,
	    .body = r->body,
	    .header = header,
	    .most_ms = r->most_ms,
	    .context = r->context};

	(void)text;
	/* A line cannot override a header that the target sets. */
	for (size_t i = 0; i < r->headers; i++) {
		if (i < r->own || !http_target_sets(q.target, r->header[i]))
			header[q.headers++] = r->header[i];
	}
	return http_send(c, &q);
}

const struct transport_protocol transport_http = {.send = send_http,
    .classify = transport_classify_http,
    .describe = describe};
