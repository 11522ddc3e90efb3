#include "readings/transit.h"

#include <math.h>

#include "dsp/dsp.h"

/* Segments of such a length, s, each half over the next: under a Hann window
 * they are nearly independent (Welch). */
#define SEGMENT 5.0

/* Fewer segments tell no coherence. */
#define SEGMENTS_MIN 4.0

/* What theory makes of noise that has nothing in common, times so much: coders
 * and light leave the same error in both waves.  Fitted to compressed clips. */
#define ERROR_SCALE 2.5

enum {
	HARMONICS = 2
};

/* Sums over the segments, at one harmonic. */
struct cross {
	double re, im;       /* of upper by the conjugate of lower */
	double upper, lower; /* of their powers */
};

/* The rate between two times, Hz; 0 where there are too few beats. */
static double
rate_between(const struct beats *b, double from, double to)
{
	double sum = 0, n = 0;

	for (size_t i = 0; i + 1 < b->count; i++) {
		if (b->interval[i].label == INTERVAL_NORMAL &&
		    b->beat[i].time >= from && b->beat[i + 1].time < to) {
			sum += b->interval[i].seconds;
			n++;
		}
	}
	return n >= 2 ? n / sum : 0;
}

/* The transform of ${n} samples at ${hz} under a Hann window. */
static void
transform(const double *x, size_t n, double rate, double hz, double out[2])
{
	out[0] = out[1] = 0;
	for (size_t i = 0; i < n; i++) {
		double a = 2 * DSP_PI * ((double)i + 0.5) / (double)n;
		double p = 2 * DSP_PI * hz * (double)i / rate;
		double v = x[i] * (0.5 - 0.5 * cos(a));

		out[0] += v * cos(p);
		out[1] -= v * sin(p);
	}
}

static void
add_segment(struct cross *c, const double *upper, const double *lower, size_t n,
    double rate, double hz)
{
	double u[2], l[2];

	transform(upper, n, rate, hz, u);
	transform(lower, n, rate, hz, l);
	c->re += u[0] * l[0] + u[1] * l[1];
	c->im += u[1] * l[0] - u[0] * l[1];
	c->upper += u[0] * u[0] + u[1] * u[1];
	c->lower += l[0] * l[0] + l[1] * l[1];
}

/* The delay that one harmonic tells, and the weight of it: one over its
 * variance.  ${first} is that of the first, to choose the turn by. */
static double
delay(const struct cross *c, double segments, double hz, double first,
    double *weight)
{
	double both = c->upper * c->lower, angle = atan2(c->im, c->re), turn;
	double coherence =
	    both > 0 ? (c->re * c->re + c->im * c->im) / both : 0;

	/* So much comes of the number of segments alone. */
	coherence = (coherence - 1 / segments) / (1 - 1 / segments);
	coherence = fmin(coherence, 1 - 1e-9);
	*weight = 0;
	if (coherence <= 0)
		return 0;
	turn = 2 * DSP_PI * hz;
	*weight = turn * turn * 2 * segments * coherence / (1 - coherence);
	return (angle +
		   2 * DSP_PI * round((turn * first - angle) / 2 / DSP_PI)) /
	    turn;
}

void
transit_measure(struct transit *t, const struct signal_wave *upper,
    const struct signal_wave *lower, const struct beats *beats)
{
	struct cross cross[HARMONICS] = {{0}};
	size_t n = (size_t)(SEGMENT * upper->rate);
	double segments = 0, rates = 0, at[HARMONICS], weight[HARMONICS];
	double all = 0, sum = 0, off = 0;

	*t = (struct transit){(double)NAN, (double)NAN};
	if (n < 2 || upper->n != lower->n)
		return;
	for (size_t i = 0; i + n <= upper->n; i += n / 2) {
		double from = upper->start + (double)i / upper->rate;
		double hz = rate_between(beats, from, from + SEGMENT);

		if (!(hz > 0))
			continue;
		for (int h = 0; h < HARMONICS; h++)
			add_segment(&cross[h], upper->value + i,
			    lower->value + i, n, upper->rate, (h + 1) * hz);
		segments++;
		rates += hz;
	}
	if (segments < SEGMENTS_MIN)
		return;
	for (int h = 0; h < HARMONICS; h++) {
		at[h] = delay(&cross[h], segments, (h + 1) * rates / segments,
		    h > 0 ? at[0] : 0, &weight[h]);
		sum += weight[h] * at[h];
		all += weight[h];
	}
	if (!(weight[0] > 0))
		return;
	for (int h = 0; h < HARMONICS; h++)
		off += weight[h] * (at[h] - sum / all) * (at[h] - sum / all);
	/* What the harmonics differ by is not certain either. */
	t->error = ERROR_SCALE * sqrt(fmax(1, off / (HARMONICS - 1)) / all);
	if (t->error <= TRANSIT_ERROR_MAX && fabs(sum / all) <= TRANSIT_MAX)
		t->seconds = sum / all;
}
