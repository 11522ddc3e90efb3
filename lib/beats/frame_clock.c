#include "beats/frame_clock.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

/* By hand: fewer frames do not show a clock. */
#define FRAMES_MIN 64

/* By hand: how far a time stamp may be from its frame, in periods. */
#define REACH 4
#define STATES (2 * REACH + 1)

/* By hand: the cost of a dropped frame, in squared periods, how many may be
 * dropped in a row, and the cost of a stamp out of reach. */
#define DROP_COST 0.1
#define DROPS_MAX 3
#define FAR_COST 4.0

/* By hand: frames over which the phase is averaged, two seconds of most
 * cameras, and rounds of ticks and phase in turn. */
#define PHASE_FRAMES 61
#define ROUNDS 4

/* By hand: less jitter than this share of the period is not corrected. */
#define JITTER_MIN 0.08

static const double nominal_rates[] = {
    120, 100, 90, 60, 50, 48, 30, 25, 24, 20, 15, 12, 10};

struct clock {
	const double *t;
	size_t n;
	double period;
	double *phase; /* of each frame, s */
	int64_t *tick; /* of each frame */
	int64_t *base; /* the tick nearest to each stamp */
	uint8_t (*from)[STATES];
};

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The period of the camera: that of a usual frame rate, where the median step
 * is near one. */
static double
guess_period(const double t[], size_t n, double *steps)
{
	double median;

	for (size_t i = 0; i + 1 < n; i++)
		steps[i] = t[i + 1] - t[i];
	qsort(steps, n - 1, sizeof(*steps), compare);
	median = steps[(n - 1) / 2];
	for (size_t i = 0; i < sizeof(nominal_rates) / sizeof(double); i++) {
		if (fabs(median * nominal_rates[i] - 1) < 0.06)
			return 1 / nominal_rates[i];
	}
	return median;
}

/* The median distance of a stamp from the middle of its neighbours. */
static double
jitter(const double t[], size_t n, double *work)
{
	for (size_t i = 1; i + 1 < n; i++)
		work[i - 1] = fabs(t[i] - (t[i - 1] + t[i + 1]) / 2);
	qsort(work, n - 2, sizeof(*work), compare);
	return work[(n - 2) / 2];
}

/* The cheapest path to state ${j} of frame ${i}. */
static double
step_into(const struct clock *c, size_t i, int j, const double cost[STATES],
    uint8_t *from)
{
	int64_t tick = c->base[i] + j - REACH;
	double best = HUGE_VAL;

	*from = 0;
	for (int k = 0; k < STATES; k++) {
		int64_t drops = tick - (c->base[i - 1] + k - REACH) - 1;
		double v;

		if (drops < 0)
			continue;
		if (drops > DROPS_MAX)
			drops = DROPS_MAX;
		v = cost[k] + DROP_COST * (double)drops;
		if (v < best) {
			best = v;
			*from = (uint8_t)k;
		}
	}
	return best;
}

static double
far(const struct clock *c, size_t i, int j)
{
	double u = (c->t[i] - c->phase[i]) / c->period;
	double d = u - (double)(c->base[i] + j - REACH);

	return fmin(d * d, FAR_COST);
}

/* Give each frame its tick: strictly rising, at the least cost overall. */
static void
assign_ticks(struct clock *c)
{
	double cost[STATES], next[STATES];
	int best = 0;

	for (size_t i = 0; i < c->n; i++)
		c->base[i] = llround((c->t[i] - c->phase[i]) / c->period);
	for (int j = 0; j < STATES; j++)
		cost[j] = far(c, 0, j);
	for (size_t i = 1; i < c->n; i++) {
		for (int j = 0; j < STATES; j++)
			next[j] = step_into(c, i, j, cost, &c->from[i][j]) +
			    far(c, i, j);
		memcpy(cost, next, sizeof(cost));
	}
	for (int j = 1; j < STATES; j++) {
		if (cost[j] < cost[best])
			best = j;
	}
	for (size_t i = c->n; i-- > 0;) {
		c->tick[i] = c->base[i] + best - REACH;
		if (i > 0)
			best = c->from[i][best];
	}
}

