#include "check.h"
#include "pulse.h"
#include "readings/confidence.h"
#include "readings/hrv.h"

#define PI 3.14159265358979323846

/* Beats from intervals in ms. */
static void
beats_of(struct beats *b, const double *ms, size_t n)
{
	double time[700], t = 0;

	for (size_t i = 0; i <= n; i++) {
		time[i] = t;
		if (i < n)
			t += ms[i] / 1000;
	}
	if (pulse_beats(b, time, n + 1) != 0)
		exit(1);
}

static void
test_by_hand(void)
{
	/* Mean 812; squares 144+64+324+4+1444+484+1764+784+4+64+64+256. */
	static const double ms[] = {
	    800, 820, 830, 810, 850, 790, 770, 840, 814, 804, 820, 796};
	static const double few[] = {
	    800, 820, 830, 810, 850, 790, 770, 840, 814};
	struct beats b;
	struct hrv h;

	beats_of(&b, ms, 12);
	hrv_measure(&h, &b);
	/* sqrt(5400 / 11); differences 20 10 -20 40 -60 -20 70 -26 -10 16 -24:
	 * squares 13008 over 11; two above 50. */
	CHECK_NEAR(h.sdnn, 22.1565, 1e-3, "SDNN as by hand");
	CHECK_NEAR(h.rmssd, 34.3882, 1e-3, "RMSSD as by hand");
	CHECK_NEAR(h.pnn50, 100 * 2 / 11.0, 1e-9, "pNN50 as by hand");
	CHECK(isnan(h.lf_hf), "no LF/HF of ten seconds");
	beats_release(&b);
	beats_of(&b, few, 9);
	hrv_measure(&h, &b);
	CHECK(isnan(h.sdnn) && isnan(h.rmssd) && isnan(h.pnn50),
	    "nine intervals are too few");
	beats_release(&b);
}

/* A marked interval takes no part, nor do the differences to it. */
static void
test_marked(void)
{
	double ms[40];
	struct beats b;
	struct hrv h, without;

	for (size_t i = 0; i < 40; i++)
		ms[i] = i % 2 ? 810 : 790;
	beats_of(&b, ms, 40);
	hrv_measure(&without, &b);
	beats_release(&b);
	ms[20] = 1600;
	beats_of(&b, ms, 40);
	hrv_measure(&h, &b);
	CHECK(b.interval[20].label == INTERVAL_MISSED, "a missed beat");
	CHECK_NEAR(h.sdnn, without.sdnn, 0.2, "does not count in SDNN");
	CHECK_NEAR(h.rmssd, 20, 1e-6, "nor in RMSSD");
	CHECK_NEAR(h.pnn50, 0, 1e-9, "nor in pNN50");
	beats_release(&b);
}

/* Beside an unclear interval a beat may be another's: its differences do not
 * count, the interval does. */
static void
test_beside_unclear(void)
{
	double ms[40];
	struct beats b;
	struct hrv h;

	for (size_t i = 0; i < 40; i++)
		ms[i] = i % 2 ? 810 : 790;
	ms[19] = 900;
	ms[21] = 720;
	beats_of(&b, ms, 40);
	hrv_measure(&h, &b);
	CHECK(h.rmssd > 35, "two odd intervals show in RMSSD");
	b.interval[20].label = INTERVAL_UNCLEAR;
	hrv_measure(&h, &b);
	CHECK_NEAR(h.rmssd, 20, 1e-6, "but not on both sides of an unclear");
	CHECK_NEAR(h.pnn50, 0, 1e-9, "nor in pNN50");
	CHECK(h.sdnn > 20, "they do in SDNN");
	beats_release(&b);
}

/* Unsure beats add noise, whose variance is taken off. */
static void
test_noise(void)
{
	double ms[100];
	struct beats b;
	struct hrv sure, unsure;

	for (size_t i = 0; i < 100; i++)
		ms[i] = 800 + 40 * sin((double)i);
	beats_of(&b, ms, 100);
	hrv_measure(&sure, &b);
	for (size_t i = 0; i < b.count; i++)
		b.beat[i].quality = 0.98;
	hrv_measure(&unsure, &b);
	/* 750 ms^2 (1 / 0.98^2 - 1) = 31 ms^2 for each beat: two make an
	 * interval, six a difference. */
	CHECK_NEAR(unsure.sdnn * unsure.sdnn + 2 * 30.9246,
	    sure.sdnn * sure.sdnn, 0.1, "SDNN without the noise of two beats");
	CHECK_NEAR(unsure.rmssd * unsure.rmssd + 6 * 30.9246,
	    sure.rmssd * sure.rmssd, 0.3, "RMSSD without that of six");
	for (size_t i = 0; i < b.count; i++)
		b.beat[i].quality = 0.61;
	hrv_measure(&unsure, &b);
	CHECK_NEAR(unsure.sdnn * unsure.sdnn, sure.sdnn * sure.sdnn / 2, 0.1,
	    "but half is left at least");
	beats_release(&b);
}

