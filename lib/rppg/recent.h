/*
 * recent: what the last windows said as they came, from which it is told how
 * sure the latest rate is.  Private to lib/rppg.
 */
#ifndef RPPG_RECENT_H
#define RPPG_RECENT_H

#include "rppg/history.h"

enum {
	RECENT_WINDOWS = 12 /* that are kept */
};

struct recent {
	struct window_estimate estimate[RECENT_WINDOWS]; /* oldest first */
	unsigned count;
};

void recent_clear(struct recent *r);

/* Keep a copy of ${estimate}; the oldest makes room. */
void recent_add(struct recent *r, const struct window_estimate *estimate);

/* The probability that the rate of the estimate added last is right: as
 * rppg_confidence, of the features of the last few windows, for a single one
 * may match noise by chance.  There must be a estimate. */
double recent_confidence(const struct recent *r, enum rppg_method method);

#endif
