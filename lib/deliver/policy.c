#include "deliver/policy.h"

/* How far jitter goes. */
#define JITTER 0.2

enum deliver_verdict
deliver_judge(const struct http_answer *a)
{
	switch (a->failure) {
	case HTTP_ANSWERED:
		break;
	case HTTP_NO_NAME:
	case HTTP_NO_CONNECTION:
	case HTTP_NO_TLS:
	case HTTP_TIMEOUT:
	case HTTP_BROKEN:
	case HTTP_LOCAL:
		return DELIVER_RETRY;
	case HTTP_SHORT:
	case HTTP_CANCELLED:
		return DELIVER_LATER;
	case HTTP_DENIED:
		return DELIVER_DEAD;
	}
	if (a->status >= 200 && a->status < 300)
		return DELIVER_DONE;
	if (a->status == 410)
		return DELIVER_GONE;
	/* 3xx is never followed, since where it points may be anybody's; but
	 * it may be gone tomorrow. */
	if (a->status >= 500 || a->status < 400 || a->status == 408 ||
	    a->status == 425 || a->status == 429)
		return DELIVER_RETRY;
	return DELIVER_DEAD;
}

bool
deliver_holds_endpoint(const struct http_answer *a)
{
	return a->retry_after > 0 && (a->status == 429 || a->status == 503);
}

static int64_t
doubled(int64_t base, uint32_t times, int64_t cap)
{
	int64_t v = base;

	while (times-- > 0 && v < cap)
		v *= 2;
	return v < cap ? v : cap;
}

int64_t
deliver_pause(const struct deliver_policy *p, uint32_t round, bool slow,
    int64_t retry_after, double random)
{
	uint32_t quick = (uint32_t)p->max_attempts;
	int64_t pause;

	if (slow && round >= quick)
		pause = doubled(p->retry_cap, round - quick + 1,
		    p->retry_cap > DELIVER_SLOW_CAP ? p->retry_cap
						    : DELIVER_SLOW_CAP);
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
deliver_breaker_allows(const struct deliver_breaker *b, int64_t now)
{
	return !b->open || (!b->probing && now >= b->until);
}

void
deliver_breaker_sent(struct deliver_breaker *b)
{
	if (b->open)
		b->probing = true;
}

void
deliver_breaker_success(struct deliver_breaker *b)
{
	b->failures = 0;
	b->opened = 0;
	b->open = false;
	b->probing = false;
}

void
deliver_breaker_unknown(struct deliver_breaker *b)
{
	b->probing = false;
}

bool
deliver_breaker_failure(struct deliver_breaker *b,
    const struct deliver_policy *p, int64_t now, double random)
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
	b->until = now + deliver_pause(p, b->opened, false, -1, random);
	return true;
}
