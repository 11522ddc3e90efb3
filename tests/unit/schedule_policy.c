#include "check.h"
#include "schedule/policy.h"

static const struct schedule_policy policy = {
    .retry_base = 1000, .retry_cap = 300000, .max_attempts = 5, .breaker = 3};

static void
pauses(void)
{
	const struct schedule_policy *p = &policy;

	CHECK(schedule_pause(p, 1, false, -1, 0.5) == 1000, "1 s");
	CHECK(schedule_pause(p, 2, false, -1, 0.5) == 2000, "2 s");
	CHECK(schedule_pause(p, 9, false, -1, 0.5) == 256000, "256 s");
	CHECK(schedule_pause(p, 10, false, -1, 0.5) == 300000, "the cap");
	CHECK(schedule_pause(p, 4000000000, false, -1, 0.5) == 300000,
	    "far beyond");
	CHECK(schedule_pause(p, 1, false, -1, 0) == 800, "20 % less");
	CHECK(schedule_pause(p, 1, false, -1, 1) == 1200, "20 % more");
	CHECK(schedule_pause(p, 4, true, -1, 0.5) == 8000, "still quick");
	CHECK(schedule_pause(p, 5, true, -1, 0.5) == 600000, "slow");
	CHECK(schedule_pause(p, 6, true, -1, 0.5) == 1200000, "slower");
	CHECK(schedule_pause(p, 99, true, -1, 0.5) == SCHEDULE_SLOW_CAP,
	    "five hours");
	for (int i = 0; i <= 10; i++) {
		double r = i / 10.0;

		CHECK(schedule_pause(p, 1, false, 1000, r) >= 1000,
		    "Retry-After is not undercut");
		CHECK(schedule_pause(p, 1, false, 60000, r) >= 60000,
		    "nor is a longer one");
	}
}

static void
breaker(void)
{
	struct schedule_breaker b = {0};

	CHECK(!schedule_breaker_failure(&b, &policy, 0, 0.5), "one");
	CHECK(!schedule_breaker_failure(&b, &policy, 0, 0.5), "two");
	schedule_breaker_success(&b);
	CHECK(!schedule_breaker_failure(&b, &policy, 0, 0.5) &&
		!schedule_breaker_failure(&b, &policy, 0, 0.5),
	    "a success in between");
	CHECK(schedule_breaker_failure(&b, &policy, 0, 0.5), "three: open");
	CHECK(!schedule_breaker_allows(&b, 999), "nothing goes");
	CHECK(
	    !schedule_breaker_failure(&b, &policy, 500, 0.5) && b.until == 1000,
	    "a late failure changes nothing");
	CHECK(schedule_breaker_allows(&b, 1000), "a probe may go");
	schedule_breaker_sent(&b);
	CHECK(!schedule_breaker_allows(&b, 1000), "one at a time");
	CHECK(
	    schedule_breaker_failure(&b, &policy, 1000, 0.5) && b.until == 3000,
	    "it failed: twice the pause");
	schedule_breaker_sent(&b);
	schedule_breaker_unknown(&b);
	CHECK(b.open && b.opened == 2 && schedule_breaker_allows(&b, 3000),
	    "a probe that says nothing: another may go");
	schedule_breaker_sent(&b);
	schedule_breaker_success(&b);
	CHECK(schedule_breaker_allows(&b, 0) && b.opened == 0, "closed");
}

int
main(void)
{
	pauses();
	breaker();
	return check_done();
}
