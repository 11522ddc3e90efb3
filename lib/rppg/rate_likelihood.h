/*
 * rate_likelihood: how likely each heart rate is, given one window of traces.
 *
 * Private to lib/rppg.  Rates are bins of power.h; the peaks between them are
 * found by parabolas.
 */
#ifndef RPPG_RATE_LIKELIHOOD_H
#define RPPG_RATE_LIKELIHOOD_H

#include "rppg/analyser.h"

enum {
	ARTEFACT_RATES = 3
};

/* What one method sees in the mean of all patches. */
struct method_estimate {
	struct power power;
	int best_bin;     /* the bin that it would choose alone; 0: none */
	double explained; /* share of the power that a pulse there explains */
};

/* What one window says. */
struct rate_likelihood {
	double start, end; /* s */
	size_t n;          /* samples */
	double
	    log_likelihood[POWER_RATES]; /* log-likelihood, up to a constant */
	double group_likelihood
	    [POWER_RATES]; /* of it, that of the groups of patches for
	                              one degree of freedom */
	bool has_groups;   /* is there that? */
	bool any;          /* is there any pulse-like signal? */
	struct method_estimate method[RPPG_METHODS];
	double movement; /* of the face, standard deviation over its size */
	double seen;     /* share of the time that skin was in view */
	/* The bins at which coders beat and lamps flicker; 0: none. */
	double artefact_bin[ARTEFACT_RATES];
	unsigned lobe; /* half width of a peak, in bins */
};

/* Judge the ${n} samples from ${from} on of the grid.  Return 0, or -1
 * without memory. */
int rate_likelihood_estimate(struct analyser *a, const struct resampler *in,
    size_t from, size_t n, struct rate_likelihood *out);

/* Is ${bin} that of an artefact: a coder or a lamp? */
bool rate_likelihood_is_artefact(const struct rate_likelihood *w, double bin);

/* Share of the power that a pulse at ${bin} explains to whom it explains the
 * most. */
double rate_likelihood_explained(const struct rate_likelihood *w, double bin);

#endif
