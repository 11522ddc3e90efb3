/* The heart that does not exist: its rates, its variability, its wave. */
#include "synth/pulse.h"

#include "check.h"

static struct synth_spec
spec(double seconds, double rate, double hrv, int64_t seed)
{
	struct synth_spec s;

	synth_spec_init(&s);
	s.seconds = seconds;
	s.hrv = hrv;
	s.seed = seed;
	synth_profile_constant(&s.rate, rate);
	return s;
}

static void
rates(void)
{
	static const double rate[] = {20, 42, 55, 72, 96, 130, 170, 200, 250};
	struct synth_summary sum;
	char name[64];

	for (size_t i = 0; i < sizeof(rate) / sizeof(rate[0]); i++) {
		struct synth_spec s = spec(120, rate[i], -1, (int64_t)i);
		struct synth_pulse *p = synth_pulse_new(&s);

		synth_pulse_summary(p, &sum);
		snprintf(name, sizeof(name), "mean rate at %g", rate[i]);
		CHECK_NEAR(sum.heart_rate, rate[i], 0.01 * rate[i], name);
		snprintf(name, sizeof(name), "beats at %g", rate[i]);
		CHECK_NEAR((double)sum.beats, 2 * rate[i], 2, name);
		CHECK_NEAR(sum.breathing, 15, 1, "breaths a minute");
		synth_pulse_free(p);
	}
}

static void
variability(void)
{
	static const double hrv[] = {10, 30, 60, 100};
	struct synth_summary sum;
	char name[64];

	for (size_t i = 0; i < 4; i++) {
		struct synth_spec s = spec(600, 66, hrv[i], 7);
		struct synth_pulse *p = synth_pulse_new(&s);

		synth_pulse_summary(p, &sum);
		snprintf(name, sizeof(name), "SDNN of %g ms", hrv[i]);
		CHECK_NEAR(sum.sdnn, hrv[i], 0.12 * hrv[i], name);
		CHECK(sum.rmssd > 0.4 * hrv[i] && sum.rmssd < 1.6 * hrv[i],
		    "RMSSD is of the same order");
		synth_pulse_free(p);
	}
	{
		struct synth_spec s = spec(60, 75, 0, 1);
		struct synth_pulse *p = synth_pulse_new(&s);

		synth_pulse_summary(p, &sum);
		CHECK_NEAR(sum.heart_rate, 75, 1e-6, "no variability: rate");
		CHECK_NEAR(sum.sdnn, 0, 1e-6, "no variability: SDNN");
		CHECK_NEAR(sum.rmssd, 0, 1e-6, "no variability: RMSSD");
		synth_pulse_free(p);
	}
}

static void
wave(void)
{
	static const double rate[] = {42, 72, 130, 200};

	for (size_t i = 0; i < 4; i++) {
		struct synth_spec s = spec(60, rate[i], 0, 1);
		struct synth_pulse *p;
		double low = HUGE_VAL, high = -HUGE_VAL, sum = 0, v, best = 0;
		const double *beat;
		size_t n;

		s.breathing_depth = 0;
		p = synth_pulse_new(&s);
		for (int k = 0; k < 60000; k++) {
			v = synth_pulse_at(p, k / 1000.0);
			low = fmin(low, v);
			high = fmax(high, v);
			sum += v;
		}
		CHECK_NEAR(high - low, 1, 0.01, "one, peak to peak");
		CHECK_NEAR(sum / 60000, 0, 0.01, "mean near nothing");
		beat = synth_pulse_beats(p, &n);
		for (double d = -0.1; d < 0.1; d += 0.001) {
			if (synth_pulse_at(p, beat[n / 2] + d) >
			    synth_pulse_at(p, beat[n / 2] + best))
				best = d;
		}
		CHECK_NEAR(best, 0, rate[i] > 100 ? 0.03 : 0.012,
		    "a beat is where the peak is");
		synth_pulse_free(p);
	}
}

/* Intervals of the wave's peaks are those of the beats: nothing in the shape
 * moves them, or heart rate variability could not be measured back. */
