/* Answers: resources, and an OperationOutcome for every refusal. */
#include <inttypes.h>
#include <stdio.h>

#include "hubserver/private.h"
#include "instant/instant.h"

#define FHIR_JSON "Content-Type: application/fhir+json; charset=utf-8\r\n"

/* The headers that a refusal with ${status} needs. */
static const char *
refusal_headers(int status)
{
	switch (status) {
	case 401:
		return "WWW-Authenticate: Bearer realm=\"vitals-hub\"\r\n";
	case 426:
		return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	case 429:
		return "Retry-After: 60\r\n";
	case 503:
		return "Retry-After: 1\r\n";
	default:
		return "";
	}
}

/* Answer with what is in c->headers and c->body. */
static void
send_answer(struct hubserver_call *c, int status)
{
	struct serve_request *r = c->request;

	c->server->count.requests++;
	buf_add_text(&c->headers, "Cache-Control: no-store\r\n");
	if (buf_failed(&c->body) || buf_string(&c->headers) == NULL) {
		c->request = NULL;
		serve_answer(
		    r, 503, "Retry-After: 1\r\n", SPAN_LIT("out of memory\n"));
		return;
	}
	if (status < 400)
		hubserver_audit_request(c, status);
	c->request = NULL;
	serve_answer(r, status, c->headers.data, buf_span(&c->body));
}

void
hubserver_answer(struct hubserver_call *c, int status)
{
	if (c->body.len > 0)
		buf_add_text(&c->headers, FHIR_JSON);
	send_answer(c, status);
}

void
hubserver_answer_text(struct hubserver_call *c, const char *type)
{
	buf_addf(&c->headers, "Content-Type: %s\r\n", type);
	send_answer(c, 200);
}

void
hubserver_refuse(struct hubserver_call *c, int status, const char *code,
    const char *expression, const char *text)
{
	const char *peer = serve_request_peer(c->request);
	struct json_writer w;
	struct err why;

	err_set(&why, "%s%s%s", expression, expression[0] != '\0' ? ": " : "",
	    text);
	hubserver_report(c->server, HUBSERVER_REFUSED, peer, "refused: %d: %s",
	    status, why.text);
	hubserver_audit_refusal(c->server, peer, status, why.text);
	buf_clear(&c->body);
	json_writer_init(&w, &c->body);
	json_object_begin(&w);
	json_key(&w, "resourceType");
	json_put_text(&w, "OperationOutcome");
	json_key(&w, "issue");
	json_array_begin(&w);
	json_object_begin(&w);
	json_key(&w, "severity");
	json_put_text(&w, "error");
	json_key(&w, "code");
	json_put_text(&w, code);
	json_key(&w, "diagnostics");
	json_put_text(&w, text);
	if (expression[0] != '\0') {
		json_key(&w, "expression");
		json_array_begin(&w);
		json_put_text(&w, expression);
		json_array_end(&w);
	}
	json_object_end(&w);
	json_array_end(&w);
	json_object_end(&w);
	buf_add_text(&c->headers, refusal_headers(status));
	hubserver_answer(c, status);
}

void
hubserver_refuse_result(struct hubserver_call *c, enum hub_result result,
    const struct hub_issue *issue)
{
	switch (result) {
	case HUB_NOT_FOUND:
		hubserver_refuse(
		    c, 404, "not-found", "", "there is no such Subscription");
		break;
	case HUB_CONFLICT:
		hubserver_refuse(c, 412, "conflict", "",
		    "the Subscription was changed: its version is another");
		break;
	case HUB_FULL:
		hubserver_refuse(c, 503, "too-costly", "", issue->err.text);
		break;
	case HUB_INVALID:
		hubserver_refuse(
		    c, 422, issue->code, issue->expression, issue->err.text);
		break;
	case HUB_FAILED:
	case HUB_DONE:
		hubserver_refuse(c, 503, "exception", "", issue->err.text);
		break;
	}
}

bool
hubserver_committed(struct hubserver_call *c)
{
	struct err err;

	if (hub_commit(c->server->hub, instant_now(), &err) == 0)
		return true;
	hubserver_refuse(c, 503, "exception", "", err.text);
	return false;
}
