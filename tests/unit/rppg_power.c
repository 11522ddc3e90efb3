#include "check.h"
#include "noise.h"
#include "rppg/power.h"

enum {
	N = POWER_WINDOW
};

/* The rate, /min, that explains best what moves at ${rate} with the amplitude
 * ${first} and at twice that with ${second}, in a little noise. */
static double
best(struct power_plan *plan, double rate, double first, double second)
{
	double x[N], explained;
	struct power s;

	for (int i = 0; i < N; i++) {
		double phase = 2 * DSP_PI * rate / 60 * i / RPPG_GRID;

		x[i] = first * sin(phase) + second * sin(2 * phase + 1) +
		    0.3 * noise();
	}
	if (power_raw(plan, x, N, &s) != 0)
		return 0;
	power_normalise(plan, &s);
	return power_best(&s, power_lobe(N), &explained) * POWER_STEP * 60;
}

int
main(void)
{
	struct power_plan plan;
	double rate;

	CHECK(power_plan_init(&plan) == 0, "a plan");
	rate = best(&plan, 72, 1, 0);
	CHECK_NEAR(rate, 72, 1.8, "a sine");
	rate = best(&plan, 72, 1, 0.8);
	CHECK_NEAR(rate, 72, 1.8, "with the second harmonic of a pulse");
	/* What coders leave at half the rate of a fast pulse: the pulse is not
	 * its harmonic. */
	rate = best(&plan, 90, 0.7, 1);
	CHECK_NEAR(rate, 180, 1.8, "noise at half the rate");
	rate = best(&plan, 60, 0.7, 1);
	CHECK_NEAR(rate, 120, 1.8, "the same of a slower one");
	power_plan_release(&plan);
	return check_done();
}