static void
peaks(void)
{
	struct synth_spec s = spec(120, 65, 50, 3);
	struct synth_pulse *p = synth_pulse_new(&s);
	double worst = 0, shift = 0;
	const double *beat;
	size_t n;

	beat = synth_pulse_beats(p, &n);
	for (size_t i = 1; i + 1 < n; i++) {
		double best = 0, d;

		for (d = -0.05; d < 0.05; d += 0.0005) {
			if (synth_pulse_at(p, beat[i] + d) >
			    synth_pulse_at(p, beat[i] + best))
				best = d;
		}
		worst = i == 1 ? 0 : fmax(worst, fabs(best - shift));
		shift = best;
	}
	CHECK(worst < 0.004, "peaks keep the beats' intervals within 4 ms");
	synth_pulse_free(p);
}

static void
profiles(void)
{
	struct synth_spec s = spec(40, 60, 0, 1);
	struct synth_profile c;
	struct synth_pulse *p;
	struct err err;

	CHECK(synth_profile_parse("60@0,90@20", 20, 250, &s.rate, &err) == 0,
	    "reads a profile");
	CHECK_NEAR(synth_profile_at(&s.rate, -1), 60, 0, "level before");
	CHECK_NEAR(synth_profile_at(&s.rate, 10), 75, 1e-12, "linear between");
	CHECK_NEAR(synth_profile_at(&s.rate, 99), 90, 0, "level behind");
	p = synth_pulse_new(&s);
	CHECK_NEAR(synth_pulse_rate_between(p, 0, 20), 75, 0.6, "first half");
	CHECK_NEAR(synth_pulse_rate_between(p, 25, 40), 90, 0.6, "then");
	synth_pulse_free(p);
	CHECK(synth_profile_parse("72", 20, 250, &c, &err) == 0 && c.count == 1,
	    "one value");
	CHECK(synth_profile_parse("19", 20, 250, &c, &err) != 0, "too low");
	CHECK(synth_profile_parse("251", 20, 250, &c, &err) != 0, "too high");
	CHECK(synth_profile_parse("", 20, 250, &c, &err) != 0, "nothing");
	CHECK(synth_profile_parse("60,70", 20, 250, &c, &err) != 0, "no times");
	CHECK(synth_profile_parse("60@0,70@0", 20, 250, &c, &err) != 0,
	    "the same time twice");
	CHECK(synth_profile_parse("60@0,", 20, 250, &c, &err) != 0,
	    "a comma at the end");
	CHECK(synth_profile_parse("60@x", 20, 250, &c, &err) != 0, "no time");
	CHECK(synth_profile_parse("60@1e9", 20, 250, &c, &err) != 0,
	    "a time that is too late");
}

static void
bounds(void)
{
	char text[SYNTH_PROFILE_MAX * 8 + 16] = "";
	struct synth_profile c;
	struct err err;
	size_t n = 0;

	for (int i = 0; i < SYNTH_PROFILE_MAX; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s60@%d", i > 0 ? "," : "", i);
	CHECK(synth_profile_parse(text, 20, 250, &c, &err) == 0 &&
		c.count == SYNTH_PROFILE_MAX,
	    "as many points as fit");
	snprintf(text + n, sizeof(text) - n, ",60@%d", SYNTH_PROFILE_MAX);
	CHECK(synth_profile_parse(text, 20, 250, &c, &err) != 0, "one more");
	CHECK_TEXT(err.text, "more than 64 points", "says so");
}

static void
repeats(void)
{
	struct synth_spec s = spec(30, 80, -1, 5);
	struct synth_pulse *a = synth_pulse_new(&s), *b = synth_pulse_new(&s);
	struct synth_pulse *c;
	size_t n, m;
	const double *x = synth_pulse_beats(a, &n);
	const double *y = synth_pulse_beats(b, &m);

	CHECK(n == m && memcmp(x, y, n * sizeof(*x)) == 0,
	    "the same seed gives the same beats");
	s.seed = 6;
	c = synth_pulse_new(&s);
	y = synth_pulse_beats(c, &m);
	CHECK(x[1] < y[1] || x[1] > y[1], "another seed gives others");
	synth_pulse_free(a);
	synth_pulse_free(b);
	synth_pulse_free(c);
	synth_pulse_free(NULL);
}

int
main(void)
{
	rates();
	variability();
	wave();
	peaks();
	profiles();
	bounds();
	repeats();
	return check_done();
}
