/*
 * estimate: from the signals of one recording, or of one window of it, to all
 * vital signs.
 *
 * This is the door to the estimators for whoever has a pulse wave: one call
 * fills a reading for every vital, each with its confidence or the reason
 * why there is none.
 */
#ifndef READINGS_ESTIMATE_H
#define READINGS_ESTIMATE_H

#include <stddef.h>

#include "beats/beats.h"
#include "beats/signal.h"
#include "diag/err.h"
#include "readings/features.h"
#include "readings/model.h"
#include "readings/reading.h"

/* Values less sure than this are not given at all. */
#define READINGS_CONFIDENCE_MIN 0.05

enum readings_site {
	READINGS_FACE,
	READINGS_SKIN,
	READINGS_FINGER
};

struct readings_input {
	enum readings_site site;
	double seconds; /* length of the recording or window */
	/* Mean colour over all skin, on the frames' own times; damaged frames
	 * and frames without skin left out. */
	struct signal_colour colour;
	/* The fused pulse wave, rising with the blood volume, band 0.5 to 8 Hz
	 * or wider.  Of a finger there need be none: it is made of colour. */
	struct signal_wave pulse;
	/* The rate the spectrum says, /min, 0 where it says none, and the
	 * probability that it lies within 5 /min of the truth. */
	double rate;
	double rate_confidence;
	/* Signal-to-noise ratio of the pulse wave, dB (de Haan); NAN: not
	 * known, and it is measured here. */
	double snr_db;
	/* Height of the face, or of what moves with the breath, in the
	 * picture, in any unit; n 0: none. */
	struct signal_series motion;
	/* Waves of an upper and a lower region on one grid, for transit. */
	struct signal_wave upper, lower;
	/* Stretches of time, from and to, for which the pulse was made up. */
	const double (*gap)[2];
	size_t gaps;
	const char *method;          /* static text for the pulse's readings */
	const struct models *models; /* NULL: not calibrated */
};

struct readings_output {
	struct reading reading[VITAL_COUNT]; /* by vital */
	struct features features;
	struct beats beats;
	struct signal_wave pulse; /* what the beats were found on: */
	double *wave;             /* its values; owned */
	double snr_db;
	double signal; /* 0 to 1: quality of the pulse wave */
};

/*
 * Fill ${out}, to be freed with readings_output_release.  Return 0, also where
 * every reading is absent; -1 without memory or with signals out of bounds,
 * and ${out} is empty.
 */
int readings_estimate(struct readings_output *out,
    const struct readings_input *in, struct err *err);
void readings_output_release(struct readings_output *out);

#endif
