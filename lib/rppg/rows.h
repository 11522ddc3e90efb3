/* Private to lib/rppg: the functions of the table of methods. */
#ifndef RPPG_ROWS_H
#define RPPG_ROWS_H

#include "rppg/method.h"

/* By hand: slower changes are light and posture, not pulse, Hz. */
#define RPPG_TREND_CUTOFF 0.35

/* The band that a pulse and its second harmonic fill, Hz. */
#define RPPG_BAND_LOW 0.5
#define RPPG_BAND_HIGH 8.0

/* Length of the short windows of POS and CHROM, s, as in the papers. */
#define RPPG_SHORT_WINDOW 1.6

/* The signature of the blood volume in normalised R, G, B under white light (de
 * Haan and van Leest, 2014). */
extern const double rppg_signature[3];

#define RPPG_METHOD_FUNCTION(constant, name, ...) \
	int rppg_##name(                          \
	    struct dsp *d, const struct rppg_colour *c, double *wave);
#define RPPG_METHOD_NOTHING(...)
RPPG_METHOD_TABLE(RPPG_METHOD_FUNCTION, RPPG_METHOD_NOTHING)

/* The relative changes of ${rows} traces of ${n} samples: each over its own trend,
 * less 1. */
int rppg_relative(const double *const x[], double *const out[], size_t rows,
    size_t n, double rate);

/* The relative changes of r, g and b, one behind the other, in a new array
 * of 3n that the caller frees.  NULL if out of memory. */
double *rppg_relative_colour(const struct rppg_colour *c);

/* The symmetric 3x3 matrix of products of three signals of ${n} samples, one
 * behind the other. */
void rppg_products(const double *x, size_t n, double q[9]);

#endif
