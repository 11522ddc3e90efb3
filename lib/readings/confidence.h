/*
 * confidence: how probable it is that a value lies within its tolerance.
 *
 * Each is a logistic curve over what the estimator saw, fitted to recordings
 * with truth and to noise of many kinds; vitals-extract(1) says to which, and
 * how well what it promises held.
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

/* LF/HF within 1 of what a long recording would give: the share of such
 * estimates that does, from the number of cycles that the length holds of each
 * band.  Of the beats it says nothing. */
double confidence_lf_hf(const struct hrv *h);

/* Breathing within 3 /min, from a window of ${seconds}. */
double confidence_respiration(const struct respiration *r, double seconds);

#endif
