#include <stdbool.h>

#include "beats/frame_clock.h"
#include "check.h"
#include "pulse.h"

#define N 1800

static double given[N], truth[N], out[N], x[N];

static double
rms(const double *a, const double *b, size_t n)
{
	double mean = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		mean += (a[i] - b[i]) / (double)n;
	for (size_t i = 0; i < n; i++)
		sum += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
	return sqrt(sum / (double)n);
}

/* A camera of 30 frames a second that leaves out one in 25, whose frames
 * arrive up to 60 ms late, in order. */
static void
arrivals(double most)
{
	uint64_t seed = 3;
	double tick = 0;

	for (size_t i = 0; i < N; i++) {
		truth[i] = tick / 30;
		tick += 1 + (noise_uniform(&seed) > 0.92);
		given[i] = truth[i] + most * fabs(noise_uniform(&seed));
		if (i > 0 && given[i] <= given[i - 1])
			given[i] = given[i - 1] + 0.001;
	}
}

static void
test_arrivals(void)
{
	double period, before, after;
	struct err err;

	arrivals(0.05);
	before = rms(given, truth, N);
	CHECK(frame_clock_recover(given, N, out, &period, &err) == 0,
	    "times of arrival");
	after = rms(out, truth, N);
	CHECK_NEAR(period, 1 / 30.0, 1e-4, "a camera of 30 a second");
	CHECK(before > 0.012, "the jitter is more than 12 ms");
	CHECK(after < 0.4 * before, "most of which is taken off");
	for (size_t i = 1; i < N; i++) {
		if (out[i] <= out[i - 1]) {
			CHECK(false, "times rise");
			return;
		}
	}
	CHECK(true, "times rise");
}

static void
test_even(void)
{
	double period;
	struct err err;

	for (size_t i = 0; i < N; i++)
		given[i] = round((double)i * 1000 / 30) / 1000;
	CHECK(frame_clock_recover(given, N, out, &period, &err) == 0,
	    "times in whole milliseconds");
	CHECK(period == 0 && memcmp(given, out, sizeof(out)) == 0,
	    "come out as they are");
	CHECK(frame_clock_recover(given, 63, out, &period, &err) == 0 &&
		period == 0,
	    "63 frames show no clock");
	CHECK(frame_clock_recover(given, 0, out, &period, &err) == 0,
	    "nor do none");
}

/* Samples of a smooth curve: the times at which they were taken are the ones
 * that leave it smooth. */
static void
test_roughness(void)
{
	double right = 0, wrong = 0;
	struct err err;

	arrivals(0.05);
	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * 3.14159 * 1.2 * truth[i]);
	CHECK(frame_clock_roughness(truth, x, N, &right, &err) == 0 &&
		frame_clock_roughness(given, x, N, &wrong, &err) == 0,
	    "roughness");
	CHECK(right < wrong / 5, "tells the right times from the wrong");
	CHECK(
	    frame_clock_roughness(truth, x, 7, &right, &err) == 0 && right == 0,
	    "seven samples show none");
}

int
main(void)
{
	test_arrivals();
	test_even();
	test_roughness();
	return check_done();
}
