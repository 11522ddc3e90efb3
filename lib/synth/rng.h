/*
 * rng: pseudo-random numbers that are the same on every machine.
 *
 * xoshiro256** (Blackman and Vigna 2018), seeded through splitmix64.  Each use
 * has a stream of its own, so that, say, more noise does not move the beats.
 */
#ifndef SYNTH_RNG_H
#define SYNTH_RNG_H

#include <stdint.h>

enum synth_stream {
	SYNTH_STREAM_BEATS = 1,
	SYNTH_STREAM_BREATHS,
	SYNTH_STREAM_MOTION,
	SYNTH_STREAM_LIGHT,
	SYNTH_STREAM_TEXTURE,
	SYNTH_STREAM_NOISE,
	SYNTH_STREAM_FRAMES
};

struct synth_rng {
	uint64_t s[4];
};

void synth_rng_init(
    struct synth_rng *r, uint64_t seed, enum synth_stream stream);

uint64_t synth_rng_next(struct synth_rng *r);

/* Uniform in [0, 1). */
double synth_rng_uniform(struct synth_rng *r);

/* Mean 0, standard deviation 1, never beyond 6: the sum of twelve uniform
 * numbers, which needs no function that rounds differently elsewhere. */
double synth_rng_normal(struct synth_rng *r);

#endif
