/* Reports about clients and refusals. */
#include <stdarg.h>
#include <stdio.h>

#include "instant/instant.h"
#include "stream/private.h"

#define MINUTE_MS 60000

void
stream_report(struct stream *st, enum stream_notice what, const char *where,
    const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (what == STREAM_REFUSED) {
		int64_t now = instant_monotonic();

		if (now - st->reported_minute >= MINUTE_MS) {
			st->reported_minute = now;
			st->reported = 0;
		}
		st->count.refused++;
		if (st->reported++ >= STREAM_REPORTED_MAX)
			return;
	}
	st->options.notice(st->options.context, what, where, text);
}

void
stream_refuse(struct stream *st, struct serve_request *r, int status,
    const char *headers, const char *why)
{
	char text[128];

	stream_report(st, STREAM_REFUSED, serve_request_peer(r),
	    "refused: %d: %s", status, why);
	stream_audit_refusal(st, serve_request_peer(r), status, why);
	snprintf(text, sizeof(text), "%s\n", why);
	serve_answer(r, status, headers, span_of(text));
}
