#include "schedule/internal.h"

/* xoroshiro128+. */
uint64_t
schedule_random_bits(struct schedule *s)
{
	uint64_t a = s->random[0], b = s->random[1], sum = a + b;

	b ^= a;
	s->random[0] = (a << 24 | a >> 40) ^ b ^ b << 16;
	s->random[1] = b << 37 | b >> 27;
	return sum;
}

double
schedule_random(struct schedule *s)
{
	return (double)(schedule_random_bits(s) >> 11) / 9007199254740992.0;
}
