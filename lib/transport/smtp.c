/* SMTP: an event, or a batch, is one e-mail. */
#include <stdio.h>

#include "mail/message.h"
#include "transport/internal.h"

/* Does the server want a login, or a better one (RFC 4954, 6)?  This says
 * nothing about the message, and is corrected by whoever runs this. */
static bool
wants_login(int code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

enum outgoing_verdict
transport_classify_smtp(const struct http_answer *a)
{
	if (a->failure != HTTP_ANSWERED)
		return transport_classify_http(a);
	if (a->status >= 200 && a->status < 300)
		return OUTGOING_DELIVERED;
	return a->status >= 500 && !wants_login(a->status) ? OUTGOING_REFUSED
							   : OUTGOING_RETRY;
}

static void
describe(const struct http_answer *a, char *text, size_t size)
{
	if (a->failure == HTTP_ANSWERED)
		snprintf(text, size, "%s", a->excerpt);
	else if (a->failure == HTTP_NO_SESSION)
		snprintf(text, size, "%s", a->error);
	else
		transport_describe_failure(a, text, size);
}

static int
send_mail(
    struct http_client *c, const struct transport_request *r, struct buf *text)
{
	struct http_target *target = (struct http_target *)r->target;
	struct http_request q = {
	    .target = target, .most_ms = r->most_ms, .context = r->context};
	struct mail_message m = {.from = http_target_sender(target),
	    .to = http_target_recipient(target),
	    .id = r->id,
	    .time = r->time,
	    .type = r->type,
	    .payload = r->body};

	mail_compose(text, &m);
	if (buf_failed(text))
		return -1;
	q.body = buf_span(text);
	return http_send(c, &q);
}

const struct transport_protocol transport_smtp = {.send = send_mail,
    .classify = transport_classify_smtp,
    .describe = describe};
