/* Reports, or only counts beyond a limit, so that nobody can fill a log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "diag/plural.h"
#include "instant/instant.h"
#include "receive/private.h"

#define MINUTE_MS 60000

static void
report_counted_refusals(struct receive *r)
{
	char text[64];

	if (r->reported > RECEIVE_REPORTED_MAX) {
		snprintf(text, sizeof(text),
		    "refused: %u more request%s of that minute",
		    r->reported - RECEIVE_REPORTED_MAX,
		    diag_plural(r->reported - RECEIVE_REPORTED_MAX));
		r->options.notice(
		    r->options.context, RECEIVE_REFUSED, "all clients", text);
	}
	r->reported = 0;
}

static void
report_refused(struct receive *r, const char *where, const char *text)
{
	int64_t now = instant_monotonic();

	if (r->reported > 0 && now - r->reported_since >= MINUTE_MS)
		report_counted_refusals(r);
	if (r->reported == 0)
		r->reported_since = now;
	r->reported++;
	if (r->reported <= RECEIVE_REPORTED_MAX)
		r->options.notice(
		    r->options.context, RECEIVE_REFUSED, where, text);
	if (r->reported == RECEIVE_REPORTED_MAX + 1)
		r->options.notice(r->options.context, RECEIVE_REFUSED,
		    "all clients",
		    "further refusals of this minute are only counted");
}

static void
report_counted_trouble(struct receive *r, struct receive_trouble *trouble)
{
	char text[ERR_TEXT_MAX + 40];

	if (trouble->count > RECEIVE_TROUBLE_MAX) {
		snprintf(text, sizeof(text), "%s: %" PRIu64 " more time%s",
		    trouble->text, trouble->count - RECEIVE_TROUBLE_MAX,
		    diag_plural(trouble->count - RECEIVE_TROUBLE_MAX));
		r->options.notice(
		    r->options.context, RECEIVE_TROUBLE, NULL, text);
	}
	trouble->count = 0;
}

/* The slot of ${text}: its own if it was reported recently, otherwise the least
 * recently used. */
static struct receive_trouble *
place_of(struct receive *r, const char *text, int64_t now)
{
	struct receive_trouble *oldest = &r->trouble[0];

	for (size_t i = 0; i < RECEIVE_TROUBLE_KINDS; i++) {
		struct receive_trouble *trouble = &r->trouble[i];

		if (trouble->count > 0 && strcmp(trouble->text, text) == 0 &&
		    now - trouble->last < MINUTE_MS)
			return trouble;
		if (trouble->last < oldest->last)
			oldest = trouble;
	}
	report_counted_trouble(r, oldest);
	snprintf(oldest->text, sizeof(oldest->text), "%s", text);
	return oldest;
}

static void
report_trouble(struct receive *r, const char *text)
{
	int64_t now = instant_monotonic();
	struct receive_trouble *trouble = place_of(r, text, now);
	char last[ERR_TEXT_MAX + 32];

	trouble->last = now;
	if (++trouble->count > RECEIVE_TROUBLE_MAX)
		return;
	if (trouble->count == RECEIVE_TROUBLE_MAX) {
		snprintf(last, sizeof(last), "%s (from now on counted)", text);
		text = last;
	}
	r->options.notice(r->options.context, RECEIVE_TROUBLE, NULL, text);
}

void
receive_report(struct receive *r, enum receive_notice what, const char *where,
    const char *text)
{
	if (what == RECEIVE_REFUSED)
		report_refused(r, where, text);
	else if (what == RECEIVE_TROUBLE)
		report_trouble(r, text);
	else
		r->options.notice(r->options.context, what, where, text);
}

void
receive_report_counted(struct receive *r)
{
	report_counted_refusals(r);
	for (size_t i = 0; i < RECEIVE_TROUBLE_KINDS; i++)
		report_counted_trouble(r, &r->trouble[i]);
}
