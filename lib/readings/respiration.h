/*
 * respiration: the rate of breathing, from its effects on the pulse and the
 * picture.
 *
 * Breath changes the level of the light (RIIV), the height of the beats (RIAV)
 * and the intervals between them (RIFV: Karlen et al., IEEE Trans. Biomed. Eng.
 * 2013, 60, 1946), and it moves head and shoulders.  The spectrum of each of
 * these slow signals falls with the frequency, and is levelled.  The spectra
 * are added up, weighted by the share of each that is in one peak.
 */
#ifndef READINGS_RESPIRATION_H
#define READINGS_RESPIRATION_H

#include <stddef.h>

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"

/* The range that is searched, breaths per minute.  Heart rate and length of the
 * recording may narrow it. */
#define RESPIRATION_RATE_MIN 4.0
#define RESPIRATION_RATE_MAX 42.0

enum respiration_signal {
	RESPIRATION_BASELINE,  /* level of the light */
	RESPIRATION_AMPLITUDE, /* height of the beats */
	RESPIRATION_INTERVALS, /* intervals between them */
	RESPIRATION_MOTION,    /* height of the face */
	RESPIRATION_SIGNALS
};

struct respiration {
	double seconds;    /* from the first sample to the last */
	double rate;       /* /min; NAN: none */
	double prominence; /* height of the peak over the next best, >= 1 */
	double peak;       /* 0 to 1: share of the power in the peak */
	double agreement;  /* 0 to 1: weight of the signals within 2 /min */
	double own[RESPIRATION_SIGNALS];    /* /min by each; NAN: none */
	double weight[RESPIRATION_SIGNALS]; /* sum 1 */
};

/*
 * Find the rate of breathing between ${start} and ${start} + ${seconds}, as far
 * as there are samples.  ${wave} is the pulse wave on which ${beats} were
 * found; ${colour} and ${motion} may be empty.  Return 0, or -1 without memory.
 */
int respiration_measure(struct respiration *r, const struct beats *beats,
    const struct signal_wave *wave, const struct signal_colour *colour,
    const struct signal_series *motion, double start, double seconds,
    struct err *err);

#endif
