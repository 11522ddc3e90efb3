/*
 * confidence: how probable it is that a value lies within its tolerance.
 *
 * Each is a logistic curve over what the estimator saw, fitted to recordings
 * with truth and to noise of many kinds; vitals-extract(1) says to which, and
 * how well what it promises held.
 */
#ifndef VITALS_CONFIDENCE_H
#define VITALS_CONFIDENCE_H

#include "vitals/beats.h"
#include "vitals/hrv.h"
#include "vitals/quality.h"
#include "vitals/respiration.h"

/* Heart rate from the beats of a fingertip: within 5 /min. */
double vitals_confidence_rate(const struct vitals_quality *q);

/* SDNN within 10 ms; RMSSD within 15 ms. */
double vitals_confidence_sdnn(
    const struct vitals_beats *b, const struct vitals_quality *q);
double vitals_confidence_rmssd(
    const struct vitals_beats *b, const struct vitals_quality *q);

/* LF/HF within 1 of what a long recording would give: the share of such
 * estimates that does, from the number of cycles that the length holds of each
 * band.  Of the beats it says nothing. */
double vitals_confidence_lf_hf(const struct vitals_hrv *h);

/* Breathing within 3 /min, from a window of ${seconds}. */
double vitals_confidence_breath(
    const struct vitals_respiration *r, double seconds);

#endif
