#include "check.h"
#include "pulse.h"
#include "readings/transit.h"

enum {
	RATE = 60,
	SECONDS = 30,
	N = RATE * SECONDS,
	BEATS = 64
};

static double upper[N], lower[N], beat[BEATS];
static uint64_t state = 1;

/* Beats every ${period} s, more or less, which reach the lower part ${delay} s
 * later; noise in both. */
static struct transit
measure(double period, double delay, double noise, size_t n)
{
	struct signal_wave u = {0, RATE, upper, n}, l = {0, RATE, lower, n};
	struct beats beats;
	struct transit t;
	size_t count = 0;

	for (double at = 0.3; at < SECONDS && count < BEATS; at += period)
		beat[count++] = at + 0.02 * sin(at);
	for (size_t i = 0; i < N; i++) {
		upper[i] = lower[i] = 0;
		for (size_t k = 0; k < count; k++) {
			upper[i] += pulse_shape((double)i / RATE - beat[k]);
			lower[i] +=
			    pulse_shape((double)i / RATE - beat[k] - delay);
		}
		upper[i] += noise * noise_gauss(&state);
		lower[i] += noise * noise_gauss(&state);
	}
	CHECK(pulse_beats(&beats, beat, count) == 0, "beats");
	CHECK(transit_measure(&t, &u, &l, &beats) == 0, "compared");
	beats_release(&beats);
	return t;
}

static void
known(void)
{
	static const double delays[] = {0, 0.004, 0.03, -0.03, 0.095};
	static const double periods[] = {1.3, 0.85, 0.5};
	char what[80];

	for (size_t d = 0; d < sizeof(delays) / sizeof(delays[0]); d++) {
		for (size_t p = 0; p < sizeof(periods) / sizeof(periods[0]);
		     p++) {
			struct transit t =
			    measure(periods[p], delays[d], 0.02, N);

			snprintf(what, sizeof(what), "%g s, beats of %g s",
			    delays[d], periods[p]);
			CHECK_NEAR(t.seconds, delays[d], 0.002, what);
			CHECK(t.error < 0.004, "certain");
		}
	}
}

/* As often as its error says, the delay is within it. */
static void
honest(void)
{
	int within = 0, given = 0;

	for (int i = 0; i < 40; i++) {
		struct transit t = measure(0.85, 0.02, 0.2, N);

		if (isnan(t.seconds))
			continue;
		given++;
		within += fabs(t.seconds - 0.02) <= 2 * t.error;
	}
	printf("# %d of %d within two errors\n", within, given);
	CHECK(given >= 20, "a noisy pulse is averaged");
	CHECK(within >= given * 95 / 100, "and the error tells of it");
}

static void
absent(void)
{
	struct transit t = measure(0.85, 0.13, 0.02, N);
	struct signal_wave none = {0};
	struct beats beats = {0};

	CHECK(isnan(t.seconds) && t.error < TRANSIT_ERROR_MAX,
	    "no heart makes 0.13 s in a face");
	t = measure(0.85, 0.03, 4, N);
	CHECK(isnan(t.seconds), "nothing in noise");
	t = measure(0.85, 0.03, 0.02, RATE * 12);
	CHECK(isnan(t.seconds) && isnan(t.error), "three stretches");
	t = measure(0.85, 0.03, 0.02, RATE * 25 / 2);
	CHECK_NEAR(t.seconds, 0.03, 0.002, "four stretches");
	CHECK(transit_measure(&t, &none, &none, &beats) == 0, "compared");
	CHECK(isnan(t.seconds) && isnan(t.error), "no waves");
}

int
main(void)
{
	known();
	honest();
	absent();
	return check_done();
}
