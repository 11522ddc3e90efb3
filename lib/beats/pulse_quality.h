/*
 * pulse_quality: how much of a pulse wave is pulse.
 */
#ifndef BEATS_PULSE_QUALITY_H
#define BEATS_PULSE_QUALITY_H

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"

struct pulse_quality {
	/* Median correlation of a whole beat with the next, 0 to 1.  Beats
	 * are chosen for their rises, so in noise too these look alike; the
	 * rest of the beat was not chosen. */
	double beat_similarity;
	/* Power within 0.1 Hz of the heart rate and 0.2 Hz of its double,
	 * over the rest of 0.5 to 4 Hz, dB (de Haan and Jeanne, IEEE Trans.
	 * Biomed. Eng. 2013, 60, 2878), in 10 s windows each at the rate of
	 * its own beats; NAN: too short. */
	double snr_db;
	/* Share of the wave's power that lies below 5 Hz, 0 to 1: nearly all
	 * of a pulse, little of a lamp's flicker. */
	double slow;
	/* How far the rates of the two halves lie apart, or where that is less
	 * those of shorter pieces off a smooth course, /min. */
	double change;
};

/* Fill ${q}.  Return 0, or -1 without memory. */
int pulse_quality_measure(struct pulse_quality *q, const struct beats *beats,
    const struct signal_wave *wave, struct err *err);

#endif
