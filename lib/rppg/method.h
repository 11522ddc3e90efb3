/*
 * method: the published methods that make a pulse wave of the mean colour of
 * skin, as rows of one table.
 *
 * Each takes three traces on an even grid and gives a wave that rises with the
 * blood volume.  Skin gets darker as it fills with blood, most of all in green.
 */
#ifndef RPPG_METHOD_H
#define RPPG_METHOD_H

#include <stddef.h>

#include "dsp/dsp.h"

/* How a method comes to its wave. */
enum rppg_kind {
	RPPG_KIND_CHANNEL, /* one colour, without the others */
	RPPG_KIND_MODEL,   /* a model of skin, in which intensity cancels */
	RPPG_KIND_SUBSPACE, /* the direction of the mean colour is projected out */
	RPPG_KIND_BLIND, /* blind source separation, and a choice of component */
	RPPG_KIND_FUSION, /* all of the above, over all patches: engine.h */
	RPPG_KIND_PICTURE /* a whole picture, with skin not known: fvp.h */
};

/*
 * The table.  A new method is a file with the function rppg_NAME, and a row
 * here.  The enum, the choices of --method and the fusion follow from it.
 *
 *	constant, name, kind, weight in the fusion
 *
 * COLOUR rows make a wave of three traces.  WHOLE rows need more than that and
 * have no function.  Weights are by hand: 1, and 0.5 for methods that nearly
 * repeat another (LGI and OMIT) or that choose their component by its peak
 * (ICA).
 */
#define RPPG_METHOD_TABLE(COLOUR, WHOLE)  \
	WHOLE(FUSION, fusion, FUSION, 0)  \
	COLOUR(GREEN, green, CHANNEL, 1)  \
	COLOUR(CHROM, chrom, MODEL, 1)    \
	COLOUR(POS, pos, MODEL, 1)        \
	COLOUR(LGI, lgi, SUBSPACE, 0.5)   \
	COLOUR(OMIT, omit, SUBSPACE, 0.5) \
	COLOUR(PBV, pbv, MODEL, 1)        \
	COLOUR(ICA, ica, BLIND, 0.5)      \
	WHOLE(FVP, fvp, PICTURE, 0)

#define RPPG_METHOD_CONSTANT(constant, ...) RPPG_##constant,
enum rppg_method {
	RPPG_METHOD_TABLE(RPPG_METHOD_CONSTANT, RPPG_METHOD_CONSTANT)
	RPPG_METHODS
};

/* Their names, "fusion|green|...", in the order of the enum. */
#define RPPG_METHOD_CHOICE(constant, name, ...) "|" #name
#define RPPG_METHOD_CHOICES \
	(&RPPG_METHOD_TABLE(RPPG_METHOD_CHOICE, RPPG_METHOD_CHOICE)[1])

/* Mean colour on an even grid; levels above 0. */
struct rppg_colour {
	const double *r, *g, *b;
	size_t n;
	double rate; /* samples per second */
};

struct rppg_method_info {
	const char *name;       /* as --method takes it: "pos" */
	const char *report;     /* as readings say it: "rppg-pos" */
	const char *report_raw; /* without cleaning: "rppg-pos-raw" */
	enum rppg_kind kind;
	double weight; /* in the fusion */
	/* Write the pulse wave of ${c}, relative to the light's level, to
	 * ${wave} (c->n samples).  Return 0; -1 without memory.  NULL: the
	 * row is a WHOLE one. */
	int (*extract)(
	    struct dsp *dsp, const struct rppg_colour *c, double *wave);
};

const struct rppg_method_info *rppg_method_info(enum rppg_method method);

#endif
