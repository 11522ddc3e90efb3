/*
 * power: the spectrum of one window, whitened so that peaks can be compared.
 *
 * Private to lib/rppg.  Bins are POWER_STEP hertz apart.  The noise is white,
 * and powers are shares of the total in the band.
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
	POWER_BINS = 171,    /* to 5 Hz: the band that shares are of */
	POWER_WINDOW = 600,  /* samples: RPPG_WINDOW */
	POWER_HARMONICS = 3, /* harmonics of a pulse that count */
	POWER_RATES = POWER_HIGH - POWER_LOW + 1
};
#define POWER_STEP (RPPG_GRID / POWER_FFT)

struct power {
	float power[POWER_BINS]; /* shares; 0 below POWER_LOW */
	float exponent;          /* of the noise before whitening, f^-e */
	bool valid;              /* false: only rounding */
};

/* A plan for transforms of windows. */
struct power_plan {
	struct dsp *dsp;
	size_t n;
	double hann[POWER_WINDOW];
	double log_bin[POWER_BINS]; /* log of the bin over the lowest */
};

/* Return 0, or -1 without memory. */
int power_plan_init(struct power_plan *p);
void power_plan_release(struct power_plan *p);

/* The transform of ${x}, n <= POWER_WINDOW samples, less its mean, under a Hann
 * window.  It belongs to the plan and holds until the next one.  NULL without
 * memory. */
const double (
    *power_transform(struct power_plan *p, const double *x, size_t n))[2];

/*
 * The exponent e of the noise f^-e in ${power}, POWER_BINS of any scale.  It is
 * the slope of a line through the lower quartiles of blocks that are even in
 * log f, which the narrow peaks of a pulse hardly move.
 */
double power_exponent(const float *power);

/* The power of ${x}, neither whitened nor normalised.  Return 0, or -1. */
int power_raw(struct power_plan *p, const double *x, size_t n, struct power *s);
/* Whiten and normalise. */
void power_normalise(const struct power_plan *p, struct power *s);
/* Normalise only. */
void power_share(struct power *s);

/* The half width of a peak in a window of ${n} samples, in bins. */
unsigned power_lobe(size_t n);

/* The share of the band's power that a pulse at ${bin} explains: its peak, and
 * its harmonics up to what a pulse may have in them. */
double power_explained(const struct power *s, double bin, unsigned lobe);

/* The SNR of de Haan and Jeanne (2013) at ${bin}, dB. */
double power_snr(const struct power *s, double bin, unsigned lobe);

/* The bin at which a pulse would explain most; 0: none. */
int power_best(const struct power *s, unsigned lobe, double *explained);

#endif
