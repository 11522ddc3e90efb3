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
#ifndef VITALS_RESPIRATION_H
#define VITALS_RESPIRATION_H

#include <stddef.h>

#include "diag/err.h"
#include "vitals/beats.h"
#include "vitals/signal.h"

/* The range looked for, breaths a minute; what heart rate and length of the
 * recording allow may be less. */
#define VITALS_BREATH_MIN 4.0
#define VITALS_BREATH_MAX 42.0

enum vitals_breath {
	VITALS_BREATH_BASELINE,  /* level of the light */
	VITALS_BREATH_AMPLITUDE, /* height of the beats */
	VITALS_BREATH_RHYTHM,    /* intervals between them */
	VITALS_BREATH_MOTION,    /* height of the face */
	VITALS_BREATH_COUNT
};

struct vitals_respiration {
	double seconds;    /* from the first sample to the last */
	double rate;       /* /min; NAN: none */
	double prominence; /* height of the peak over the next best, >= 1 */
	double peak;       /* 0 to 1: share of all power in the peak */
	double agreement;  /* 0 to 1: share of the weights of those signals
	                      whose own peak lies within 2 /min */
	double own[VITALS_BREATH_COUNT];    /* /min by each; NAN: none */
	double weight[VITALS_BREATH_COUNT]; /* sum 1 */
};

/*
 * Find the rate of breathing between ${start} and ${start} + ${seconds}, or
 * what of it there are samples of.
 * ${wave} is the pulse wave on which ${beats} were found; ${colour} and
 * ${motion} may be empty.  Return 0, or -1 without memory.
 */
int vitals_respiration(struct vitals_respiration *r,
    const struct vitals_beats *beats, const struct vitals_wave *wave,
    const struct vitals_colour *colour, const struct vitals_series *motion,
    double start, double seconds, struct err *err);

#endif