/* The phase at each frame: the mean of the stamps around it. */
static void
smooth_phase(struct clock *c)
{
	const long half = PHASE_FRAMES / 2;

	for (long i = 0; i < (long)c->n; i++) {
		double sum = 0, weights = 0;

		for (long k = i - half; k <= i + half; k++) {
			double w = 1 +
			    cos(DSP_PI * (double)(k - i) / (double)(half + 1));
			long at = k < 0 ? 0 : k;

			if (at >= (long)c->n)
				at = (long)c->n - 1;
			sum += w * (c->t[at] - (double)c->tick[at] * c->period);
			weights += w;
		}
		c->phase[i] = sum / weights;
	}
}

static void
release(struct clock *c)
{
	free(c->phase);
	free(c->tick);
	free(c->base);
	free(c->from);
}

/* Write the times of the ticks.  Return whether they are those of a clock. */
static int
place(struct clock *c, double out[])
{
	for (size_t i = 0; i < c->n; i++)
		c->phase[i] = c->t[0];
	for (int round = 0; round < ROUNDS; round++) {
		assign_ticks(c);
		smooth_phase(c);
	}
	for (size_t i = 0; i < c->n; i++) {
		out[i] = (double)c->tick[i] * c->period + c->phase[i];
		if (!isfinite(out[i]) || (i > 0 && out[i] <= out[i - 1]))
			return 0;
	}
	return 1;
}

int
frame_clock_recover(
    const double t[], size_t n, double out[], double *period, struct err *err)
{
	struct clock c = {.t = t, .n = n};
	int rc = 0;

	*period = 0;
	if (n == 0)
		return 0;
	memcpy(out, t, n * sizeof(*out));
	if (n < FRAMES_MIN)
		return 0;
	c.phase = calloc(n, sizeof(*c.phase));
	c.tick = calloc(n, sizeof(*c.tick));
	c.base = calloc(n, sizeof(*c.base));
	c.from = calloc(n, sizeof(*c.from));
	if (!c.phase || !c.tick || !c.base || !c.from) {
		rc = err_set(err, "out of memory");
		goto done;
	}
	c.period = guess_period(t, n, c.phase);
	if (c.period <= 0 || (t[n - 1] - t[0]) / c.period > 1e9 ||
	    jitter(t, n, c.phase) < JITTER_MIN * c.period)
		goto done;
	if (place(&c, out))
		*period = c.period;
	else
		memcpy(out, t, n * sizeof(*out));
done:
	release(&c);
	return rc;
}

/* The distance of sample ${i} from a parabola through the six around it, which
 * weigh less with distance. */
static double
off_curve(const double t[], const double x[], size_t i)
{
	double span = fmax(t[i] - t[i - 3], t[i + 3] - t[i]);
	double a[9] = {0}, b[3] = {0}, c[3];

	for (size_t k = i - 3; k <= i + 3; k++) {
		double u = (t[k] - t[i]) / span;
		double w = 1 - 0.7 * fabs(u), row[3] = {1, u, u * u};

		if (k == i)
			continue;
		for (int p = 0; p < 3; p++) {
			for (int q = 0; q < 3; q++)
				a[3 * p + q] += w * w * row[p] * row[q];
			b[p] += w * w * row[p] * x[k];
		}
	}
	return dsp_solve3(a, b, c) ? fabs(x[i] - c[0]) : 0;
}

int
frame_clock_roughness(const double t[], const double x[], size_t n,
    double *roughness, struct err *err)
{
	double *off;
	size_t count = 0;

	*roughness = 0;
	if (n < 8)
		return 0;
	off = calloc(n, sizeof(*off));
	if (off == NULL)
		return err_set(err, "out of memory");
	for (size_t i = 3; i + 3 < n; i++)
		off[count++] = off_curve(t, x, i);
	*roughness = dsp_quantile(off, count, 0.9);
	free(off);
	return 0;
}
