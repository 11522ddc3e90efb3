#include "schedule/policy.h"

/* The largest jitter, as a fraction of the pause. */
#define JITTER 0.2

static int64_t
doubled(int64_t base, uint32_t times, int64_t cap)
{
	int64_t v = base;

	while (times-- > 0 && v < cap)
		v *= 2;
	return v < cap ? v : cap;
}

int64_t
schedule_pause(const struct schedule_policy *p, uint32_t round, bool slow,
    int64_t retry_after, double random)
{
	uint32_t quick = (uint32_t)p->max_attempts;
	int64_t pause;

	if (slow && round >= quick)
		pause = doubled(p->retry_cap, round - quick + 1,
		    p->retry_cap > SCHEDULE_SLOW_CAP ? p->retry_cap
						     : SCHEDULE_SLOW_CAP);
	else
		pause = doubled(
		    p->retry_base, round > 0 ? round - 1 : 0, p->retry_cap);
	if (retry_after > pause)
		return retry_after +
		    (int64_t)(JITTER * random * (double)p->retry_base);
	pause += (int64_t)(JITTER * (2 * random - 1) * (double)pause);
	return pause > retry_after ? pause : retry_after;
}

bool
schedule_breaker_allows(const struct schedule_breaker *b, int64_t now)
{
	return !b->open || (!b->probing && now >= b->until);
}

void
schedule_breaker_sent(struct schedule_breaker *b)
{
	if (b->open)
		b->probing = true;
}

void
schedule_breaker_success(struct schedule_breaker *b)
{
	b->failures = 0;
	b->opened = 0;
	b->open = false;
	b->probing = false;
}

void
schedule_breaker_unknown(struct schedule_breaker *b)
{
	b->probing = false;
}

bool
schedule_breaker_failure(struct schedule_breaker *b,
    const struct schedule_policy *p, int64_t now, double random)
{
	if (p->breaker == 0)
		return false;
	if (b->open && !b->probing)
		return false; /* a late answer from before it opened */
	b->failures++;
	if (!b->open && b->failures < (uint64_t)p->breaker)
		return false;
	b->open = true;
	b->probing = false;
	b->opened++;
	b->until = now + schedule_pause(p, b->opened, false, -1, random);
	return true;
}
