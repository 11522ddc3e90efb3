/*
 * model: a calibrated formula from features to one vital sign.
 *
 * Vitals-calibrate fits it, a calibration file (lib/calib) keeps it, and the
 * estimators apply it.  A formula is a fixed list of terms for each vital
 * (model.c).  Ridge regression fits their weights twice: over all references
 * (for anyone), and over the changes within each source (for a person whose own
 * reference, the anchor, is known).
 */
#ifndef READINGS_MODEL_H
#define READINGS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "diag/err.h"
#include "readings/features.h"
#include "readings/reading.h"

/* The most terms of a formula. */
#define MODEL_TERMS_MAX 8

/* By hand: the fewest pairs of features and reference that a formula is fitted
 * to. */
#define MODEL_PAIRS_MIN 8

/* The most sources and pairs of one calibration. */
#define MODEL_SOURCES_MAX 1000
#define MODEL_PAIRS_MAX 100000

struct model {
	unsigned terms; /* 0: there is no model of this vital */
	/* value = intercept + sum of coefficient * (term - mean) / scale */
	double intercept;
	double mean[MODEL_TERMS_MAX], scale[MODEL_TERMS_MAX];
	double coefficient[MODEL_TERMS_MAX];
	/* Of the person, where known: value = anchor_value + sum of slope *
	 * (term - anchor) / scale */
	double slope[MODEL_TERMS_MAX];
	bool anchored;
	double anchor[MODEL_TERMS_MAX], anchor_value;
	/* Values are clamped to the range of the references. */
	double low, high;
	unsigned sources, pairs; /* sources of different subjects */
	/* By leaving out one subject in turn: the mean absolute error, and the
	 * share within the vital's tolerance.  Likewise with the first
	 * reference of the left-out subject as its anchor, over its other
	 * references.  NAN with one subject, or where none has a second
	 * reference. */
	double error, within, anchored_error, anchored_within;
};

/* The models of a device or a person: at most one for each vital. */
struct models {
	struct model model[VITAL_COUNT]; /* by vital */
};

/* Features, and the value of a reference at the same time. */
struct model_pair {
	struct features features;
	double value;
	unsigned source;  /* the same number: the same recording */
	unsigned subject; /* the same number: the same person */
};

/* How many terms the formula for ${vital} has; 0: there is none. */
unsigned model_terms(enum vital vital);

/* The name of one of them: "ln meanRed", … */
const char *model_term_name(enum vital vital, unsigned term);

/*
 * Fit the formula for ${vital} to ${n} pairs, those of one source in the order
 * of time.  Pairs without the features that it needs are left out.  Return 0;
 * -1 with ${err} set where there are too few, where features do not vary or values by
 * less than the tolerance, or without memory.
 */
int model_fit(struct model *m, enum vital vital, const struct model_pair pair[],
    size_t n, struct err *err);

/* Make the model that of a person: anchor it to the mean of these pairs.
 * Return 0; -1 where none of them can be used. */
int model_anchor(struct model *m, enum vital vital,
    const struct model_pair pair[], size_t n, struct err *err);

/* Apply ${m} to ${f}.  Return 0; -1 where a feature that it needs is missing or
 * there is no model. */
int model_apply(const struct model *m, enum vital vital,
    const struct features *f, double *value);

#endif
