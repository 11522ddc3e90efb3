/*
 * mvdr: the best linear combination of many traces to see a pulse (minimum
 * variance distortionless response).
 *
 * Every group of patches gives three channels, red, green and blue.  For each
 * rate in turn, the noise of the channels is what they show at all other
 * frequencies of the band.  The weights w = N^-1 p / (p' N^-1 p) let a pulse of
 * signature p through unchanged, and as little of that noise as any weights
 * can: Capon, "High-resolution frequency-wavenumber spectrum analysis", Proc.
 * IEEE 57(8), 1969.  Over the colours of one trace, with the pulse left in N,
 * this is the PBV method of de Haan and van Leest, 2014.  So changing light,
 * movement, a coder that quantises colour away, and patches that are worse than
 * others are all suppressed by what is measured in the window itself.  Private
 * to lib/rppg.
 */
#ifndef RPPG_MVDR_H
#define RPPG_MVDR_H

#include "rppg/power.h"

enum {
	MVDR_GROUPS = 6,
	MVDR_COLOURS = 3,
	MVDR_CHANNELS = MVDR_GROUPS * MVDR_COLOURS,
	MVDR_PAIRS = MVDR_CHANNELS * (MVDR_CHANNELS + 1) / 2
};

struct mvdr {
	unsigned channels;
	size_t n;
	double loading;  /* of the noise, a share of its mean */
	double exponent; /* of the noise that was made white */
	double trace[MVDR_CHANNELS]
		    [POWER_WINDOW]; /* relative to the level, without trend */
	double signature[MVDR_CHANNELS];
	double reference[POWER_BINS]; /* power that is known to be no pulse */
	/* Transforms (re, im), and the running sums over the bins of the real
	 * parts of their products: the lower triangle, row by row. */
	double re[MVDR_CHANNELS][POWER_BINS], im[MVDR_CHANNELS][POWER_BINS];
	double sum[POWER_BINS + 1][MVDR_PAIRS];
};

void mvdr_clear(struct mvdr *m, size_t n);

/* Add the ${n} samples of red, green and blue of one group.  Return 0, or -1
 * without memory. */
int mvdr_add(struct mvdr *m, struct power_plan *p,
    double colour[MVDR_COLOURS][POWER_WINDOW]);

/* Set the movement of the face, as in struct window: where it is large, most
 * power is shading. */
void mvdr_set_movement(struct mvdr *m, double movement);

/* Set the relative power that something other than skin shows.  Frequencies at
 * which skin is hardly stronger count less (as in Full Video Pulse, Wang et
 * al., 2018). */
void mvdr_set_reference(struct mvdr *m, const struct power *reference);

/* Finish after the last mvdr_add. */
void mvdr_close(struct mvdr *m, const struct power_plan *p);

/* Log-likelihood of a pulse at each rate, for one degree of freedom. */
void mvdr_log_likelihood(
    const struct mvdr *m, double log_likelihood[POWER_RATES]);

/* How much of the change of colour at ${bin} is not that of blood: the amplitude
 * of red, less what blood has in red of its green, over the amplitude of green;
 * the median of the groups.  It is near 0 for a pulse, and 0.5 or more for
 * shading.  0 if there is no signal. */
double mvdr_shading(const struct mvdr *m, int bin);

/* The pulse wave at ${bin}, rising with the blood volume.  False if there is
 * none. */
bool mvdr_wave(const struct mvdr *m, int bin, double *wave);

#endif
