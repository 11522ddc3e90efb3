/* Reports to the owner, and failures that end the server. */
#include <stdarg.h>
#include <stdio.h>

#include "hubserver/private.h"
#include "instant/instant.h"

#define MINUTE_MS 60000

void
hubserver_report(struct hubserver *hs, enum hubserver_notice what,
    const char *where, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (what == HUBSERVER_REFUSED) {
		int64_t now = instant_monotonic();

		if (now - hs->reported_minute >= MINUTE_MS) {
			hs->reported_minute = now;
			hs->reported = 0;
		}
		hs->count.refused++;
		if (hs->reported++ >= HUBSERVER_REPORTED_MAX)
			return;
	}
	hs->options.notice(hs->options.context, what, where, text);
}

void
hubserver_fail(struct hubserver *hs, const struct err *err)
{
	if (hs->count.failed)
		return;
	hs->count.failed = true;
	hs->failure = *err;
}
