#include "check.h"
#include "deliver/policy.h"

static const struct deliver_policy policy = {
    .retry_base = 1000, .retry_cap = 300000, .max_attempts = 5, .breaker = 3};

static void
pauses(void)
{
	const struct deliver_policy *p = &policy;

	CHECK(deliver_pause(p, 1, false, -1, 0.5) == 1000, "1 s");
	CHECK(deliver_pause(p, 2, false, -1, 0.5) == 2000, "2 s");
	CHECK(deliver_pause(p, 9, false, -1, 0.5) == 256000, "256 s");
	CHECK(deliver_pause(p, 10, false, -1, 0.5) == 300000, "the cap");
	CHECK(deliver_pause(p, 4000000000, false, -1, 0.5) == 300000,
	    "far beyond");
	CHECK(deliver_pause(p, 1, false, -1, 0) == 800, "20 % less");
	CHECK(deliver_pause(p, 1, false, -1, 1) == 1200, "20 % more");
	CHECK(deliver_pause(p, 4, true, -1, 0.5) == 8000, "still quick");
	CHECK(deliver_pause(p, 5, true, -1, 0.5) == 600000, "slow");
	CHECK(deliver_pause(p, 6, true, -1, 0.5) == 1200000, "slower");
	CHECK(deliver_pause(p, 99, true, -1, 0.5) == DELIVER_SLOW_CAP,
	    "five hours");
	for (int i = 0; i <= 10; i++) {
		double r = i / 10.0;

		CHECK(deliver_pause(p, 1, false, 1000, r) >= 1000,
		    "Retry-After is not undercut");
		CHECK(deliver_pause(p, 1, false, 60000, r) >= 60000,
		    "nor is a longer one");
	}
}

static void
breaker(void)
{
	struct deliver_breaker b = {0};

	CHECK(!deliver_breaker_failure(&b, &policy, 0, 0.5), "one");
	CHECK(!deliver_breaker_failure(&b, &policy, 0, 0.5), "two");
	deliver_breaker_success(&b);
	CHECK(!deliver_breaker_failure(&b, &policy, 0, 0.5) &&
		!deliver_breaker_failure(&b, &policy, 0, 0.5),
	    "a success in between");
	CHECK(deliver_breaker_failure(&b, &policy, 0, 0.5), "three: open");
	CHECK(!deliver_breaker_allows(&b, 999), "nothing goes");
	CHECK(
	    !deliver_breaker_failure(&b, &policy, 500, 0.5) && b.until == 1000,
	    "a late failure changes nothing");
	CHECK(deliver_breaker_allows(&b, 1000), "a probe may go");
	deliver_breaker_sent(&b);
	CHECK(!deliver_breaker_allows(&b, 1000), "one at a time");
	CHECK(
	    deliver_breaker_failure(&b, &policy, 1000, 0.5) && b.until == 3000,
	    "it failed: twice the pause");
	deliver_breaker_sent(&b);
	deliver_breaker_unknown(&b);
	CHECK(b.open && b.opened == 2 && deliver_breaker_allows(&b, 3000),
	    "a probe that says nothing: another may go");
	deliver_breaker_sent(&b);
	deliver_breaker_success(&b);
	CHECK(deliver_breaker_allows(&b, 0) && b.opened == 0, "closed");
}

int
main(void)
{
	pauses();
	breaker();
	return check_done();
}
