/*
 * respiration: the rate of breathing from what breath does to the pulse and
 * to the picture.
 *
 * Breath changes the level of the light (RIIV), the height of the beats
 * (RIAV), the intervals between them (RIFV: Karlen et al., IEEE Trans.
 * Biomed. Eng. 2013, 60, 1946), and it moves head and shoulders.  Each is a
 * slow signal whose spectrum falls with the frequency, which is levelled; the
 * spectra are added up by how much of each stands in one peak.
 */
#ifndef READINGS_RESPIRATION_H
#define READINGS_RESPIRATION_H

#include <stddef.h>

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"

/* The range looked for, breaths a minute; what heart rate and length of the
 * recording allow may be less. */
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
	double peak;       /* 0 to 1: share of all power in the peak */
	double agreement;  /* 0 to 1: share of the weights of those signals
	                      whose own peak lies within 2 /min */
	double own[RESPIRATION_SIGNALS];    /* /min by each; NAN: none */
	double weight[RESPIRATION_SIGNALS]; /* sum 1 */
};

/*
 * Find the rate of breathing between ${start} and ${start} + ${seconds}, or
 * what of it there are samples of.
 * ${wave} is the pulse wave on which ${beats} were found; ${colour} and
 * ${motion} may be empty.  Return 0, or -1 without memory.
 */
int respiration_measure(struct respiration *r, const struct beats *beats,
    const struct signal_wave *wave, const struct signal_colour *colour,
    const struct signal_series *motion, double start, double seconds,
    struct err *err);

#endif
