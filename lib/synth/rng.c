#include "synth/rng.h"

static uint64_t
splitmix(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

void
synth_rng_init(struct synth_rng *r, uint64_t seed, enum synth_stream stream)
{
	uint64_t x = seed;

	x = splitmix(&x) ^ (uint64_t)stream;
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&x);
}

static uint64_t
rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t
synth_rng_next(struct synth_rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

double
synth_rng_uniform(struct synth_rng *r)
{
	return (double)(synth_rng_next(r) >> 11) * 0x1p-53;
}

double
synth_rng_normal(struct synth_rng *r)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += synth_rng_uniform(r);
	return sum;
}
