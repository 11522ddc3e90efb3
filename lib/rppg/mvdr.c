#include "rppg/mvdr.h"

#include <math.h>
#include <string.h>

#include "rppg/rows.h"

/* By hand: diagonal loading, as a share of the mean power.  Neither signatures
 * nor the noise are known exactly from one window.  In a face that moves,
 * nearly all power is shading, and the loading of a still face would hide what
 * the channels have in common. */
static const double LOADING = 0.1, LOADING_MOVING = 0.01;

/* By hand: movement, as in struct window, below which a face holds still, and
 * from which on it moves. */
static const double STILL = 0.003, MOVING = 0.006;

/* By hand: how much of the power at a rate itself counts as noise when rates
 * are compared.  A strong light that swells must not pass for a pulse only
 * because nothing else is at its frequency.  The wave of a chosen rate is made
 * without it, since it would remove what the signature does not fit. */
static const double OWN_SHARE = 0.1;

/* By hand: how much the reference counts against skin. */
static const double REFERENCE = 1;

static unsigned
pair(unsigned i, unsigned j)
{
	return i * (i + 1) / 2 + j;
}

void
mvdr_clear(struct mvdr *m, size_t n)
{
	m->channels = 0;
	m->n = n;
	m->loading = LOADING;
	memset(m->reference, 0, sizeof(m->reference));
}

void
mvdr_set_movement(struct mvdr *m, double movement)
{
	double share = log(movement / STILL) / log(MOVING / STILL);

	share = movement > STILL ? fmin(share, 1) : 0;
	m->loading = LOADING * pow(LOADING_MOVING / LOADING, share);
}

void
mvdr_set_reference(struct mvdr *m, const struct power *reference)
{
	for (int k = 0; k < POWER_BINS; k++)
		m->reference[k] = REFERENCE * (double)reference->power[k];
}

int
mvdr_add(struct mvdr *m, struct power_plan *p,
    double colour[MVDR_COLOURS][POWER_WINDOW])
{
	const double *x[MVDR_COLOURS];
	double *trace[MVDR_COLOURS];

	for (unsigned c = 0; c < MVDR_COLOURS; c++) {
		x[c] = colour[c];
		trace[c] = m->trace[m->channels + c];
	}
	if (rppg_relative(x, trace, MVDR_COLOURS, m->n, RPPG_GRID) != 0)
		return -1;
	for (unsigned c = 0; c < MVDR_COLOURS; c++) {
		const double(*f)[2] = power_transform(p, trace[c], m->n);

		if (f == NULL)
			return -1;
		for (int k = 0; k < POWER_BINS; k++) {
			m->re[m->channels][k] = f[k][0];
			m->im[m->channels][k] = f[k][1];
		}
		m->signature[m->channels++] = rppg_signature[c];
	}
	return 0;
}

/* Whiten the noise of all channels by one common curve. */
static void
whiten(struct mvdr *m, const struct power_plan *p)
{
	float mean[POWER_BINS] = {0};

	for (unsigned c = 0; c < m->channels; c++) {
		double power[POWER_BINS], all = 0;

		for (int k = 0; k < POWER_BINS; k++) {
			power[k] = m->re[c][k] * m->re[c][k] +
			    m->im[c][k] * m->im[c][k];
			if (k >= POWER_LOW)
				all += power[k];
		}
		for (int k = 0; k < POWER_BINS && all > 0; k++)
			mean[k] += (float)(power[k] / all);
	}
	m->exponent = power_exponent(mean);
	for (int k = 1; k < POWER_BINS; k++) {
		double gain = exp(0.5 * m->exponent * p->log_bin[k]);

		m->reference[k] *= gain * gain;
		for (unsigned c = 0; c < m->channels; c++) {
			m->re[c][k] *= gain;
			m->im[c][k] *= gain;
		}
	}
}

void
mvdr_close(struct mvdr *m, const struct power_plan *p)
{
	unsigned pairs = pair(m->channels, 0);

	whiten(m, p);
	memset(m->sum[POWER_LOW], 0, pairs * sizeof(m->sum[0][0]));
	for (int k = POWER_LOW; k < POWER_BINS; k++) {
		const double *from = m->sum[k];
		double *to = m->sum[k + 1];

		for (unsigned i = 0, at = 0; i < m->channels; i++)
			for (unsigned j = 0; j <= i; j++, at++)
				to[at] = from[at] + m->re[i][k] * m->re[j][k] +
				    m->im[i][k] * m->im[j][k];
	}
}

/* The products of the channels away from ${bin} and its harmonics, to which the
 * share ${own} of those there is added; loaded. */
static void
noise_beside(
    const struct mvdr *m, int bin, double own, double noise[MVDR_PAIRS])
{
	unsigned pairs = pair(m->channels, 0);
	int lobe = (int)power_lobe(m->n), last = POWER_LOW;
	double mean = 0;

	memcpy(noise, m->sum[POWER_BINS], pairs * sizeof(*noise));
	for (int h = 1; h <= POWER_HARMONICS; h++) {
		int from = h * bin - lobe, to = h * bin + lobe + 1;

		from = from < last ? last : from;
		to = to > POWER_BINS ? POWER_BINS : to;
		if (from >= to)
			continue;
		for (unsigned at = 0; at < pairs; at++)
			noise[at] -=
			    (1 - own) * (m->sum[to][at] - m->sum[from][at]);
		last = to;
	}
	for (unsigned i = 0; i < m->channels; i++)
		mean += noise[pair(i, i)] / m->channels;
	for (unsigned i = 0; i < m->channels; i++)
		noise[pair(i, i)] += m->loading * mean;
}

