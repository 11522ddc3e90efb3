#include "rppg/phase_rate.h"

#include <math.h>
#include <stdlib.h>

#include "dsp/dsp.h"
#include "rppg/engine.h"

/* By hand: how fast a heart rate may leave the curve, Hz. */
static const double CUTOFF = 0.125;

/* By hand: what is left out at both ends, where the low-pass is one-sided,
 * s. */
static const double END_SECONDS = 1;

/* By hand: a shorter run has no phase to follow, s. */
static const double SECONDS_MIN = 4;

enum {
	SILENCE = 30 /* samples of 0, behind which another run begins */
};

/* One run of the wave. */
struct phase_rate {
	const double *wave;
	size_t n;
	double *cycles; /* along the curve, up to each sample */
	double *re, *im, *work;
};

/* Integrate the cycles along the curve through ${point}. */
static void
follow(struct phase_rate *p, double start, const struct rate_point *point,
    size_t points)
{
	double cycles = 0;
	size_t at = 0;

	for (size_t i = 0; i < p->n; i++) {
		double time = start + (double)i / RPPG_GRID, share = 0;
		const struct rate_point *a, *b;

		while (at + 2 < points && point[at + 1].time < time)
			at++;
		a = &point[at];
		b = at + 1 < points ? a + 1 : a;
		if (b->time > a->time)
			share = (time - a->time) / (b->time - a->time);
		share = fmax(0, fmin(1, share));
		p->cycles[i] = cycles;
		cycles +=
		    ((1 - share) * a->rate + share * b->rate) / 60 / RPPG_GRID;
	}
}

/* Demodulate the wave by the curve: p->re and p->im keep what is slow. */
static int
demodulate(struct phase_rate *p)
{
	double lambda = dsp_detrend_lambda(CUTOFF, RPPG_GRID);

	for (size_t i = 0; i < p->n; i++)
		p->work[i] = p->wave[i] * cos(2 * DSP_PI * p->cycles[i]);
	if (dsp_smooth(p->work, p->re, p->n, lambda) != 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		p->work[i] = -p->wave[i] * sin(2 * DSP_PI * p->cycles[i]);
	return dsp_smooth(p->work, p->im, p->n, lambda);
}

/* Set ${rate} to the mean rate, /min, if the power of the wave that follows the
 * curve exceeds ${shown}, which is then raised. */
static int
read_rate(struct phase_rate *p, double *shown, double *rate)
{
	size_t end = (size_t)(END_SECONDS * RPPG_GRID), last = p->n - 1 - end;
	double turn = 0, power = 0;

	if (demodulate(p) != 0)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		power += p->re[i] * p->re[i] + p->im[i] * p->im[i];
	if (!(power > *shown))
		return 0;
	for (size_t i = end + 1; i <= last; i++) {
		double a = p->re[i - 1], b = p->im[i - 1];
		double c = p->re[i], d = p->im[i];

		turn += atan2(a * d - b * c, a * c + b * d);
	}
	*shown = power;
	*rate = 60 * RPPG_GRID / (double)(last - end) *
	    (p->cycles[last] - p->cycles[end] + turn / (2 * DSP_PI));
	return 0;
}

/* The rate of one run of the wave, by the curve or by a constant rate. */
static int
read_run(struct phase_rate *p, double start, const struct rate_point *point,
    size_t points, double *rate)
{
	struct rate_point level = {start, *rate};
	double shown = 0;

	follow(p, start, point, points);
	if (read_rate(p, &shown, rate) != 0)
		return -1;
	follow(p, start, &level, 1);
	return read_rate(p, &shown, rate);
}

/* The end of the run that begins at ${at}: before a silence. */
static size_t
run_end(const double *wave, size_t n, size_t at)
{
	size_t end = at, silent = 0;

	for (size_t i = at; i < n && silent < SILENCE; i++) {
		silent = fabs(wave[i]) > 0 ? 0 : silent + 1;
		if (silent == 0)
			end = i + 1;
	}
	return end;
}

int
phase_rate_mean(const double *wave, size_t n, double start,
    const struct rate_point *point, size_t points, double *rate)
{
	double sum = 0, all = 0, *block = calloc(4 * n + 1, sizeof(*block));
	int status = 0;

	if (block == NULL)
		return -1;
	for (size_t at = 0, end; points > 0 && at < n; at = end) {
		double run = *rate;
		struct phase_rate p = {.wave = wave + at, .cycles = block};

		end = run_end(wave, n, at);
		p.n = end - at;
		p.re = p.cycles + p.n;
		p.im = p.re + p.n;
		p.work = p.im + p.n;
		if (end == at)
			end = at + 1;
		if ((double)p.n < SECONDS_MIN * RPPG_GRID)
			continue;
		status = read_run(
		    &p, start + (double)at / RPPG_GRID, point, points, &run);
		if (status != 0)
			break;
		sum += (double)p.n * run;
		all += (double)p.n;
	}
	free(block);
	if (all > 0)
		*rate = sum / all;
	return status;
}
