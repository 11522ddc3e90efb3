/*
 * Is the lens covered?  What touches a lens is far nearer than it can focus on:
 * each of its points spreads over a good part of the picture.  The light may
 * fall off steeply from the lamp beside the lens, but there is no detail.  A
 * lamp that flickers makes bands across the rows, which are not read at once, so
 * the direction with less detail counts.  The colour says less: it depends on
 * the lamp, and cameras whose gains keep red from saturating show a fingertip
 * with more green than red.
 */
#include "skin/internal.h"

#include <math.h>

/* By hand: detail that is still no more than that of a fingertip, as a share of
 * the mean luma and, for noise in the dark, of 255.  Painted fingertips under a
 * lamp that falls off by e^4 across the picture, with dark corners or partly
 * beside the lens, have up to 0.14, faces and wrists 0.28 to 1. */
#define DETAIL_SHARE 0.2
#define DETAIL_NOISE 2.0

/* By hand: detail is forgotten in about this time, s.  A finger that has just been
 * put down still moves. */
#define DETAIL_SECONDS 0.5

/* The number of boxes of a third difference. */
#define TAPS 4

/* The mean absolute third difference along ${n} boxes, ${step} apart, in each of
 * ${m} rows, ${skip} apart.  It is 0 for any parabola, and negative without a
 * difference. */
static double
roughness(
    const double *luma, unsigned n, unsigned step, unsigned m, unsigned skip)
{
	double sum = 0;

	if (n < TAPS)
		return -1;
	for (unsigned k = 0; k < m; k++) {
		const double *x = &luma[k * skip];

		for (unsigned i = 0; i + TAPS <= n; i++, x += step)
			sum += fabs(
			    x[0] - 3 * x[step] + 3 * x[2 * step] - x[3 * step]);
	}
	return sum / m / (n - TAPS + 1);
}

static double
luma_of(const struct trace_region *r)
{
	return 0.299 * r->r + 0.587 * r->g + 0.114 * r->b;
}

bool
skin_contact_covers(struct skin_contact *contact,
    const struct trace_region box[TRACE_REGIONS_MAX], unsigned columns,
    unsigned rows, double time)
{
	double luma[TRACE_REGIONS_MAX] = {0}, mean = 0, detail, share = 1;
	unsigned n = columns * rows;

	for (unsigned i = 0; i < n; i++) {
		luma[i] = luma_of(&box[i]);
		mean += luma[i] / n;
	}
	detail = fmin(roughness(luma, columns, 1, rows, columns),
	    roughness(luma, rows, columns, columns, 1));
	if (detail < 0)
		return true;
	detail -= DETAIL_SHARE * mean;
	if (contact->any && detail < contact->detail)
		share = 1 - exp((contact->time - time) / DETAIL_SECONDS);
	contact->any = true;
	contact->time = time;
	contact->detail += share * (detail - contact->detail);
	return contact->detail <= DETAIL_NOISE;
}
