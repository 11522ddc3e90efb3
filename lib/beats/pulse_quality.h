/*
 * pulse_quality: how much of a pulse wave is pulse.
 */
#ifndef BEATS_PULSE_QUALITY_H
#define BEATS_PULSE_QUALITY_H

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"

struct pulse_quality {
	/* Median correlation of a whole beat with the next, 0 to 1.  Beats are
	 * chosen by their rises, so rises are alike in noise, too.  The rest of
	 * a beat was not chosen. */
	double beat_similarity;
	/* Power within 0.1 Hz of the heart rate and 0.2 Hz of its double, over
	 * the rest of 0.5 to 4 Hz, dB (de Haan and Jeanne, IEEE Trans. Biomed.
	 * Eng. 2013, 60, 2878).  It is measured in windows of 10 s, each at the
	 * rate of its own beats.  NAN: too short. */
	double snr_db;
	/* Share of the power below 5 Hz, 0 to 1: nearly all of a pulse, little
	 * of the flicker of a lamp. */
	double slow;
	/* How far apart the rates of the two halves are or, where that is less,
	 * how far the rates of shorter pieces deviate from a smooth course,
	 * /min. */
	double change;
};

/* Fill ${q}.  Return 0, or -1 without memory. */
int pulse_quality_measure(struct pulse_quality *q, const struct beats *beats,
    const struct signal_wave *wave, struct err *err);

#endif
