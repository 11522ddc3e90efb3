/*
 * ICA: Poh, McDuff and Picard, "Non-contact, automated cardiac pulse
 * measurements using video imaging and blind source separation", Opt. Express
 * 18(10), 2010.  FastICA: Hyvarinen, "Fast and robust fixed-point algorithms for
 * independent component analysis", IEEE Trans. Neural Netw. 10(3), 1999.
 */
#include "rppg/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* By hand: the most rounds of FastICA. */
enum {
	ROUNDS = 60
};

/* The cosine of the angle by which components may still turn when they have
 * converged. */
static const double CONVERGED = 1 - 1e-8;

/* The band in which a component's peak counts as a pulse, Hz (Poh, McDuff and
 * Picard, 2010: 45 to 240 /min; by hand from 42). */
static const double PEAK_LOW = 0.7, PEAK_HIGH = 4;

/* Make the three signals of ${x} uncorrelated, with variance 1.  False if
 * they span fewer than three dimensions. */
static bool
whiten(double *x, size_t n)
{
	double q[9], value[3], vector[9];

	for (size_t i = 0; i < 3; i++)
		dsp_demean(x + i * n, n);
	rppg_products(x, n, q);
	dsp_eigen(q, 3, value, vector);
	if (!(value[2] > 1e-12 * value[0]))
		return false;
	for (size_t k = 0; k < n; k++) {
		double in[3] = {x[k], x[n + k], x[2 * n + k]};

		for (size_t i = 0; i < 3; i++)
			x[i * n + k] =
			    (vector[3 * i] * in[0] + vector[3 * i + 1] * in[1] +
				vector[3 * i + 2] * in[2]) *
			    sqrt((double)n / value[i]);
	}
	return true;
}

/* Symmetric orthonormalisation: W <- (W W')^-1/2 W. */
static void
orthonormalise(double w[9])
{
	double q[9], value[3], e[9], root[9], out[9];

	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			q[3 * i + j] = w[3 * i] * w[3 * j] +
			    w[3 * i + 1] * w[3 * j + 1] +
			    w[3 * i + 2] * w[3 * j + 2];
	dsp_eigen(q, 3, value, e);
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) {
			root[3 * i + j] = 0;
			for (size_t k = 0; k < 3; k++)
				root[3 * i + j] += e[3 * k + i] * e[3 * k + j] /
				    sqrt(fmax(value[k], 1e-12));
		}
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			out[3 * i + j] = root[3 * i] * w[j] +
			    root[3 * i + 1] * w[3 + j] +
			    root[3 * i + 2] * w[6 + j];
	memcpy(w, out, sizeof(out));
}

/* One step of the fixed-point iteration with g = y^3 (kurtosis), for all
 * components at once.  A pulse has a lower kurtosis than noise. */
static void
step(const double *x, size_t n, double w[9])
{
	double next[9] = {0}, slope[3] = {0};

	for (size_t k = 0; k < n; k++) {
		double in[3] = {x[k], x[n + k], x[2 * n + k]};

		for (size_t i = 0; i < 3; i++) {
			double y = w[3 * i] * in[0] + w[3 * i + 1] * in[1] +
			    w[3 * i + 2] * in[2];
			double g = y * y * y;

			slope[i] += 3 * y * y;
			for (size_t j = 0; j < 3; j++)
				next[3 * i + j] += g * in[j];
		}
	}
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			w[3 * i + j] =
			    (next[3 * i + j] - slope[i] * w[3 * i + j]) /
			    (double)n;
	orthonormalise(w);
}

static void
separate(double *x, size_t n)
{
	double w[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, last[9];

	for (int round = 0; round < ROUNDS; round++) {
		double same = 1;

		memcpy(last, w, sizeof(last));
		step(x, n, w);
		for (size_t i = 0; i < 3; i++)
			same = fmin(same,
			    fabs(w[3 * i] * last[3 * i] +
				w[3 * i + 1] * last[3 * i + 1] +
				w[3 * i + 2] * last[3 * i + 2]));
		if (same > CONVERGED)
			break;
	}
	for (size_t k = 0; k < n; k++) {
		double in[3] = {x[k], x[n + k], x[2 * n + k]};

		for (size_t i = 0; i < 3; i++)
			x[i * n + k] = w[3 * i] * in[0] + w[3 * i + 1] * in[1] +
			    w[3 * i + 2] * in[2];
	}
}

/* The component with the highest peak in the band, relative to its power; 3
 * without memory. */
static size_t
choose(struct dsp *d, const double *x, size_t n, double rate)
{
	struct dsp_spectrum s = {0};
	double best = -1;
	size_t chosen = 0;

	for (size_t i = 0; i < 3; i++) {
		double height = 0;

		if (dsp_periodogram(
			d, x + i * n, n, rate, rate / (double)n, &s) != 0) {
			dsp_spectrum_release(&s);
			return 3;
		}
		if (isnan(dsp_peak(&s, PEAK_LOW, PEAK_HIGH, &height)))
			continue;
		height /= dsp_band_power(&s, 0, rate / 2);
		if (height > best) {
			best = height;
			chosen = i;
		}
	}
	dsp_spectrum_release(&s);
	return chosen;
}

int
rppg_ica(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	double *x = rppg_relative_colour(c);
	size_t n = c->n, best = 1;

	if (x == NULL)
		return -1;
	memcpy(wave, x + n, n * sizeof(*wave));
	if (n > 0 && whiten(x, n)) {
		separate(x, n);
		best = choose(d, x, n, c->rate);
	}
	if (best == 3) {
		free(x);
		return -1;
	}
	/* The sign and the size are those of the component in green. */
	double along = 0, power = 0;
	for (size_t k = 0; k < n; k++) {
		along += wave[k] * x[best * n + k];
		power += x[best * n + k] * x[best * n + k];
	}
	for (size_t k = 0; k < n; k++)
		wave[k] = power > 0 ? -along / power * x[best * n + k] : 0;
	free(x);
	return 0;
}
