#include "schedule/internal.h"

/* In ms: how long no request is made after one could not be, and how often the
 * number of concurrent requests is doubled again.  Chosen by hand: a second is
 * long for the machine, and short for a receiver. */
#define PAUSE 1000
#define WIDEN_EVERY 1000

size_t
schedule_window(const struct schedule *s, const struct schedule_endpoint *e)
{
	size_t share = (size_t)s->policy.queue / (s->endpoints + 1) + 1;
	size_t least = 2 * e->concurrency;

	return share > least ? share : least;
}

static bool
consent_allows(const struct schedule *s, const struct schedule_endpoint *e)
{
	return e->consent == SCHEDULE_CONSENT_GIVEN ||
	    (e->consent == SCHEDULE_CONSENT_WANTED && e->ask_at <= s->now);
}

bool
schedule_may_send(const struct schedule *s, const struct schedule_endpoint *e)
{
	return e->ready != NULL && !e->off && e->in_flight < e->concurrency &&
	    s->in_flight < s->width && s->short_until <= s->now &&
	    e->not_before <= s->now && consent_allows(s, e) &&
	    (e->rate <= 0 || e->tokens >= 1) &&
	    schedule_breaker_allows(&e->breaker, s->now);
}

void
schedule_refill(const struct schedule *s, struct schedule_endpoint *e)
{
	/* A burst may have the events of a twentieth of a second. */
	double most = e->rate / 20 > 1 ? e->rate / 20 : 1;

	if (e->rate <= 0)
		return;
	e->tokens += (double)(s->now - e->refilled) * e->rate / 1000;
	if (e->tokens > most)
		e->tokens = most;
	e->refilled = s->now;
}

bool
schedule_was_short(struct schedule *s)
{
	size_t fit = s->in_flight > 0 ? s->in_flight : 1;
	bool news = s->width == (size_t)s->policy.concurrency;

	if (s->short_until > s->now && s->width <= fit)
		return false;
	if (fit < s->width)
		s->width = fit;
	s->short_until = s->now + PAUSE;
	s->wider_at = s->short_until + WIDEN_EVERY;
	return news;
}

void
schedule_widen(struct schedule *s)
{
	size_t most = (size_t)s->policy.concurrency;

	if (s->width == most || s->now < s->wider_at)
		return;
	s->width = s->width < most / 2 ? 2 * s->width : most;
	s->wider_at = s->now + WIDEN_EVERY;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* When may ${e}, which has something ready, send it?  0: unknown. */
static int64_t
time_of(const struct schedule *s, const struct schedule_endpoint *e)
{
	int64_t at = 0;

	if (e->not_before > s->now)
		at = e->not_before;
	else if (e->consent == SCHEDULE_CONSENT_WANTED)
		at = e->ask_at;
	else if (e->breaker.open && !e->breaker.probing &&
	    e->breaker.until > s->now)
		at = e->breaker.until;
	else if (e->rate > 0 && e->tokens < 1)
		at = s->now + 1 + (int64_t)((1 - e->tokens) * 1000 / e->rate);
	return s->short_until > s->now && at < s->short_until ? s->short_until
							      : at;
}

int64_t
schedule_next_time(const struct schedule *s)
{
	int64_t next = -1;

	if (s->stopped)
		return -1;
	if (s->waiting.count > 0)
		next = s->waiting.entry[0]->due;
	for (const struct schedule_endpoint *e = s->endpoint; e != NULL;
	     e = e->next) {
		int64_t at = e->off || e->ready == NULL ? 0 : time_of(s, e);

		if (at > 0)
			next = sooner(next, at);
	}
	return next;
}
