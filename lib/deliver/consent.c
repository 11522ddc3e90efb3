/* The handshake of CloudEvents HTTP webhooks (section 4): an endpoint is asked
 * for its consent before its first event.  While it has not answered, it is
 * asked again after pauses that grow like those of retries, whatever the
 * circuit breaker does, and its events wait. */
#include <string.h>
#include <strings.h>

#include "deliver/internal.h"
#include "json/json.h"

static bool
names_origin(const struct deliver *d, const char *allowed)
{
	return strcmp(allowed, "*") == 0 || strcasecmp(allowed, d->origin) == 0;
}

/* WebHook-Allowed-Rate: requests a minute, a whole number above 0, or "*". */
static void
take_rate(struct deliver_endpoint *e, const char *text)
{
	int64_t a_minute;
	double rate;

	if (json_integer(span_of(text), 1, INT32_MAX, &a_minute) != 0)
		return;
	rate = (double)a_minute / 60;
	if (e->rate <= 0 || rate < e->rate)
		e->rate = rate;
}

static void
given(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	e->consent = DELIVER_CONSENT_GIVEN;
	take_rate(e, a->allowed_rate);
	if (e->asked > 0)
		deliver_note(
		    d, DELIVER_NOTE_STATE, e, "consents: its events go out");
	e->asked = 0;
	e->down = false;
}

/* It may answer another time. */
static void
ask_again(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	int64_t pause;

	deliver_take_hold(d, e, a);
	e->asked++;
	pause = deliver_pause(
	    &d->policy, e->asked, false, a->retry_after, deliver_random(d));
	e->ask_at = d->now + pause;
	if (e->hold > e->ask_at)
		e->ask_at = e->hold;
	deliver_note(d,
	    e->asked == 1 ? DELIVER_NOTE_STATE : DELIVER_NOTE_DETAIL, e,
	    "no answer to the handshake: %s; asked again in %.1f s", a->why,
	    (double)(e->ask_at - d->now) / 1000);
	deliver_put_off(d, e, e->ask_at, a->why);
	if (e->asked >= (uint64_t)d->policy.max_attempts)
		deliver_is_down(d, e, e->asked, "handshakes", a->why);
}

bool
deliver_consent_allows(
    const struct deliver *d, const struct deliver_endpoint *e)
{
	return e->consent == DELIVER_CONSENT_GIVEN ||
	    (e->consent == DELIVER_CONSENT_WANTED && e->ask_at <= d->now);
}

void
deliver_consent_answered(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a)
{
	e->consent = DELIVER_CONSENT_WANTED;
	if (a->verdict == OUTGOING_SHORT || a->verdict == OUTGOING_CANCELLED)
		return;
	if (a->status > 0 && names_origin(d, a->allowed_origin))
		given(d, e, a);
	else if (a->verdict == OUTGOING_RETRY)
		ask_again(d, e, a);
	else
		deliver_switch_off(d, e,
		    a->status > 0 ? "it does not consent to our origin "
				    "(WebHook-Allowed-Origin)"
				  : a->why);
}
