/*
 * model: a calibrated formula from features to one vital sign.
 *
 * Fitted by vitals-calibrate, kept in a calibration file (lib/calib), applied
 * by the estimators.  The value is the sum of coefficient * term, each term a
 * product of features as vitals/model.c's table says, plus an offset that a
 * person's own baseline may add, held to the range of the references.
 */
#ifndef VITALS_MODEL_H
#define VITALS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "vitals/features.h"
#include "vitals/reading.h"

/* The most terms of a formula, the constant included. */
#define VITALS_MODEL_TERMS_MAX 32

struct vitals_model {
	enum vital vital;
	unsigned terms; /* 0: there is none */
	double coefficient[VITALS_MODEL_TERMS_MAX];
	double mean[VITALS_MODEL_TERMS_MAX];  /* taken off each term, */
	double scale[VITALS_MODEL_TERMS_MAX]; /* which is then divided */
	double offset;    /* the person's own; 0 without a baseline */
	double low, high; /* range of the references */
	double error;     /* leave-one-source-out mean absolute error */
	double within;    /* share of those errors within the tolerance */
	unsigned sources, pairs; /* what it was fitted on */
};

/* The models of a device or a person: at most one a vital. */
struct vitals_models {
	struct vitals_model model[VITAL_COUNT]; /* by vital */
};

/* Is there a formula for ${vital} at all? */
bool vitals_model_exists(enum vital vital);

/* Apply ${m} to ${f}.  Return 0; -1 where a feature that it needs is absent
 * or there is no model. */
int vitals_model_apply(const struct vitals_model *m,
    const struct vitals_features *f, double *value);

#endif
