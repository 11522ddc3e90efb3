/*
 * vote: which rates does one window of traces speak for?
 *
 * Private to lib/rppg.  Rates are bins of power.h; the peaks between them are
 * found by parabolas.
 */
#ifndef RPPG_VOTE_H
#define RPPG_VOTE_H

#include "rppg/engine.h"
#include "rppg/intake.h"
#include "rppg/power.h"

enum {
	VOTE_MACHINES = 3
};

/* The waves of a window: of all skin, and of the parts of a face that the
 * pulse reaches one after the other. */
enum vote_wave {
	VOTE_WAVE_FUSED,
	VOTE_WAVE_UPPER, /* forehead */
	VOTE_WAVE_LOWER, /* cheeks, chin */
	VOTE_WAVES
};

/* What one method sees in the mean of all patches. */
struct vote_method {
	struct power power;
	int own;          /* the bin that it would choose alone; 0: none */
	double explained; /* share of the power that a pulse there explains */
};

/* What one window says. */
struct vote {
	double start, end;         /* s */
	size_t n;                  /* samples */
	double votes[POWER_RATES]; /* log-likelihood, up to a constant */
	double match[POWER_RATES]; /* of it, that of the groups of patches for
	                              one degree of freedom */
	bool matched;              /* is there that? */
	bool any;                  /* is there anything to vote on? */
	struct vote_method method[RPPG_METHODS];
	double movement; /* of the face, standard deviation over its size */
	double seen;     /* share of the time that skin was in view */
	/* The bins at which coders beat and lamps flicker; 0: none. */
	double machine[VOTE_MACHINES];
	unsigned lobe; /* half width of a peak, in bins */
};

struct voter;

struct voter *rppg_voter_new(enum rppg_site site, enum rppg_method method,
    const struct trace_names *names);
void rppg_voter_free(struct voter *v);

/* Judge the ${n} samples from ${from} on of the grid.  Return 0, or -1
 * without memory. */
int vote_window(struct voter *v, const struct intake *in, size_t from, size_t n,
    struct vote *out);

/* Is ${bin} one at which a machine beats? */
bool vote_is_machine(const struct vote *w, double bin);

/* Share of the power that a pulse at ${bin} explains to whom it explains the
 * most. */
double vote_explained(const struct vote *w, double bin);

#endif
