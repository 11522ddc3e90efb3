/*
 * method: the classical ways from the mean colour of skin to a pulse wave,
 * as rows of one table.
 *
 * All take the same (three traces on an even grid) and give a wave that rises
 * with the blood volume: skin gets darker, most of all in green, as it fills.
 */
#ifndef RPPG_METHOD_H
#define RPPG_METHOD_H

#include <stddef.h>

#include "dsp/dsp.h"

enum rppg_method {
	RPPG_FUSION, /* all of them, over all patches: engine.h */
	RPPG_GREEN,
	RPPG_CHROM,
	RPPG_POS,
	RPPG_LGI,
	RPPG_OMIT,
	RPPG_PBV,
	RPPG_ICA,
	RPPG_FVP, /* whole picture without a face: fvp.h */
	RPPG_METHODS
};

/* Mean colour on an even grid; levels above 0. */
struct rppg_colour {
	const double *r, *g, *b;
	size_t n;
	double rate; /* samples a second */
};

struct rppg_method_info {
	const char *name;   /* as --method takes it: "pos" */
	const char *report; /* as readings say it: "rppg-pos" */
	const char *paper;
	/* Write the pulse wave of ${c}, relative to the light's level, to
	 * ${wave} (c->n samples).  Return 0; -1 without memory.  NULL: the
	 * row needs more than one trace. */
	int (*extract)(
	    struct dsp *dsp, const struct rppg_colour *c, double *wave);
};

const struct rppg_method_info *rppg_method_info(enum rppg_method method);

#endif
