/* The pauses between attempts to connect, on a clock that the test moves. */
#include "redis/backoff.h"

#include "check.h"
#include "redis/redis.h"

static void
bounds(void)
{
	static const int64_t most[] = {
	    100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000, 10000};
	bool within = true;

	for (uint32_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		CHECK(redis_backoff(i + 1, (uint64_t)most[i]) == most[i],
		    "the longest pause");
		CHECK(redis_backoff(i + 1, (uint64_t)most[i] + 1) == 0,
		    "the shortest");
		for (uint64_t random = 0; random < 30000; random += 7) {
			int64_t ms = redis_backoff(i + 1, random);

			within = within && ms >= 0 && ms <= most[i];
		}
	}
	CHECK(within, "none is outside");
	CHECK(redis_backoff(UINT32_MAX, UINT64_MAX) <= REDIS_RETRY_CAP,
	    "the last ones");
}

/* 1,000 clients of a server that is away for a minute: as many attempts as
 * expected, and never all of them in the same second. */
static void
herd(void)
{
	static int in_second[120];
	uint64_t state = 42;
	int attempts = 0, busiest = 0;

	for (int client = 0; client < 1000; client++) {
		int64_t clock = 0;

		for (uint32_t failures = 1; clock < 60000; failures++) {
			/* Knuth's MMIX generator. */
			state =
			    state * 6364136223846793005U + 1442695040888963407U;
			clock += redis_backoff(failures, state >> 33);
			in_second[clock / 1000]++;
			attempts++;
		}
	}
	for (int i = 10; i < 60; i++)
		if (in_second[i] > busiest)
			busiest = in_second[i];
	printf("# %d attempts, at most %d in a second\n", attempts, busiest);
	/* 7 pauses of 6.4 s together on average, then one each 5 s. */
	CHECK(attempts > 16000 && attempts < 20000, "attempts in a minute");
	CHECK(busiest < 350, "spread over the seconds");
}

int
main(void)
{
	bounds();
	herd();
	return check_done();
}
