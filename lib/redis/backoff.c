#include "redis/backoff.h"

#include "redis/redis.h"

int64_t
redis_backoff(uint32_t failures, uint64_t random)
{
	int64_t most = REDIS_RETRY_BASE;

	for (uint32_t i = 1; i < failures && most < REDIS_RETRY_CAP; i++)
		most *= 2;
	if (most > REDIS_RETRY_CAP)
		most = REDIS_RETRY_CAP;
	return (int64_t)(random % ((uint64_t)most + 1));
}
