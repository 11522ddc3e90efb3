#include <stdbool.h>

#include "beats/beats.h"
#include "check.h"
#include "pulse.h"

#define RATE 60.0
#define N 3600 /* one minute */
#define START 100.0

static double wave[N];

/* Fill the wave; how many beats lie in it. */
static size_t
fill(const double *beat, size_t n, double noise)
{
	uint64_t seed = 7;

	for (size_t i = 0; i < N; i++)
		wave[i] = pulse_at((double)i / RATE, beat, n) +
		    noise * noise_gauss(&seed);
	return n;
}

/* Beats from the start on with the intervals ${f} gives, up to 59 s. */
static size_t
train(double *beat, double (*f)(size_t))
{
	size_t n = 0;

	for (double t = 0.7; t < 59; t += f(n++))
		beat[n] = t;
	return n;
}

static double
steady(size_t i)
{
	(void)i;
	return 0.8;
}

/* 0.86 s with breath of 12 a minute and some randomness. */
static double
living(size_t i)
{
	static uint64_t seed;

	if (i == 0)
		seed = 11;
	return 0.86 +
	    0.05 * sin(2 * 3.14159265358979 * 0.2 * 0.86 * (double)i) +
	    0.02 * noise_gauss(&seed);
}

static double
fast(size_t i)
{
	(void)i;
	return 60.0 / 200;
}

static double
slow(size_t i)
{
	(void)i;
	return 60.0 / 38;
}

static const struct signal_wave *
the_wave(void)
{
	static const struct signal_wave w = {START, RATE, wave, N};

	return &w;
}

/* The greatest error of the intervals, in ms, and whether the beats are as
 * many; the first and the last may be missing. */
static double
worst(const struct beats *b, const double *beat, size_t n, size_t *lost)
{
	double most = 0;
	size_t k = 0, found = 0;

	for (size_t i = 0; i + 1 < b->count; i++) {
		double t = b->beat[i].time - START;

		while (k + 2 < n && beat[k] < t - 0.25)
			k++;
		if (fabs(beat[k] - t) > 0.25)
			continue;
		found++;
		/* The filter has not settled at the very ends. */
		if (i == 0 || i + 2 >= b->count)
			continue;
		most = fmax(most,
		    fabs(b->interval[i].seconds - (beat[k + 1] - beat[k])));
	}
	*lost = n - 1 - found;
	return 1000 * most;
}

static void
check_train(double (*f)(size_t), double hint, double noise, double most_ms,
    const char *what)
{
	double beat[400], off, mean;
	size_t n = fill(beat, train(beat, f), noise), lost;
	struct beats b;
	struct err err;

	CHECK(beats_find(&b, the_wave(), hint, NULL, 0, &err) == 0, what);
	off = worst(&b, beat, n, &lost);
	mean = 60 * (double)(n - 1) / (beat[n - 1] - beat[0]);
	CHECK_NEAR(b.rate, mean, 0.3, "the rate is that of the beats");
	CHECK(lost <= 2, "no beat is lost but at the ends");
	CHECK_NEAR(off, 0, most_ms, "intervals to a small part of a frame");
	CHECK(b.regular > 0.95, "all intervals are normal");
	beats_release(&b);
}

static void
test_trains(void)
{
	check_train(steady, 0, 0, 1, "a steady train");
	check_train(steady, 75, 0, 1, "a steady train whose rate is known");
	check_train(living, 0, 0, 2, "a train that breathes");
	check_train(living, 0, 0.02, 12, "one with noise");
	check_train(fast, 200, 0, 6, "200 a minute");
	check_train(slow, 0, 0, 2, "38 a minute");
}

/* Remove beat ${k} of a living train: the interval is marked, the rate is as
 * before. */
static void
test_missed(void)
{
	double beat[400], full;
	size_t n = train(beat, living), missed = 0, others = 0;
	struct beats b;
	struct err err;

	full = 60 * (double)(n - 1) / (beat[n - 1] - beat[0]);
	for (size_t i = 30; i + 1 < n; i++)
		beat[i] = beat[i + 1];
	fill(beat, n - 1, 0);
	CHECK(beats_find(&b, the_wave(), 0, NULL, 0, &err) == 0,
	    "a beat is missing");
	/* It is one long interval, or two around something like a beat. */
	for (size_t i = 0; i + 2 < b.count; i++) {
		double at = b.beat[i].time - START;

		if (b.interval[i].label != INTERVAL_NORMAL &&
		    at > beat[29] - 0.5 && at < beat[30] - 0.1)
			missed++;
		else
			others += b.interval[i].label != INTERVAL_NORMAL;
	}
	CHECK(missed == 1 || missed == 2, "what is there instead is marked");
	CHECK(others == 0, "nothing else is");
	CHECK(b.count >= n - 3, "and it stays in the list");
	CHECK_NEAR(b.rate, full, 0.3, "the rate counts the beat");
	beats_release(&b);
}

