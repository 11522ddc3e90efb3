/* Breathing: nothing is made up where there are no samples. */
#include "check.h"
#include "pulse.h"
#include "readings/confidence.h"
#include "readings/respiration.h"

#define RATE 30.0
#define N 2700 /* 90 s */

static double t[N], level[N], height[N];

/* The breath of 14 /min in the level of the light and the height of the face,
 * seen from ${late} s on, but not between ${hole} and ${hole} + 5 s.  Return
 * the confidence. */
static double
breathe(struct respiration *r, double late, double hole)
{
	const struct beats beats = {.rate = (double)NAN};
	const struct signal_wave wave = {.rate = 60};
	struct signal_colour colour = {t, level, level, level, 0};
	struct signal_series motion = {t, height, 0};
	uint64_t seed = 3;
	struct err err;

	for (size_t i = 0; i < N; i++) {
		double at = (double)i / RATE;
		double breath = sin(2 * 3.14159265358979 * 14 / 60 * at);
		double noise = noise_gauss(&seed);

		if (at < late || (at >= hole && at < hole + 5))
			continue;
		t[colour.n] = at;
		level[colour.n] = 120 + 0.01 * at + 0.5 * breath + noise;
		height[colour.n++] = 0.9 + 0.002 * breath + 0.002 * noise;
	}
	motion.n = colour.n;
	if (respiration_measure(
		r, &beats, &wave, &colour, &motion, 0, 90, &err) != 0)
		exit(1);
	return confidence_respiration(r, r->seconds);
}

int
main(void)
{
	struct respiration r;
	double sure = breathe(&r, 0, 90);

	CHECK_NEAR(r.rate, 14, 0.3, "breathing");
	CHECK(sure > 0.8, "is sure");
	CHECK(breathe(&r, 2, 90) > sure - 0.02,
	    "as sure where the face comes 2 s late");
	CHECK_NEAR(r.rate, 14, 0.3, "and right");
	CHECK_NEAR(r.seconds, 88, 0.1, "its length is that of the samples");
	CHECK(breathe(&r, 30, 90) > sure - 0.02,
	    "as sure where the face comes 30 s late");
	CHECK_NEAR(r.rate, 14, 0.3, "and right");
	CHECK(breathe(&r, 0, 40) > sure - 0.05,
	    "hardly less sure where it is away for 5 s");
	CHECK_NEAR(r.rate, 14, 0.3, "and right");
	breathe(&r, 91, 91);
	CHECK(isnan(r.rate), "without any sample there is no rate");
	return check_done();
}
