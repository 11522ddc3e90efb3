/*
 * POS: Wang, den Brinker, Stuijk and de Haan, "Algorithmic principles of
 * remote PPG", IEEE Trans. Biomed. Eng. 64(7), 2017.
 */
#include "rppg/rows.h"

#include <math.h>
#include <stdlib.h>

/*
 * In every window of 1.6 s: Cn = C / mean(C), S1 = G - B, S2 = G + B - 2R, h =
 * S1 + sd(S1)/sd(S2) S2, and h less its mean is added up.  Every h is linear in
 * the window's colours:
 *
 *	h(t) = (1 + a) G(t)/mg + (a - 1) B(t)/mb - 2a R(t)/mr
 *
 * Its mean is 0 already.  So the sum over all windows that contain t is the sum
 * of their coefficients times the colour at t, which running sums give in O(n),
 * where the formula as written takes O(n l).
 */
struct sums {
	double *first[3];  /* of each channel, less its mean */
	double *second[6]; /* of products: rr gg bb rg rb gb */
	double mean[3];
};

static const unsigned char pair[6][2] = {
    {0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};

/* Running sums in ${store}, 9 arrays of n + 1. */
static void
add_up(struct sums *s, const double *const x[3], size_t n, double *store)
{
	for (size_t c = 0; c < 3; c++) {
		s->mean[c] = dsp_mean(x[c], n);
		s->first[c] = store + c * (n + 1);
		s->first[c][0] = 0;
		for (size_t i = 0; i < n; i++)
			s->first[c][i + 1] =
			    s->first[c][i] + x[c][i] - s->mean[c];
	}
	for (size_t k = 0; k < 6; k++) {
		const double *a = x[pair[k][0]], *b = x[pair[k][1]];
		double ma = s->mean[pair[k][0]], mb = s->mean[pair[k][1]];
		double *to = s->second[k] = store + (3 + k) * (n + 1);

		to[0] = 0;
		for (size_t i = 0; i < n; i++)
			to[i + 1] = to[i] + (a[i] - ma) * (b[i] - mb);
	}
}

/* The coefficients of r, g, b for the window of ${l} samples at ${at}. */
static void
window_weights(const struct sums *s, size_t at, size_t l, double weight[3])
{
	double part[3], level[3], v[6];

	for (size_t c = 0; c < 3; c++) {
		part[c] = (s->first[c][at + l] - s->first[c][at]) / (double)l;
		level[c] = s->mean[c] + part[c];
	}
	for (size_t k = 0; k < 6; k++) {
		size_t a = pair[k][0], b = pair[k][1];

		v[k] = (s->second[k][at + l] - s->second[k][at]) / (double)l;
		v[k] = (v[k] - part[a] * part[b]) / (level[a] * level[b]);
	}
	double var1 = v[1] + v[2] - 2 * v[5];
	double var2 = v[1] + v[2] + 4 * v[0] + 2 * v[5] - 4 * v[3] - 4 * v[4];
	double alpha = var1 > 0 && var2 > 0 ? sqrt(var1 / var2) : 0;
	weight[0] = -2 * alpha / level[0];
	weight[1] = (1 + alpha) / level[1];
	weight[2] = (alpha - 1) / level[2];
}

int
rppg_pos(struct dsp *d, const struct rppg_colour *c, double *wave)
{
	const double *const x[3] = {c->r, c->g, c->b};
	size_t n = c->n, l = (size_t)lrint(RPPG_SHORT_WINDOW * c->rate);
	double *store, *running[3];
	struct sums s;

	(void)d;
	l = l > n ? n : l;
	if (n == 0)
		return 0;
	if ((store = malloc(12 * (n + 1) * sizeof(*store))) == NULL)
		return -1;
	add_up(&s, x, n, store);
	for (size_t k = 0; k < 3; k++) {
		running[k] = store + (9 + k) * (n + 1);
		running[k][0] = 0;
	}
	size_t windows = n - l + 1;
	for (size_t at = 0; at < windows; at++) {
		double weight[3];

		window_weights(&s, at, l, weight);
		for (size_t k = 0; k < 3; k++)
			running[k][at + 1] = running[k][at] + weight[k];
	}
	for (size_t i = 0; i < n; i++) {
		size_t from = i + 1 > l ? i + 1 - l : 0;
		size_t to = i < windows ? i + 1 : windows;
		double sum = 0;

		for (size_t k = 0; k < 3; k++)
			sum += (running[k][to] - running[k][from]) * x[k][i];
		/* Skin gets darker as it fills. */
		wave[i] = -sum / (double)(to - from);
	}
	free(store);
	return 0;
}