static void
test_lomb(void)
{
	double t[200], x[200], mean = 0, power = 0, least = HUGE_VAL;

	/* Uneven times; an amplitude of 3 at 0.1 Hz, one of 2 at 0.25 Hz. */
	for (size_t i = 0; i < 200; i++) {
		t[i] = (double)i + 0.3 * sin(7.0 * (double)i);
		x[i] = 3 * sin(2 * PI * 0.1 * t[i] + 1) +
		    2 * cos(2 * PI * 0.25 * t[i]);
		mean += x[i] / 200;
	}
	for (size_t i = 0; i < 200; i++)
		x[i] -= mean;
	CHECK_NEAR(hrv_lomb(t, x, 200, 0.1), 4.5, 0.15,
	    "a sine of amplitude 3 has a power of 4.5");
	CHECK_NEAR(hrv_lomb(t, x, 200, 0.25), 2, 0.1, "one of 2 has 2");
	for (double f = 0.13; f < 0.22; f += 0.01) {
		power = fmax(power, hrv_lomb(t, x, 200, f));
		least = fmin(least, hrv_lomb(t, x, 200, f));
	}
	CHECK(power < 0.3 && least >= 0, "little between them");
}

static void
test_bands(void)
{
	double ms[400], t = 0, long_one;
	struct beats b;
	struct hrv h;
	size_t n = 0;

	/* 30 ms at 0.1 Hz and 15 ms at 0.25 Hz: powers 450 and 112.5. */
	while (t < 300) {
		ms[n] = 800 + 30 * sin(2 * PI * 0.1 * t) +
		    15 * sin(2 * PI * 0.25 * t);
		t += ms[n++] / 1000;
	}
	beats_of(&b, ms, n);
	hrv_measure(&h, &b);
	CHECK_NEAR(h.lf, 450, 25, "low frequencies");
	CHECK_NEAR(h.hf, 112.5, 12, "high frequencies");
	CHECK_NEAR(h.lf_hf, 4, 0.5, "their ratio");
	beats_release(&b);
	long_one = confidence_lf_hf(&h);
	beats_of(&b, ms, 68);
	hrv_measure(&h, &b);
	CHECK(isnan(h.lf_hf), "less than 55 s are too short");
	beats_release(&b);
	beats_of(&b, ms, 74);
	hrv_measure(&h, &b);
	CHECK_NEAR(h.lf_hf, 4, 2, "more are not");
	h.lf_hf = 4;
	CHECK(confidence_lf_hf(&h) < 0.6 * long_one,
	    "and say that they are worth less");
	h.lf_hf = 0.3;
	CHECK(confidence_lf_hf(&h) > 0.95,
	    "a small ratio is within 1 of the right one even so");
	beats_release(&b);
}

static void
test_stress(void)
{
	double ms[100];
	struct beats b;

	/* 60 of 100 at 810 (the bin 800 to 850), 20 at 760, 20 at 860: AMo 60
	 * %, Mo 0.825 s, MxDMn 0.1 s. */
	for (size_t i = 0; i < 100; i++)
		ms[i] = i % 5 == 1 ? 760 : i % 5 == 3 ? 860 : 810;
	beats_of(&b, ms, 100);
	CHECK_NEAR(hrv_stress_index(&b), 60 / (2 * 0.825 * 0.1), 1e-6,
	    "Baevsky's index as by hand");
	beats_release(&b);
	beats_of(&b, ms, 61);
	CHECK(isnan(hrv_stress_index(&b)), "49.4 s of intervals are too few");
	beats_release(&b);
	beats_of(&b, ms, 62);
	CHECK(!isnan(hrv_stress_index(&b)), "50.2 s are enough");
	beats_release(&b);
	for (size_t i = 0; i < 100; i++)
		ms[i] = 800;
	beats_of(&b, ms, 100);
	for (size_t i = 0; i + 1 < b.count; i++)
		b.interval[i].seconds = 0.8;
	CHECK(isnan(hrv_stress_index(&b)), "no index without any variation");
	beats_release(&b);
}

int
main(void)
{
	test_by_hand();
	test_marked();
	test_beside_unclear();
	test_noise();
	test_lomb();
	test_bands();
	test_stress();
	return check_done();
}