static void
test_gap(void)
{
	static const double gap[][2] = {{START + 20, START + 24}};
	double beat[400];
	size_t n = fill(beat, train(beat, steady), 0), marked = 0;
	struct beats b;
	struct err err;

	(void)n;
	CHECK(beats_find(&b, the_wave(), 0, gap, 1, &err) == 0,
	    "samples are made up for a while");
	for (size_t i = 0; i + 1 < b.count; i++) {
		/* A beat beside it is partly made up as well. */
		bool inside = b.beat[i].time < START + 24.25 &&
		    b.beat[i + 1].time > START + 19.75;

		if ((b.interval[i].label == INTERVAL_GAP) == inside)
			marked++;
	}
	CHECK(marked + 1 == b.count, "those intervals and no others say so");
	beats_release(&b);
}

static void
test_judge(void)
{
	/* An early beat with its pause, one that is split, one missed. */
	static const struct {
		size_t at;
		double step;
		enum interval_label label;
	} odd[] = {
	    {10, 0.5, INTERVAL_ECTOPIC},
	    {11, 1.12, INTERVAL_ECTOPIC},
	    {25, 0.3, INTERVAL_EXTRA},
	    {26, 0.5, INTERVAL_EXTRA},
	    {40, 1.63, INTERVAL_MISSED},
	    {50, 2.5, INTERVAL_MISSED},
	    {55, 1.2, INTERVAL_OUTLIER},
	};
	double time[60], t = 0;
	enum interval_label want[60] = {INTERVAL_NORMAL};
	struct beats b;
	size_t wrong = 0;

	for (size_t i = 0; i < 60; i++) {
		double step = 0.8 + 0.01 * (double)(i % 3);

		time[i] = t;
		want[i] = INTERVAL_NORMAL;
		for (size_t j = 0; j < sizeof(odd) / sizeof(odd[0]); j++) {
			if (odd[j].at != i)
				continue;
			step = odd[j].step;
			want[i] = odd[j].label;
		}
		t += step;
	}
	CHECK(pulse_beats(&b, time, 60) == 0, "beats");
	for (size_t i = 0; i < 59; i++) {
		wrong += b.interval[i].label != want[i];
		if (b.interval[i].label != want[i])
			printf("# interval %zu is labelled %d, not %d\n", i,
			    (int)b.interval[i].label, (int)want[i]);
	}
	CHECK(wrong == 0, "each interval is labelled with its reason");
	CHECK(b.normal == 52, "the others are normal");
	CHECK_NEAR(b.rate, 60 / 0.81, 0.5, "the rate is that of the normal");
	beats_release(&b);
}

static void
test_bounds(void)
{
	struct signal_wave w = *the_wave();
	struct beats b;
	struct err err;

	w.n = 0;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == 0 && b.count == 0 &&
		isnan(b.rate),
	    "no wave, no beats");
	w.n = 100;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == 0 && b.count == 0,
	    "two seconds are too short");
	beats_release(&b);
	for (size_t i = 0; i < N; i++)
		wave[i] = 5;
	w.n = N;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == 0 && b.count == 0,
	    "a flat wave has no beats");
	beats_release(&b);
	w.rate = 3;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == -1,
	    "3 samples a second are refused");
	w.rate = RATE;
	wave[7] = (double)NAN;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == -1, "NaN is refused");
	wave[7] = 0;
	w.rate = 4;
	w.n = N;
	CHECK(beats_find(&b, &w, 0, NULL, 0, &err) == 0,
	    "4 samples a second are taken");
	beats_release(&b);
}

/* Twenty minutes: blocks must neither lose nor double a beat. */
static void
test_long(void)
{
	const size_t n = (size_t)(1200 * 30);
	double *x = calloc(n, sizeof(*x)), *beat = calloc(3000, sizeof(*beat));
	size_t beats = 0, wrong = 0;
	struct beats b;
	struct err err;

	if (x == NULL || beat == NULL)
		exit(1);
	for (double t = 0.5; t < 1199; beats++) {
		beat[beats] = t;
		t += 0.75 + 0.1 * sin(t / 40);
	}
	for (size_t i = 0, k = 0; i < n; i++) {
		double t = (double)i / 30;

		while (k + 1 < beats && beat[k] < t - 2)
			k++;
		x[i] = pulse_at(t, beat + k, beats - k < 8 ? beats - k : 8);
	}
	CHECK(beats_find(&b, &(struct signal_wave){0, 30, x, n}, 0, NULL, 0,
		  &err) == 0,
	    "twenty minutes");
	CHECK(b.count + 2 >= beats && b.count <= beats,
	    "as many beats as there were");
	for (size_t i = 0; i + 1 < b.count; i++)
		wrong += b.interval[i].label != INTERVAL_NORMAL;
	CHECK(wrong == 0, "and all are normal");
	beats_release(&b);
	free(x);
	free(beat);
}

int
main(void)
{
	test_trains();
	test_missed();
	test_gap();
	test_judge();
	test_bounds();
	test_long();
	return check_done();
}