/* Solve a*x = b for the symmetric positive definite ${a}, which is destroyed,
 * by Cholesky factorisation.  False if it is singular. */
static bool
solve(double *a, const double *b, double *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		double *row = a + pair(i, 0), diagonal;

		for (unsigned j = 0; j < i; j++) {
			const double *other = a + pair(j, 0);
			double sum = row[j];

			for (unsigned k = 0; k < j; k++)
				sum -= row[k] * other[k];
			row[j] = sum / other[j];
		}
		diagonal = row[i];
		for (unsigned k = 0; k < i; k++)
			diagonal -= row[k] * row[k];
		if (!(diagonal > 0))
			return false;
		row[i] = sqrt(diagonal);
	}
	for (unsigned i = 0; i < n; i++) {
		double sum = b[i];

		for (unsigned k = 0; k < i; k++)
			sum -= a[pair(i, k)] * x[k];
		x[i] = sum / a[pair(i, i)];
	}
	for (unsigned i = n; i-- > 0;) {
		double sum = x[i];

		for (unsigned k = i + 1; k < n; k++)
			sum -= a[pair(k, i)] * x[k];
		x[i] = sum / a[pair(i, i)];
	}
	return true;
}

/* The weights at ${bin}; false if there is no signal. */
static bool
weights(const struct mvdr *m, int bin, double own, double w[MVDR_CHANNELS])
{
	double noise[MVDR_PAIRS], through = 0;

	if (m->channels == 0)
		return false;
	noise_beside(m, bin, own, noise);
	if (!solve(noise, m->signature, w, m->channels))
		return false;
	for (unsigned i = 0; i < m->channels; i++)
		through += w[i] * m->signature[i];
	for (unsigned i = 0; i < m->channels && through > 0; i++)
		w[i] /= through;
	return through > 0 && isfinite(through);
}

/* The spectrum of the weighted sum.  False if there is none. */
static bool
weighted(const struct mvdr *m, const double w[MVDR_CHANNELS], struct power *s)
{
	double re[POWER_BINS] = {0}, im[POWER_BINS] = {0}, all = 0;

	for (unsigned c = 0; c < m->channels; c++)
		for (int k = POWER_LOW; k < POWER_BINS; k++) {
			re[k] += w[c] * m->re[c][k];
			im[k] += w[c] * m->im[c][k];
		}
	for (int k = POWER_LOW; k < POWER_BINS; k++) {
		re[k] = re[k] * re[k] + im[k] * im[k];
		if (m->reference[k] > 0)
			re[k] *= re[k] / (re[k] + m->reference[k]);
		all += re[k];
	}
	for (int k = 0; k < POWER_BINS && all > 0; k++)
		s->power[k] = (float)(re[k] / all);
	s->exponent = (float)m->exponent;
	s->valid = all > 0;
	return s->valid;
}

void
mvdr_log_likelihood(const struct mvdr *m, double log_likelihood[POWER_RATES])
{
	unsigned lobe = power_lobe(m->n);
	double w[MVDR_CHANNELS];
	struct power s;

	for (int k = POWER_LOW; k <= POWER_HIGH; k++)
		log_likelihood[k - POWER_LOW] =
		    weights(m, k, OWN_SHARE, w) && weighted(m, w, &s)
		    ? -log(1 - power_explained(&s, k, lobe))
		    : 0;
}

bool
mvdr_wave(const struct mvdr *m, int bin, double *wave)
{
	double w[MVDR_CHANNELS];

	memset(wave, 0, m->n * sizeof(*wave));
	if (!weights(m, bin, 0, w))
		return false;
	for (unsigned c = 0; c < m->channels; c++)
		for (size_t i = 0; i < m->n; i++)
			wave[i] -= w[c] * m->trace[c][i];
	return true;
}

double
mvdr_shading(const struct mvdr *m, int bin)
{
	const double blood = rppg_signature[0] / rppg_signature[1];
	int lobe = (int)power_lobe(m->n);
	double ratio[MVDR_GROUPS];
	size_t groups = 0;

	for (unsigned c = 0; c < m->channels; c += MVDR_COLOURS) {
		double other = 0, green = 0;

		for (int k = bin - lobe; k <= bin + lobe; k++) {
			if (k < POWER_LOW || k >= POWER_BINS)
				continue;
			double re = m->re[c][k] - blood * m->re[c + 1][k];
			double im = m->im[c][k] - blood * m->im[c + 1][k];

			other += re * re + im * im;
			green += m->re[c + 1][k] * m->re[c + 1][k] +
			    m->im[c + 1][k] * m->im[c + 1][k];
		}
		if (green > 0)
			ratio[groups++] = sqrt(other / green);
	}
	return groups > 0 ? dsp_median(ratio, groups) : 0;
}
