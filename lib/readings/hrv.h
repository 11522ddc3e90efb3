/*
 * hrv: heart rate variability (Task Force of the ESC and NASPE, Circulation
 * 1996, 93, 1043), and Baevsky's stress index.
 *
 * Only normal intervals count, and differences are taken only between normal
 * neighbours.
 */
#ifndef READINGS_HRV_H
#define READINGS_HRV_H

#include <stddef.h>

#include "beats/beats.h"

/* By hand: the fewest normal intervals for SDNN, RMSSD and pNN50. */
#define HRV_INTERVALS_MIN 10

/* Baevsky: seconds of normal intervals, and the width of a bin, s.  The minimum
 * is that of a recording of a minute, which begins and ends between beats, and
 * in which some may be unclear. */
#define HRV_STRESS_SECONDS_MIN 50.0
#define HRV_STRESS_BIN 0.05

/* LF/HF: seconds from the first beat to the last, in a recording of a minute.
 * The Task Force asks for two minutes; the confidence accounts for less. */
#define HRV_SPECTRUM_SECONDS_MIN 55.0

/* The bands of the Task Force, Hz. */
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
	double spectrum_seconds; /* the length behind lf, hf, lf_hf */
};

/* Fill ${h}; what has too few intervals is NAN.  Return 0, or -1 without
 * memory. */
int hrv_measure(struct hrv *h, const struct beats *b);

/*
 * The power of the ${n} values ${x} at times ${t} (s) at the frequency ${f}
 * (Hz), in squared units of x.  It is the normalised periodogram of Lomb (1976)
 * and Scargle (1982) times twice the variance over n, so that a sine of
 * amplitude A gives A^2 / 2 with any sampling.  The mean of ${x} must be 0.
 */
double hrv_lomb(const double t[], const double x[], size_t n, double f);

/* AMo / (2 Mo MxDMn): Mo is the middle (s) of the fullest bin of 50 ms, AMo its
 * share in %, and MxDMn the range (s) of the normal intervals.  NAN if these
 * add up to less than HRV_STRESS_SECONDS_MIN, or do not vary. */
double hrv_stress_index(const struct beats *b);

#endif
