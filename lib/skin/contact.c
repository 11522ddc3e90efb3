/*
 * Is the lens covered?  What touches a lens is far nearer than it can focus on:
 * each of its points spreads over a good part of the picture.  The light may
 * fall off steeply from the lamp beside the lens, but there is no detail.  The
 * colour says less: it depends on the lamp, and cameras whose gains keep red
 * from saturating show a fingertip with more green than red.
 */
#include "skin/internal.h"

#include <math.h>

/* By hand: detail that is still no more than that of a fingertip, as a share of
 * the mean luma and, for noise in the dark, of 255.  Painted fingertips under a
 * lamp that falls off by e^4 across the picture, with dark corners or partly
 * beside the lens, have up to 0.14, faces and wrists 0.33 to 1.5. */
#define DETAIL_SHARE 0.2
#define DETAIL_NOISE 2.0

/* By hand: detail is forgotten in about this time, s.  A finger that has just been
 * put down still moves. */
#define DETAIL_SECONDS 0.5

/* The number of boxes of a third difference. */
#define TAPS 4

/* The sum of the absolute third differences along ${n} boxes, ${step} apart.  They
 * are 0 for any parabola. */
static double
roughness(const double *luma, unsigned n, unsigned step, unsigned *count)
{
	double sum = 0;

	for (unsigned i = 0; i + TAPS <= n; i++, luma += step) {
		sum += fabs(luma[0] - 3 * luma[step] + 3 * luma[2 * step] -
		    luma[3 * step]);
		(*count)++;
	}
	return sum;
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
	double luma[TRACE_REGIONS_MAX] = {0}, mean = 0, detail = 0, share = 1;
	unsigned n = columns * rows, count = 0;

	for (unsigned i = 0; i < n; i++) {
		luma[i] = luma_of(&box[i]);
		mean += luma[i] / n;
	}
	for (unsigned y = 0; y < rows; y++)
		detail += roughness(&luma[y * columns], columns, 1, &count);
	for (unsigned x = 0; x < columns; x++)
		detail += roughness(&luma[x], rows, columns, &count);
	if (count == 0)
		return true;
	detail = detail / count - DETAIL_SHARE * mean;
	if (contact->any && detail < contact->detail)
		share = 1 - exp((contact->time - time) / DETAIL_SECONDS);
	contact->any = true;
	contact->time = time;
	contact->detail += share * (detail - contact->detail);
	return contact->detail <= DETAIL_NOISE;
}
