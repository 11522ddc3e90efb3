#include "rppg/power.h"

#include <math.h>
#include <string.h>

/* By hand: harmonics count up to these shares of the power of the first.  More
 * than that is no pulse's. */
static const double harmonic_max[POWER_HARMONICS + 1] = {0, 1, 0.7, 0.3};

/* Total power below which there is only rounding: waves of 1e-6 of the
 * level. */
static const double POWER_MIN = 1e-8;

/* By hand: the share that a pulse explains is limited to this, so that no
 * single window decides. */
static const double EXPLAINED_MAX = 0.98;

/* By hand: the steepest noise that is whitened.  Drifts may be steeper, but
 * then there is nothing left to find. */
static const double EXPONENT_MAX = 2;

int
power_plan_init(struct power_plan *p)
{
	if ((p->dsp = dsp_new()) == NULL)
		return -1;
	p->n = 0;
	p->log_bin[0] = 0;
	for (int k = 1; k < POWER_BINS; k++)
		p->log_bin[k] = log((double)k / POWER_LOW);
	return 0;
}

void
power_plan_release(struct power_plan *p)
{
	dsp_free(p->dsp);
	p->dsp = NULL;
}

const double (
    *power_transform(struct power_plan *p, const double *x, size_t n))[2]
{
	struct dsp_fft *f = dsp_fft(p->dsp, POWER_FFT);
	double mean = dsp_mean(x, n);

	if (f == NULL)
		return NULL;
	if (p->n != n) {
		dsp_hann(p->hann, n);
		p->n = n;
	}
	for (size_t i = 0; i < n; i++)
		f->time[i] = (x[i] - mean) * p->hann[i];
	memset(f->time + n, 0, (POWER_FFT - n) * sizeof(*f->time));
	dsp_fft_forward(f);
	return (const double(*)[2])f->frequency;
}

double
power_exponent(const float *power)
{
	static const short edge[] = {14, 21, 30, 43, 61, 87, 122, POWER_BINS};
	enum {
		BLOCKS = sizeof(edge) / sizeof(edge[0]) - 1
	};
	double x[BLOCKS], y[BLOCKS], block[64], xx = 0, xy = 0;

	for (int i = 0; i < BLOCKS; i++) {
		size_t n = 0;

		for (int k = edge[i]; k < edge[i + 1]; k++)
			block[n++] = (double)power[k];
		x[i] = 0.5 * log((double)edge[i] * edge[i + 1]);
		y[i] = log(dsp_quantile(block, n, 0.25) + 1e-30);
	}
	double mx = dsp_mean(x, BLOCKS), my = dsp_mean(y, BLOCKS);
	for (int i = 0; i < BLOCKS; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		xy += (x[i] - mx) * (y[i] - my);
	}
	return fmax(0, fmin(EXPONENT_MAX, -xy / xx));
}

int
power_raw(struct power_plan *p, const double *x, size_t n, struct power *s)
{
	const double(*c)[2] = power_transform(p, x, n);

	if (c == NULL)
		return -1;
	for (int k = 0; k < POWER_BINS; k++)
		s->power[k] = (float)(c[k][0] * c[k][0] + c[k][1] * c[k][1]);
	return 0;
}

void
power_normalise(const struct power_plan *p, struct power *s)
{
	double exponent = power_exponent(s->power);

	for (int k = POWER_LOW; k < POWER_BINS; k++)
		s->power[k] = (float)((double)s->power[k] *
		    exp(exponent * p->log_bin[k]));
	power_share(s);
	s->exponent = (float)exponent;
}

void
power_share(struct power *s)
{
	double all = 0;

	for (int k = POWER_LOW; k < POWER_BINS; k++)
		all += (double)s->power[k];
	s->valid = all > POWER_MIN;
	s->exponent = 0;
	for (int k = 0; k < POWER_BINS; k++)
		s->power[k] = s->valid && k >= POWER_LOW
		    ? (float)((double)s->power[k] / all)
		    : 0;
}

unsigned
power_lobe(size_t n)
{
	return (unsigned)lrint(
	    fmax(3, 1.1 * RPPG_GRID / (double)n / POWER_STEP));
}

/* The power within ${lobe} bins of ${bin}, in the band and from ${above} on. */
static double
peak_power(const struct power *s, double bin, long lobe, long above)
{
	long at = lrint(bin);
	double sum = 0;

	for (long k = at - lobe; k <= at + lobe; k++)
		if (k >= above && k < POWER_BINS)
			sum += (double)s->power[k];
	return sum;
}

double
power_explained(const struct power *s, double bin, unsigned lobe)
{
	long h = (long)lobe, at = lrint(bin);
	double first = peak_power(s, bin, h, 0), sum = first;

	for (int k = 2; k <= POWER_HARMONICS; k++) {
		double most =
		    first * harmonic_max[k] * pow(k, (double)s->exponent);
		double part =
		    peak_power(s, k * bin, h, lrint((k - 1) * bin) + h + 1);

		if (k * at - h >= POWER_BINS)
			break;
		sum += fmin(part, most);
	}
	return fmin(sum, EXPLAINED_MAX);
}

double
power_snr(const struct power *s, double bin, unsigned lobe)
{
	double part = 0, all = 0;

	for (int k = POWER_LOW; k < POWER_BINS; k++) {
		double v = (double)s->power[k];

		all += v;
		if (fabs(k - bin) <= lobe + 0.5 ||
		    fabs(k - 2 * bin) <= lobe + 0.5)
			part += v;
	}
	return 10 * log10((part + 1e-9) / (all - part + 1e-9));
}

int
power_best(const struct power *s, unsigned lobe, double *explained)
{
	int best = 0;

	*explained = 0;
	for (int k = POWER_LOW; s->valid && k <= POWER_HIGH; k++) {
		double part = power_explained(s, k, lobe);

		if (part > *explained) {
			*explained = part;
			best = k;
		}
	}
	return best;
}
