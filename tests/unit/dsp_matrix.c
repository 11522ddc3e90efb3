#include "check.h"
#include "dsp/dsp.h"

#include <stdbool.h>

static void
eigen(void)
{
	/* Eigenvalues of the second difference matrix: 2 - 2 cos(k pi/7). */
	double a[36] = {0}, values[6], vectors[36], worst = 0;

	for (size_t i = 0; i < 6; i++) {
		a[i * 6 + i] = 2;
		if (i > 0)
			a[i * 6 + i - 1] = a[(i - 1) * 6 + i] = -1;
	}
	dsp_eigen(a, 6, values, vectors);
	for (size_t k = 0; k < 6; k++) {
		double want = 2 - 2 * cos(DSP_PI * (double)(6 - k) / 7);

		worst = fmax(worst, fabs(values[k] - want));
		for (size_t i = 0; i < 6; i++) {
			const double *v = vectors + k * 6;
			double av = 2 * v[i];

			av -= i > 0 ? v[i - 1] : 0;
			av -= i < 5 ? v[i + 1] : 0;
			worst = fmax(worst, fabs(av - values[k] * v[i]));
		}
	}
	CHECK_NEAR(worst, 0, 1e-12, "eigenvalues and vectors, closed form");
}

static void
solving(void)
{
	double a[9] = {0, 2, 1, 1, 0, 3, 4, 1, 0};
	double b[3] = {7, 10, 6}, x[3]; /* x = 1 2 3 */
	double twice[9] = {1, 2, 3, 2, 4, 6, 0, 0, 1};

	CHECK(dsp_solve3(a, b, x), "solves");
	CHECK_NEAR(
	    fabs(x[0] - 1) + fabs(x[1] - 2) + fabs(x[2] - 3), 0, 1e-12, "3x3");
	CHECK(!dsp_solve3(twice, b, x), "a singular matrix is refused");
}

static void
squares(void)
{
	double one[50], t[50], tt[50], y[50], c[3];
	const double *a[3] = {one, t, tt};

	for (size_t i = 0; i < 50; i++) {
		one[i] = 1;
		t[i] = (double)i / 50;
		tt[i] = t[i] * t[i];
		y[i] = 3 - 2 * t[i] + 5 * tt[i];
	}
	CHECK(dsp_least_squares(a, 3, y, 50, 0, c), "least squares");
	CHECK_NEAR(c[0], 3, 1e-9, "constant");
	CHECK_NEAR(c[1], -2, 1e-9, "slope");
	CHECK_NEAR(c[2], 5, 1e-9, "bend");
	CHECK(!dsp_least_squares(a, 0, y, 50, 0, c), "no columns");
}

int
main(void)
{
	eigen();
	solving();
	squares();
	return check_done();
}
