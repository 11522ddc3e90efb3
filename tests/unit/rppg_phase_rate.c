#include "check.h"
#include "noise.h"
#include "rppg/engine.h"
#include "rppg/phase_rate.h"

#include "dsp/dsp.h"

enum {
	SECONDS = 24,
	N = SECONDS * 60
};

static double wave[N];

/* A pulse that goes from ${from} to ${to}, /min, evenly, in noise. */
static void
make(double from, double to, double rough)
{
	for (int i = 0; i < N; i++) {
		double t = i / RPPG_GRID;
		double cycles =
		    (from * t + 0.5 * (to - from) * t * t / SECONDS) / 60;

		wave[i] = sin(2 * DSP_PI * cycles) +
		    0.4 * sin(4 * DSP_PI * cycles + 1) + rough * noise();
	}
}

/* The windows' rates are off, now above, now below. */
static size_t
course(double from, double to, double off, struct rate_point p[])
{
	size_t n = 0;

	for (double t = 5; t <= SECONDS - 5; t++, n++)
		p[n] = (struct rate_point){t,
		    from + (to - from) * t / SECONDS +
			(n % 4 < 2 ? off : -off)};
	return n;
}

static void
steady(void)
{
	static const double rates[] = {42, 72.3, 131.7, 200};
	struct rate_point p[SECONDS];
	char name[80];

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		double rate = rates[i] + 2.5;
		size_t n = course(rate, rate, 1, p);

		make(rates[i], rates[i], 3);
		snprintf(name, sizeof(name), "%g /min in noise", rates[i]);
		CHECK(phase_rate_mean(wave, N, 0, p, n, &rate) == 0, name);
		CHECK_NEAR(rate, rates[i], 0.3, name);
	}
}

static void
changing(void)
{
	struct rate_point p[SECONDS];
	size_t n = course(60, 100, 1, p);
	double rate = 83;

	make(60, 100, 1);
	CHECK(phase_rate_mean(wave, N, 0, p, n, &rate) == 0, "a rise");
	CHECK_NEAR(rate, 80, 0.5, "the mean of a rise from 60 to 100");
	n = course(70, 70, 0, p);
	make(72, 72, 1);
	for (size_t i = 0; i < n / 2; i++)
		p[i].rate = 90;
	rate = 72.5;
	CHECK(phase_rate_mean(wave, N, 0, p, n, &rate) == 0, "a wrong course");
	CHECK_NEAR(rate, 72, 0.3, "where the course errs, the mean rate leads");
}

/* Two runs, whose phases have nothing to do with each other. */
static void
broken(void)
{
	struct rate_point p[SECONDS];
	size_t n = course(72, 72, 1, p);
	double rate = 73;

	make(72, 72, 1);
	for (int i = 10 * 60; i < 13 * 60 + 25; i++)
		wave[i] = 0;
	for (int i = 14 * 60; i + 25 < N; i++)
		wave[i] = wave[i + 25];
	CHECK(phase_rate_mean(wave, N - 25, 0, p, n, &rate) == 0, "a gap");
	CHECK_NEAR(rate, 72, 0.5, "the mean of two runs");
}

static void
little(void)
{
	struct rate_point p = {2, 80};
	double rate = 81;

	make(72, 72, 0);
	CHECK(phase_rate_mean(wave, 239, 0, &p, 1, &rate) == 0, "under 4 s");
	CHECK_NEAR(rate, 81, 0, "under 4 s the rate is left alone");
	CHECK(phase_rate_mean(wave, 240, 0, &p, 0, &rate) == 0, "no course");
	CHECK_NEAR(rate, 81, 0, "without a course the rate is left alone");
	CHECK(phase_rate_mean(wave, 240, 0, &p, 1, &rate) == 0, "4 s");
	CHECK(rate < 79, "4 s are enough");
	for (int i = 0; i < N; i++)
		wave[i] = 0;
	rate = 81;
	CHECK(phase_rate_mean(wave, N, 0, &p, 1, &rate) == 0, "no wave");
	CHECK_NEAR(rate, 81, 0, "without a wave the rate is left alone");
}

int
main(void)
{
	steady();
	changing();
	broken();
	little();
	return check_done();
}
