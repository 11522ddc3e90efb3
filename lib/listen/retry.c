/* When to connect again, and in which way. */
#include "compat/random.h"
#include "instant/instant.h"
#include "listen/internal.h"

/* The longest Retry-After that is honored. */
#define RETRY_AFTER_MAX INT64_C(86400000)

/* Return a uniformly random number from 0 to ${most} ("full jitter"), so that
 * the clients of a restarted server do not all reconnect at the same time. */
static int64_t
jitter(int64_t most)
{
	uint64_t bits;

	/* Without random bits, wait for the longest time. */
	if (most <= 0 || compat_random(&bits, sizeof(bits)) != 0)
		return most > 0 ? most : 0;
	return (int64_t)(bits % ((uint64_t)most + 1));
}

static int64_t
pause_ms(const struct listener *l)
{
	int64_t most = l->retry_base, ms;

	for (unsigned i = 1; i < l->failures && most < l->o.retry_cap; i++)
		most *= 2;
	ms = jitter(most < l->o.retry_cap ? most : l->o.retry_cap);
	if (l->retry_after > ms)
		ms = l->retry_after;
	return ms < RETRY_AFTER_MAX ? ms : RETRY_AFTER_MAX;
}

/* Switch to the next way.  Return whether to try it immediately.  If the server
 * cannot be reached or refuses the request, the way is not at fault. */
static bool
fall(struct listener *l)
{
	if (l->o.way != LISTEN_AUTO || l->o.once || !l->connected || l->refused)
		return false;
	l->way = (l->way + 1) % LISTEN_METHODS;
	return ++l->fallen < LISTEN_METHODS;
}

/* Would the server refuse each retry?  If a connection has worked, the server may
 * only be restarting, behind a proxy that answers for it. */
static bool
is_hopeless(const struct listener *l)
{
	if (!l->permanent || l->o.once)
		return l->permanent;
	return !l->worked && !(l->forbidden && l->o.token_file != NULL);
}

bool
listen_retry(struct listener *l)
{
	int64_t now = instant_monotonic();

	if (l->hello) {
		l->good = now;
		l->failures = 0;
		l->fallen = 0;
	} else if (fall(l)) {
		l->better = now + l->o.try_better;
		l->next_try = now;
		return true;
	} else {
		l->fallen = 0;
	}
	if (is_hopeless(l))
		return false;
	l->failures++;
	l->next_try = now + pause_ms(l);
	return true;
}
