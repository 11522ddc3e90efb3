/*
 * confidence: the probability that a value is within its tolerance.
 *
 * Each is a logistic function of what the estimator saw, fitted to recordings
 * with a reference and to many kinds of noise.  vitals-extract(1) says which,
 * and how well the probabilities hold.
 */
#ifndef READINGS_CONFIDENCE_H
#define READINGS_CONFIDENCE_H

#include "beats/beats.h"
#include "beats/pulse_quality.h"
#include "readings/hrv.h"
#include "readings/respiration.h"

/* Heart rate from the beats of a fingertip: within 5 /min. */
double confidence_heart_rate(const struct pulse_quality *q);

/* SDNN within 10 ms; RMSSD within 15 ms. */
double confidence_sdnn(const struct beats *b, const struct pulse_quality *q);
double confidence_rmssd(const struct beats *b, const struct pulse_quality *q);

/* LF/HF within 1 of what a long recording would give: the share of estimates
 * for which this holds, by the number of cycles of each band in the length.
 * The quality of the beats has no part in it. */
double confidence_lf_hf(const struct hrv *h);

/* Breathing within 3 /min, from a window of ${seconds}. */
double confidence_respiration(const struct respiration *r, double seconds);

#endif
