/*
 * power: the spectrum of one window, made so that peaks can be judged.
 *
 * Private to lib/rppg.  Bins are POWER_STEP hertz apart; the noise is made
 * white, and powers are shares of all in the band.
 */
#ifndef RPPG_POWER_H
#define RPPG_POWER_H

#include <stdbool.h>
#include <stddef.h>

#include "dsp/dsp.h"
#include "rppg/grid.h"

enum {
	POWER_FFT = 2048,    /* 10 s at 60 Hz, padded to 34 s */
	POWER_LOW = 17,      /* 0.498 Hz: 29.9 /min */
	POWER_HIGH = 137,    /* 4.01 Hz: 240.8 /min */
	POWER_BINS = 171,    /* to 5 Hz: power above is not compared with */
	POWER_WINDOW = 600,  /* samples: RPPG_WINDOW */
	POWER_HARMONICS = 3, /* of a pulse, that count */
	POWER_RATES = POWER_HIGH - POWER_LOW + 1
};
#define POWER_STEP (RPPG_GRID / POWER_FFT)

struct power {
	float power[POWER_BINS]; /* 0 below POWER_LOW */
	float exponent;          /* of the noise that was made white, f^-e */
	bool valid;              /* false: there is nothing but rounding */
};

/* Transforms of windows: plans, and the window's shape. */
struct power_plan {
	struct dsp *dsp;
	size_t n;
	double hann[POWER_WINDOW];
	double log_bin[POWER_BINS]; /* log of the bin over the lowest */
};

/* Return 0, or -1 without memory. */
int power_plan_init(struct power_plan *p);
void power_plan_release(struct power_plan *p);

/* The transform of ${x}, n <= POWER_WINDOW samples, less its mean, under a
 * Hann window.  It is the plan's and holds until the next one.  NULL without
 * memory. */
const double (
    *power_transform(struct power_plan *p, const double *x, size_t n))[2];

/*
 * The exponent of the noise f^-e that ${power}, POWER_BINS of any scale,
 * stands on: a line through the lower quartiles of blocks that are even in
 * log f, which a pulse's narrow peaks hardly move.
 */
double power_exponent(const float *power);

/* The power of ${x}, neither whitened nor normalised.  Return 0, or -1. */
int power_raw(struct power_plan *p, const double *x, size_t n, struct power *s);
/* Whiten and normalise. */
void power_normalise(const struct power_plan *p, struct power *s);

/* The half width of a peak in a window of ${n} samples, in bins. */
unsigned power_lobe(size_t n);

/* Share of the band's power that a pulse at ${bin} explains: its peak, and
 * its harmonics as far as a pulse may have them. */
double power_explained(const struct power *s, double bin, unsigned lobe);

/* The SNR of de Haan at ${bin}, dB. */
double power_snr(const struct power *s, double bin, unsigned lobe);

/* The bin that a pulse would explain the best.  0: none. */
int power_best(const struct power *s, unsigned lobe, double *explained);

#endif
