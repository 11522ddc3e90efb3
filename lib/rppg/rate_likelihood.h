/*
 * rate_likelihood: how likely each heart rate is, given one window of traces.
 *
 * Private to lib/rppg.  Rates are bins of power.h.
 */
#ifndef RPPG_RATE_LIKELIHOOD_H
#define RPPG_RATE_LIKELIHOOD_H

#include "rppg/analyser.h"

enum {
	ARTEFACT_RATES = 3
};

/* The spectrum of one method for the mean of all patches. */
struct method_estimate {
	struct power power;
	int best_bin; /* the rate that the method chooses; 0: none */
	double
	    explained; /* the share of the power that a pulse there explains */
};

/* The evidence of one window. */
struct rate_likelihood {
	double start, end;                  /* s */
	size_t n;                           /* samples */
	double log_likelihood[POWER_RATES]; /* up to a constant */
	double group_likelihood
	    [POWER_RATES]; /* of the groups of patches, for one degree of freedom */
	bool has_groups; /* group_likelihood is set */
	bool any;        /* some method chooses a rate */
	struct method_estimate method[RPPG_METHODS];
	double movement; /* as in struct window */
	double seen;     /* share of the time that skin was in view */
	/* The bins of artefact rates of coders and lamps; 0: none. */
	double artefact_bin[ARTEFACT_RATES];
	unsigned lobe; /* half width of a peak, in bins */
};

/* Analyse the ${n} samples of the grid from ${from} on.  Return 0, or -1
 * without memory. */
int rate_likelihood_estimate(struct analyser *a, const struct resampler *in,
    size_t from, size_t n, struct rate_likelihood *out);

/* Is ${bin} at an artefact rate? */
bool rate_likelihood_is_artefact(const struct rate_likelihood *w, double bin);

/* The share of the power that a pulse at ${bin} explains: of the groups, or
 * where there are none, of the method that shows the most. */
double rate_likelihood_explained(const struct rate_likelihood *w, double bin);

#endif
