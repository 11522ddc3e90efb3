/*
 * hrv: variability of the heart rate (Task Force of the ESC and NASPE,
 * Circulation 1996, 93, 1043), and the stress index that Baevsky made of it.
 *
 * Only intervals marked normal count; differences are taken between normal
 * neighbours alone.
 */
#ifndef READINGS_HRV_H
#define READINGS_HRV_H

#include <stddef.h>

#include "beats/beats.h"

/* The fewest normal intervals that SDNN, RMSSD and pNN50 are made of. */
#define HRV_INTERVALS_MIN 10

/* Baevsky: seconds of normal intervals (of a minute's recording, which begins
 * and ends between beats, and in which some may be unclear), and the width of
 * a bin. */
#define HRV_STRESS_SECONDS_MIN 50.0
#define HRV_STRESS_BIN 0.05

/* LF/HF: seconds from the first beat to the last (of a recording of a
 * minute).  The Task Force asks for two minutes; what less is worth, its
 * confidence says. */
#define HRV_SPECTRUM_SECONDS_MIN 55.0

/* The bands, Hz. */
#define HRV_LF_LOW 0.04
#define HRV_LF_HIGH 0.15
#define HRV_HF_HIGH 0.40

struct hrv {
	double sdnn;             /* ms, with n - 1 in the denominator */
	double rmssd;            /* ms */
	double pnn50;            /* %: differences above 50 ms */
	double lf;               /* ms^2 in 0.04 to 0.15 Hz */
	double hf;               /* ms^2 in 0.15 to 0.40 Hz */
	double lf_hf;            /* 1 */
	double spectrum_seconds; /* that lf, hf and lf_hf are made of */
};

/* Fill ${h}; what there are too few intervals for is NAN.  Return 0, or -1
 * without memory. */
int hrv_measure(struct hrv *h, const struct beats *b);

/*
 * Power of the ${n} values ${x} at times ${t} (s) at the frequency ${f} (Hz),
 * in squared units of x: the normalised periodogram of Lomb (1976) and
 * Scargle (1982) times twice the variance over n, so that a sine of amplitude
 * A gives A^2 / 2 whatever the sampling.  The mean of ${x} must be 0.
 */
double hrv_lomb(const double t[], const double x[], size_t n, double f);

/* AMo / (2 Mo MxDMn): Mo the middle (s) of the fullest bin of 50 ms, AMo its
 * share in %, MxDMn the range (s) of the normal intervals.  NAN where they
 * make less than HRV_STRESS_SECONDS_MIN, or do not vary. */
double hrv_stress_index(const struct beats *b);

#endif
