#include "beats/template.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"

int
beat_template_init(const struct beat_search *s, struct beat_template *sh,
    double before, double after)
{
	double unit = fmin(s->period, 1) * s->rate;

	sh->before = (size_t)fmax(1, before * unit);
	sh->n = sh->before + (size_t)fmax(1, after * unit);
	sh->mean = calloc(sh->n, sizeof(*sh->mean));
	return sh->mean == NULL ? -1 : 0;
}

static double
correlation(const double *a, const double *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* The mean of the seven in ten of the ${rows} beats that correlate best with
 * the last mean. */
static void
mean_of_similar(struct beat_template *sh, const double *row, size_t rows,
    double *similarity, double *sorted)
{
	double limit;
	size_t used = 0;

	for (size_t r = 0; r < rows; r++)
		similarity[r] = correlation(row + r * sh->n, sh->mean, sh->n);
	memcpy(sorted, similarity, rows * sizeof(*similarity));
	limit = dsp_quantile(sorted, rows, 0.3);
	memset(sh->mean, 0, sh->n * sizeof(*sh->mean));
	for (size_t r = 0; r < rows; r++) {
		if (similarity[r] < limit)
			continue;
		for (size_t i = 0; i < sh->n; i++)
			sh->mean[i] += row[r * sh->n + i];
		used++;
	}
	for (size_t i = 0; used > 0 && i < sh->n; i++)
		sh->mean[i] /= (double)used;
}

int
beat_template_learn(const struct beat_search *s, struct beat_template *sh)
{
	size_t rows = 0, after = sh->n - sh->before;
	double *row = calloc(s->beats * sh->n, sizeof(*row));
	double *column = calloc(2 * s->beats, sizeof(*column));

	if (row == NULL || column == NULL) {
		free(row);
		free(column);
		return -1;
	}
	for (size_t k = 0; k < s->beats; k++) {
		size_t at = s->beat[k];

		if (at < sh->before || at + after > s->n || !(s->scale[at] > 0))
			continue;
		for (size_t i = 0; i < sh->n; i++)
			row[rows * sh->n + i] =
			    s->slope[at - sh->before + i] / s->scale[at];
		rows++;
	}
	for (size_t i = 0; rows > 0 && i < sh->n; i++) {
		for (size_t r = 0; r < rows; r++)
			column[r] = row[r * sh->n + i];
		sh->mean[i] = dsp_median(column, rows);
	}
	for (int round = 0; rows > 0 && round < 2; round++)
		mean_of_similar(sh, row, rows, column, column + rows);
	sh->energy = 0;
	for (size_t i = 0; i < sh->n; i++)
		sh->energy += sh->mean[i] * sh->mean[i];
	free(row);
	free(column);
	return rows == 0 || !(sh->energy > 0);
}

/* Slope ${i} of the template placed at sample ${at}; 0 beyond the ends. */
static double
slope_at(const struct beat_search *s, const struct beat_template *sh, size_t at,
    size_t i)
{
	return at + i < sh->before || at + i - sh->before >= s->n
	    ? 0
	    : s->slope[at + i - sh->before];
}

void
beat_template_match(struct beat_search *s, const struct beat_template *sh,
    size_t from, size_t to)
{
	for (size_t at = from; at < s->n && at < to; at++) {
		size_t first = at < sh->before ? sh->before - at : 0;
		size_t end = sh->n;
		const double *x = s->slope;
		double sum = 0;

		if (at + end - sh->before > s->n)
			end = s->n + sh->before - at;
		for (size_t i = first; i < end; i++)
			sum += x[at + i - sh->before] * sh->mean[i];
		s->match[at] = sum;
	}
}

double
beat_template_quality(
    const struct beat_search *s, const struct beat_template *sh, size_t at)
{
	double energy = 0, q;

	for (size_t i = 0; i < sh->n; i++) {
		double v = slope_at(s, sh, at, i);

		energy += v * v;
	}
	if (!(energy > 0))
		return 0;
	q = s->match[at] / sqrt(energy * sh->energy);
	return fmin(fmax(q, 0), 1);
}
