/* Pseudo-random numbers for unit tests, the same in every run. */
#ifndef TESTS_NOISE_H
#define TESTS_NOISE_H

#include <stdint.h>

/* The state of noise(): set it to start the sequence anew. */
static uint32_t noise_state = 1;

/* Uniform from -0.5 to 0.5 (Numerical Recipes' quick generator). */
static inline double
noise(void)
{
	noise_state = noise_state * 1664525U + 1013904223U;
	return (double)(noise_state >> 8) / (1 << 24) - 0.5;
}

/* Uniform from -1 to 1, from the sequence of ${state} (Knuth's MMIX). */
static inline double
noise_uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (double)(*state >> 11) / 4503599627370496.0 - 1;
}

/* Gaussian of variance 1, near enough: a sum of twelve. */
static inline double
noise_gauss(uint64_t *state)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += noise_uniform(state);
	return sum / 2;
}

#endif
