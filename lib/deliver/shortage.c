#include <inttypes.h>
#include <stdio.h>

#include "deliver/internal.h"

/* How long no request is made when one could not be, and how often it is tried
 * with more at once, ms. */
#define PAUSE 1000
#define WIDEN_EVERY 1000

void
deliver_fit_width(struct deliver *d)
{
	size_t room = transport_room((size_t)d->policy.concurrency);
	char text[160];

	if (room < (size_t)d->policy.concurrency) {
		snprintf(text, sizeof(text),
		    "no more than %zu at once: the limit of open files "
		    "(ulimit -n)",
		    room);
		d->out->report(
		    d->out->context, DELIVER_NOTE_STATE, "requests", text);
		d->policy.concurrency = (int64_t)room;
	}
	d->width = (size_t)d->policy.concurrency;
}

void
deliver_was_short(
    struct deliver *d, struct deliver_endpoint *e, const char *why)
{
	size_t fit = d->count.in_flight > 0 ? (size_t)d->count.in_flight : 1;

	if (d->short_until > d->now && d->width <= fit)
		return;
	if (d->width == (size_t)d->policy.concurrency)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "no request can be made here: %s; goes on in a second, "
		    "with %zu at once",
		    why, fit);
	if (fit < d->width)
		d->width = fit;
	d->short_until = d->now + PAUSE;
	d->wider_at = d->short_until + WIDEN_EVERY;
}

void
deliver_widen(struct deliver *d)
{
	size_t most = (size_t)d->policy.concurrency;

	if (d->width == most || d->now < d->wider_at)
		return;
	d->width = d->width < most / 2 ? 2 * d->width : most;
	d->wider_at = d->now + WIDEN_EVERY;
}
