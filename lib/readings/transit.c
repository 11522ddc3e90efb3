#include "readings/transit.h"

#include <math.h>
#include <stdlib.h>

#include "dsp/dsp.h"

/* By hand: the length of a segment, s.  Each overlaps the next by half, and
 * under a Hann window they are nearly independent (Welch, IEEE Trans. Audio
 * Electroacoust. 15(2), 1967). */
#define SEGMENT 5.0

/* By hand: fewer segments give no coherence. */
#define SEGMENTS_MIN 4.0

/* The standard error is this times that of independent noise, since coders and
 * light leave the same error in both waves.  Fitted to compressed clips. */
#define ERROR_SCALE 2.5

enum {
	HARMONICS = 2
};

/* Sums over the segments, at one harmonic. */
struct cross {
	double re, im;       /* of upper by the conjugate of lower */
	double upper, lower; /* of their powers */
};

/* The rate between two times, Hz; 0 if there are too few beats. */
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

/* Add the cross-spectrum of both signals, under a window, at ${hz}. */
static void
add_segment(struct cross *c, const double *upper, const double *lower, size_t n,
    double rate, double hz)
{
	double u[2], l[2];

	dsp_goertzel(upper, n, hz, rate, u);
	dsp_goertzel(lower, n, hz, rate, l);
	c->re += u[0] * l[0] + u[1] * l[1];
	c->im += u[1] * l[0] - u[0] * l[1];
	c->upper += u[0] * u[0] + u[1] * u[1];
	c->lower += l[0] * l[0] + l[1] * l[1];
}

/* The delay at one harmonic, and its weight: one over its variance.  ${first}
 * is the delay at the first harmonic, by which the cycle is chosen. */
static double
delay(const struct cross *c, double segments, double hz, double first,
    double *weight)
{
	double both = c->upper * c->lower, angle = atan2(c->im, c->re), turn;
	double coherence =
	    both > 0 ? (c->re * c->re + c->im * c->im) / both : 0;

	/* Independent noise has this coherence, by the number of segments
	 * only. */
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

/* Sums over segments, their number, and the mean rate, Hz. */
struct sums {
	struct cross cross[HARMONICS];
	double segments, rate;
};

/* Return 0, or -1 without memory. */
static int
sum_segments(struct sums *s, const struct signal_wave *upper,
    const struct signal_wave *lower, const struct beats *beats)
{
	size_t n = (size_t)(SEGMENT * upper->rate);
	double *hann = calloc(3 * n + 1, sizeof(*hann)), *u, *l;

	if (hann == NULL)
		return -1;
	u = hann + n;
	l = u + n;
	dsp_hann(hann, n);
	for (size_t at = 0; at + n <= upper->n; at += n / 2) {
		double from = upper->start + (double)at / upper->rate;
		double hz = rate_between(beats, from, from + SEGMENT);

		if (!(hz > 0))
			continue;
		for (size_t i = 0; i < n; i++) {
			u[i] = upper->value[at + i] * hann[i];
			l[i] = lower->value[at + i] * hann[i];
		}
		for (int h = 0; h < HARMONICS; h++)
			add_segment(
			    &s->cross[h], u, l, n, upper->rate, (h + 1) * hz);
		s->segments++;
		s->rate += hz;
	}
	if (s->segments > 0)
		s->rate /= s->segments;
	free(hann);
	return 0;
}

int
transit_measure(struct transit *t, const struct signal_wave *upper,
    const struct signal_wave *lower, const struct beats *beats)
{
	struct sums s = {.segments = 0};
	double at[HARMONICS], weight[HARMONICS];
	double all = 0, sum = 0, off = 0;

	*t = (struct transit){(double)NAN, (double)NAN};
	if (upper->n != lower->n || SEGMENT * upper->rate < 2)
		return 0;
	if (sum_segments(&s, upper, lower, beats) != 0)
		return -1;
	if (s.segments < SEGMENTS_MIN)
		return 0;
	for (int h = 0; h < HARMONICS; h++) {
		at[h] = delay(&s.cross[h], s.segments, (h + 1) * s.rate,
		    h > 0 ? at[0] : 0, &weight[h]);
		sum += weight[h] * at[h];
		all += weight[h];
	}
	if (!(weight[0] > 0))
		return 0;
	for (int h = 0; h < HARMONICS; h++)
		off += weight[h] * (at[h] - sum / all) * (at[h] - sum / all);
	/* The difference between the harmonics adds to the error. */
	t->error = ERROR_SCALE * sqrt(fmax(1, off / (HARMONICS - 1)) / all);
	if (t->error <= TRANSIT_ERROR_MAX && fabs(sum / all) <= TRANSIT_MAX)
		t->seconds = sum / all;
	return 0;
}
