/* What is told, and what is only counted: nobody can fill a log. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "instant/instant.h"
#include "receive/private.h"

#define MINUTE_MS 60000

static void
told_refusals(struct receive *r)
{
	char text[64];

	if (r->told > RECEIVE_TOLD_MAX) {
		snprintf(text, sizeof(text),
		    "refused: %u more requests of that minute",
		    r->told - RECEIVE_TOLD_MAX);
		r->options.notice(
		    r->options.context, RECEIVE_REFUSED, "all clients", text);
	}
	r->told = 0;
}

static void
tell_refused(struct receive *r, const char *where, const char *text)
{
	int64_t now = instant_monotonic();

	if (r->told > 0 && now - r->told_since >= MINUTE_MS)
		told_refusals(r);
	if (r->told == 0)
		r->told_since = now;
	r->told++;
	if (r->told <= RECEIVE_TOLD_MAX)
		r->options.notice(
		    r->options.context, RECEIVE_REFUSED, where, text);
	if (r->told == RECEIVE_TOLD_MAX + 1)
		r->options.notice(r->options.context, RECEIVE_REFUSED,
		    "all clients",
		    "further refusals of this minute are only counted");
}

static void
told_trouble(struct receive *r, struct receive_said *said)
{
	char text[ERR_TEXT_MAX + 40];

	if (said->count > RECEIVE_TROUBLE_MAX) {
		snprintf(text, sizeof(text), "%s: %" PRIu64 " more times",
		    said->text, said->count - RECEIVE_TROUBLE_MAX);
		r->options.notice(
		    r->options.context, RECEIVE_TROUBLE, NULL, text);
	}
	said->count = 0;
}

/* The place of ${text}: one that was met of late, or that of the one met
 * longest ago. */
static struct receive_said *
place_of(struct receive *r, const char *text, int64_t now)
{
	struct receive_said *oldest = &r->said[0];

	for (size_t i = 0; i < RECEIVE_SAID; i++) {
		struct receive_said *said = &r->said[i];

		if (said->count > 0 && strcmp(said->text, text) == 0 &&
		    now - said->last < MINUTE_MS)
			return said;
		if (said->last < oldest->last)
			oldest = said;
	}
	told_trouble(r, oldest);
	snprintf(oldest->text, sizeof(oldest->text), "%s", text);
	return oldest;
}

static void
tell_trouble(struct receive *r, const char *text)
{
	int64_t now = instant_monotonic();
	struct receive_said *said = place_of(r, text, now);
	char last[ERR_TEXT_MAX + 32];

	said->last = now;
	if (++said->count > RECEIVE_TROUBLE_MAX)
		return;
	if (said->count == RECEIVE_TROUBLE_MAX) {
		snprintf(last, sizeof(last), "%s (from now on counted)", text);
		text = last;
	}
	r->options.notice(r->options.context, RECEIVE_TROUBLE, NULL, text);
}

void
receive_tell(struct receive *r, enum receive_notice what, const char *where,
    const char *text)
{
	if (what == RECEIVE_REFUSED)
		tell_refused(r, where, text);
	else if (what == RECEIVE_TROUBLE)
		tell_trouble(r, text);
	else
		r->options.notice(r->options.context, what, where, text);
}

void
receive_told(struct receive *r)
{
	told_refusals(r);
	for (size_t i = 0; i < RECEIVE_SAID; i++)
		told_trouble(r, &r->said[i]);
}
