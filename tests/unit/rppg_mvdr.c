#include "check.h"
#include "noise.h"
#include "rppg/mvdr.h"

enum {
	N = POWER_WINDOW
};
static const double pulse_rate = 75, other_rate = 112;

static double truth[N], other[N], wave[N], likelihood[POWER_RATES];
static double colour[MVDR_COLOURS][N];
static struct mvdr m;
static struct power_plan plan;
static const double level[3] = {180, 120, 95};
static const double signature[3] = {0.33, 0.77, 0.53};
static const double luma[3] = {0.299, 0.587, 0.114};

/* How a group of patches shows a pulse of 0.4 % and what else there is. */
struct scene {
	double light; /* share by which all colours change at other_rate */
	double noise; /* steps, of each colour */
	bool coded;   /* only luma survives */
	double shade; /* share by which all colours change, at random */
};

static void
add(const struct scene *v)
{
	for (int i = 0; i < N; i++) {
		double y = 0, shade = v->shade * noise();

		for (int c = 0; c < 3; c++) {
			colour[c][i] = level[c] *
				(1 - 0.004 * signature[c] * truth[i]) *
				(1 + v->light * other[i] + shade) +
			    v->noise * noise();
			y += luma[c] * (colour[c][i] - level[c]);
		}
		for (int c = 0; c < 3 && v->coded; c++)
			colour[c][i] = level[c] + y;
	}
	CHECK(mvdr_add(&m, &plan, colour) == 0, "a group of patches");
}

static double
bin_of(double rate)
{
	return rate / 60 / POWER_STEP;
}

/* The bin with the most votes. */
static int
elected(void)
{
	int best = 0;

	mvdr_close(&m, &plan);
	mvdr_log_likelihood(&m, likelihood);
	for (int k = 0; k < POWER_RATES; k++)
		if (likelihood[k] > likelihood[best])
			best = k;
	return best + POWER_LOW;
}

static double
likeness(void)
{
	if (!mvdr_wave(&m, (int)lrint(bin_of(pulse_rate)), wave))
		return -2;
	return dsp_correlation(wave + 60, truth + 60, N - 120);
}

/*
 * Shading changes all colours by a share, 40 times as strong as the pulse: the
 * weights that cancel it are those whose sum is 0, and what they leave is the
 * pulse.  A loading of a tenth of its power forbids them.
 */
static void
check_moving(void)
{
	static const struct scene shaded = {.noise = 0.05, .shade = 0.3};
	double still;

	mvdr_clear(&m, N);
	mvdr_set_movement(&m, 0.001);
	CHECK_NEAR(m.loading, 0.1, 1e-9, "a face that is still");
	noise_state = 1;
	add(&shaded);
	(void)elected();
	still = likeness();
	mvdr_clear(&m, N);
	mvdr_set_movement(&m, 0.05);
	CHECK_NEAR(m.loading, 0.01, 1e-9, "a face that moves");
	noise_state = 1;
	add(&shaded);
	CHECK_NEAR(elected(), bin_of(pulse_rate), 1, "the pulse under shading");
	CHECK(likeness() > still + 0.1, "and its wave, better than before");
	mvdr_clear(&m, N);
	mvdr_set_movement(&m, 0.003 * sqrt(2));
	CHECK_NEAR(m.loading, 0.1 / sqrt(10), 1e-9, "half way between them");
	mvdr_set_movement(&m, 0);
	CHECK_NEAR(m.loading, 0.1, 1e-9, "no face at all");
}

/* What is blood and what is light, at the rate of each. */
static void
check_shading(void)
{
	const struct scene lit = {.light = 0.02, .noise = 0.01};
	const struct scene dark = {.noise = 0.01};

	mvdr_clear(&m, N);
	CHECK_NEAR(mvdr_shading(&m, 40), 0, 0, "no group shows any");
	for (int k = 0; k < 3; k++)
		add(k == 2 ? &dark : &lit);
	mvdr_close(&m, &plan);
	CHECK(mvdr_shading(&m, (int)lrint(bin_of(pulse_rate))) < 0.05,
	    "a pulse is no shading");
	CHECK_NEAR(mvdr_shading(&m, (int)lrint(bin_of(other_rate))), 0.57, 0.02,
	    "light in most of the groups is");
	mvdr_clear(&m, N);
	for (int k = 0; k < 3; k++)
		add(k == 2 ? &lit : &dark);
	mvdr_close(&m, &plan);
	CHECK(mvdr_shading(&m, (int)lrint(bin_of(pulse_rate))) < 0.05,
	    "nor is it beside light");
}

int
main(void)
{
	static const struct scene lit = {.light = 0.006, .noise = 0.2};
	static const struct scene coded = {.noise = 0.2, .coded = true};
	static const struct scene clear = {.noise = 0.2}, poor = {.noise = 2};
	static struct power light;
	double alone;

	for (int i = 0; i < N; i++) {
		double t = i / RPPG_GRID;

		truth[i] = sin(2 * DSP_PI * pulse_rate / 60 * t) +
		    0.3 * sin(4 * DSP_PI * pulse_rate / 60 * t);
		other[i] = sin(2 * DSP_PI * other_rate / 60 * t);
	}
	CHECK(power_plan_init(&plan) == 0, "a plan");

	mvdr_clear(&m, N);
	add(&lit);
	CHECK_NEAR(elected(), bin_of(pulse_rate), 1,
	    "the pulse wins over light that is twice as strong");
	CHECK(likeness() > 0.8, "and its wave has little of it");

	mvdr_clear(&m, N);
	add(&lit);
	(void)elected();
	alone = likelihood[lrint(bin_of(other_rate)) - POWER_LOW];
	mvdr_clear(&m, N);
	add(&lit);
	for (int i = 0; i < N; i++)
		wave[i] = 10 * lit.light * other[i];
	CHECK(power_raw(&plan, wave, N, &light) == 0, "a reference");
	mvdr_set_reference(&m, &light);
	CHECK_NEAR(elected(), bin_of(pulse_rate), 1, "the pulse still wins");
	CHECK(likelihood[lrint(bin_of(other_rate)) - POWER_LOW] < 0.5 * alone,
	    "what a background shows counts less");

	mvdr_clear(&m, N);
	add(&coded);
	CHECK_NEAR(elected(), bin_of(pulse_rate), 1,
	    "a pulse of which the coder left luma alone");
	CHECK(likeness() > 0.98, "and its wave");

	mvdr_clear(&m, N);
	add(&clear);
	(void)elected();
	alone = likeness();
	mvdr_clear(&m, N);
	add(&poor);
	add(&clear);
	(void)elected();
	CHECK_NEAR(likeness(), alone, 0.02, "a poor group does no harm");

	mvdr_clear(&m, N);
	(void)elected();
	CHECK(!mvdr_wave(&m, 40, wave) && wave[0] == 0, "no group: no wave");

	mvdr_clear(&m, N);
	for (int k = 0; k < MVDR_GROUPS; k++)
		add(&(const struct scene){.noise = 0});
	CHECK_NEAR(elected(), bin_of(pulse_rate), 1,
	    "all groups alike, without any noise");
	check_moving();
	check_shading();
	power_plan_release(&plan);
	return check_done();
}
