/*
 * recent: the last windows as they came, for the confidence of the latest rate.
 * Private to lib/rppg.
 */
#ifndef RPPG_RECENT_H
#define RPPG_RECENT_H

#include "rppg/history.h"

enum {
	RECENT_WINDOWS = 12 /* by hand: those whose rates have a spread */
};

struct recent {
	struct window_estimate estimate[RECENT_WINDOWS]; /* oldest first */
	unsigned count;
};

void recent_clear(struct recent *r);

/* Keep a copy of ${estimate} in place of the oldest. */
void recent_add(struct recent *r, const struct window_estimate *estimate);

/* The probability that the rate of the last estimate is right, by the mean
 * features of the last few windows: a single one may match noise by chance.
 * There must be an estimate. */
double recent_confidence(const struct recent *r, enum rppg_method method);

#endif
