#include "dsp/dsp.h"

#include <math.h>
#include <string.h>

bool
dsp_solve3(const double a[9], const double b[3], double x[3])
{
	double m[3][4], scale = 0;

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++) {
			m[i][j] = a[3 * i + j];
			scale = fmax(scale, fabs(m[i][j]));
		}
		m[i][3] = b[i];
	}
	for (int k = 0; k < 3; k++) {
		int pivot = k;

		for (int i = k + 1; i < 3; i++)
			if (fabs(m[i][k]) > fabs(m[pivot][k]))
				pivot = i;
		if (fabs(m[pivot][k]) <= 1e-13 * scale)
			return false;
		for (int j = 0; j < 4; j++) {
			double swap = m[k][j];

			m[k][j] = m[pivot][j];
			m[pivot][j] = swap;
		}
		for (int i = k + 1; i < 3; i++) {
			double part = m[i][k] / m[k][k];

			for (int j = k; j < 4; j++)
				m[i][j] -= part * m[k][j];
		}
	}
	for (int k = 2; k >= 0; k--) {
		x[k] = m[k][3];
		for (int j = k + 1; j < 3; j++)
			x[k] -= m[k][j] * x[j];
		x[k] /= m[k][k];
	}
	return true;
}

/* One Jacobi rotation that makes a[p][q] zero, and rotates the rows of v with
 * it. */
static void
rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
	double apq = a[p * n + q];
	double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
	double t = (theta < 0 ? -1 : 1) / (fabs(theta) + hypot(1, theta));
	double c = 1 / hypot(1, t), s = t * c;

	for (size_t k = 0; k < n; k++) {
		double x = a[k * n + p], y = a[k * n + q];

		a[k * n + p] = c * x - s * y;
		a[k * n + q] = s * x + c * y;
	}
	for (size_t k = 0; k < n; k++) {
		double x = a[p * n + k], y = a[q * n + k];

		a[p * n + k] = c * x - s * y;
		a[q * n + k] = s * x + c * y;
		x = v[p * n + k];
		y = v[q * n + k];
		v[p * n + k] = c * x - s * y;
		v[q * n + k] = s * x + c * y;
	}
}

/* Sort by falling value, and fix the signs. */
static void
put_in_order(double *values, double *vectors, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t best = i;

		for (size_t j = i + 1; j < n; j++)
			if (values[j] > values[best])
				best = j;
		double swap = values[i];
		values[i] = values[best];
		values[best] = swap;

		double *to = vectors + i * n, *from = vectors + best * n;
		double greatest = 0;
		for (size_t k = 0; k < n; k++) {
			swap = to[k];
			to[k] = from[k];
			from[k] = swap;
		}
		for (size_t k = 0; k < n; k++)
			if (fabs(to[k]) > fabs(greatest) * (1 + 1e-9))
				greatest = to[k];
		for (size_t k = 0; k < n && greatest < 0; k++)
			to[k] = -to[k];
	}
}

void
dsp_eigen(double *a, size_t n, double *values, double *vectors)
{
	double total = 0;

	memset(vectors, 0, n * n * sizeof(*vectors));
	for (size_t i = 0; i < n; i++)
		vectors[i * n + i] = 1;
	for (size_t i = 0; i < n * n; i++)
		total += a[i] * a[i];
	/* Jacobi converges quadratically: a few sweeps are enough. */
	for (int sweep = 0; sweep < 50; sweep++) {
		double off = 0;

		for (size_t p = 0; p < n; p++)
			for (size_t q = p + 1; q < n; q++)
				off += a[p * n + q] * a[p * n + q];
		if (off <= 1e-30 * total)
			break;
		for (size_t p = 0; p < n; p++)
			for (size_t q = p + 1; q < n; q++)
				if (a[p * n + q] != 0)
					rotate(a, vectors, n, p, q);
	}
	for (size_t i = 0; i < n; i++)
		values[i] = a[i * n + i];
	put_in_order(values, vectors, n);
}

/* Gaussian elimination with partial pivoting on ${n} rows of n + 1 entries. */
static bool
solve(double m[][DSP_COLUMNS_MAX + 1], size_t n, double *x)
{
	for (size_t k = 0; k < n; k++) {
		size_t pivot = k;

		for (size_t i = k + 1; i < n; i++)
			if (fabs(m[i][k]) > fabs(m[pivot][k]))
				pivot = i;
		if (!(fabs(m[pivot][k]) > 1e-300))
			return false;
		for (size_t j = k; j <= n; j++) {
			double swap = m[k][j];

			m[k][j] = m[pivot][j];
			m[pivot][j] = swap;
		}
		for (size_t i = k + 1; i < n; i++) {
			double part = m[i][k] / m[k][k];

			for (size_t j = k; j <= n; j++)
				m[i][j] -= part * m[k][j];
		}
	}
	for (size_t k = n; k-- > 0;) {
		x[k] = m[k][n];
		for (size_t j = k + 1; j < n; j++)
			x[k] -= m[k][j] * x[j];
		x[k] /= m[k][k];
	}
	return true;
}

bool
dsp_least_squares(const double *const *a, size_t columns, const double *b,
    size_t rows, double ridge, double *c)
{
	double m[DSP_COLUMNS_MAX][DSP_COLUMNS_MAX + 1], trace = 0;

	if (columns == 0 || columns > DSP_COLUMNS_MAX)
		return false;
	for (size_t i = 0; i < columns; i++) {
		for (size_t j = 0; j <= columns; j++) {
			const double *y = j < columns ? a[j] : b;

			m[i][j] = 0;
			for (size_t r = 0; r < rows; r++)
				m[i][j] += a[i][r] * y[r];
		}
		trace += m[i][i];
	}
	for (size_t i = 0; i < columns; i++)
		m[i][i] += ridge * trace / (double)columns;
	return solve(m, columns, c);
}
