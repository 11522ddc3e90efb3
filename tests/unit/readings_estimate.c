/* From colours to all readings: fingertips of known beats and breath. */
#include "beats/finger.h"
#include "check.h"
#include "pulse.h"
#include "readings/estimate.h"

#define RATE 30.0
#define N 3900 /* 130 s */

static double t[N], r[N], g[N], b[N], beat[400];
static size_t beats;

/* Beats of about 0.85 s, whose rate and height breathe ${breath} times a
 * minute; noise; times that jitter where ${jitter}. */
static void
make(double breath, double noise, double jitter)
{
	uint64_t seed = 5;
	double w = 2 * 3.14159265358979 * breath / 60;

	beats = 0;
	for (double at = 0.5; at < 135; beats++) {
		beat[beats] = at;
		at += 0.85 + 0.04 * sin(w * at) + 0.01 * noise_gauss(&seed);
	}
	for (size_t i = 0; i < N; i++) {
		double at = (double)i / RATE + jitter * noise_uniform(&seed);
		double p = pulse_at(at, beat, beats);

		p *= 1 + 0.15 * sin(w * at);
		t[i] = at;
		r[i] = 200 - 1.0 * p + 0.3 * sin(w * at) +
		    noise * noise_gauss(&seed);
		g[i] = 60 - 1.5 * p + noise * noise_gauss(&seed);
		b[i] = 40 - 0.6 * p + noise * noise_gauss(&seed);
	}
}

static void
estimate(struct readings_output *out, double seconds)
{
	size_t n = (size_t)(seconds * RATE);
	struct readings_input in = {.site = READINGS_FINGER,
	    .seconds = seconds,
	    .colour = {t, r, g, b, n},
	    .snr_db = (double)NAN};
	struct err err;

	if (readings_estimate(out, &in, &err) != 0) {
		printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

static void
check_rate(double jitter, double noise, const char *what)
{
	struct readings_output out;
	const struct reading *rd = out.reading;

	make(14, noise, jitter);
	estimate(&out, 60);
	CHECK(rd[VITAL_HEART_RATE].missing == NOT_MISSING, what);
	CHECK_NEAR(rd[VITAL_HEART_RATE].value, 60 / 0.85, 0.6, "heart rate");
	CHECK(rd[VITAL_HEART_RATE].confidence > 0.8, "and it is sure");
	CHECK_NEAR(rd[VITAL_RESPIRATORY_RATE].value, 14, 0.7, "breathing");
	CHECK(rd[VITAL_RESPIRATORY_RATE].confidence > 0.5, "and it is sure");
	CHECK_NEAR(rd[VITAL_HRV_SDNN].value, 30, 5, "SDNN");
	CHECK_NEAR(rd[VITAL_PULSE_INTERVAL].value, 850, 8, "interval");
	CHECK(rd[VITAL_HRV_LF_HF].missing == NOT_MISSING, "LF/HF of a minute");
	CHECK(rd[VITAL_HRV_LF_HF].confidence < rd[VITAL_HRV_RMSSD].confidence,
	    "is less sure than RMSSD");
	CHECK(rd[VITAL_STRESS_INDEX].missing == NOT_MISSING, "not for stress");
	CHECK(rd[VITAL_OXYGEN_SATURATION].status == READING_UNCALIBRATED &&
		rd[VITAL_OXYGEN_SATURATION].confidence < 0.3,
	    "SpO2 says that it is not calibrated");
	CHECK(rd[VITAL_BLOOD_PRESSURE_SYSTOLIC].missing ==
		    MISSING_NOT_CALIBRATED &&
		rd[VITAL_BLOOD_PRESSURE_DIASTOLIC].missing ==
		    MISSING_NOT_CALIBRATED,
	    "blood pressure is none without a calibration");
	readings_output_release(&out);
}

/* A rate that goes evenly from ${from} to ${to} in 120 s, as after exercise. */
static void
check_course(double from, double to, double seconds, const char *what)
{
	struct readings_output out;
	const struct reading *rd = &out.reading[VITAL_HEART_RATE];
	uint64_t seed = 5;
	double span;

	beats = 0;
	for (double at = 0.5; at < 122;) {
		beat[beats++] = at;
		at += 60 / (from + (to - from) * at / 120);
	}
	for (size_t i = 0; i < N; i++) {
		double at = (double)i / RATE, p = pulse_at(at, beat, beats);

		t[i] = at;
		r[i] = 200 - 1.0 * p + 0.05 * noise_gauss(&seed);
		g[i] = 60 - 1.5 * p + 0.05 * noise_gauss(&seed);
		b[i] = 40 - 0.6 * p + 0.05 * noise_gauss(&seed);
	}
	estimate(&out, seconds);
	span = from + (to - from) * seconds / 240;
	CHECK(rd->missing == NOT_MISSING && rd->confidence > 0.8, what);
	CHECK_NEAR(rd->value, span, 1, "and the rate is the mean");
	readings_output_release(&out);
}

static void
test_courses(void)
{
	check_course(130, 100, 120, "130 to 100 /min in two minutes is sure");
	check_course(130, 100, 60, "its first minute, too");
	check_course(130, 100, 20, "and its first 20 s");
	check_course(60, 110, 120, "60 to 110 /min is sure");
}

static void
test_lengths(void)
{
	static const struct {
		double seconds;
		enum vital vital;
		bool there;
	} cases[] = {
	    {10, VITAL_HEART_RATE, true},
	    {4.5, VITAL_HEART_RATE, false},
	    {14.5, VITAL_RESPIRATORY_RATE, false},
	    {20, VITAL_HRV_SDNN, true},
	    {19.5, VITAL_HRV_SDNN, false},
	    {59.5, VITAL_STRESS_INDEX, false},
	    {61, VITAL_HRV_LF_HF, true},
	    {59.5, VITAL_HRV_LF_HF, false},
	};

	make(14, 0.02, 0);
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct readings_output out;
		const struct reading *rd = &out.reading[cases[k].vital];
		char what[80];

		estimate(&out, cases[k].seconds);
		snprintf(what, sizeof(what), "%g s: %s %s", cases[k].seconds,
		    cases[k].there ? "there is" : "too short for",
		    vital_info(cases[k].vital)->name);
		CHECK(cases[k].there ? rd->missing == NOT_MISSING
				     : rd->missing == MISSING_TOO_SHORT,
		    what);
		readings_output_release(&out);
	}
}

/* What holds no pulse must not be sure of one. */
static void
test_dead(void)
{
	static const char *const what[] = {"white noise", "a random walk",
	    "constant", "noise of one bit", "flicker of 50 Hz seen at 30"};
	uint64_t seed = 17;
	double walk[3] = {0};

	for (int kind = 0; kind < 5; kind++) {
		struct readings_output out;
		char name[80];

		for (size_t i = 0; i < N; i++) {
			double *x[] = {r, g, b};

			t[i] = (double)i / RATE;
			for (int k = 0; k < 3; k++) {
				double v = noise_gauss(&seed);

				walk[k] += 0.1 * v;
				x[k][i] = 90 + 20 * k;
				if (kind == 0)
					x[k][i] += v;
				if (kind == 1)
					x[k][i] += walk[k];
				if (kind == 3)
					x[k][i] += v > 0;
				if (kind == 4)
					x[k][i] += sin(2 * 3.14159265358979 *
						       50 * t[i]) +
					    0.01 * v;
			}
		}
		estimate(&out, 60);
		for (int v = 0; v < VITAL_COUNT; v++) {
			snprintf(name, sizeof(name), "%s: %s", what[kind],
			    vital_info((enum vital)v)->name);
			CHECK(out.reading[v].missing != NOT_MISSING ||
				out.reading[v].confidence <= 0.5,
			    name);
		}
		readings_output_release(&out);
	}
}

/* A model for the test: SpO2 = 90 + 10 ln(red / 200). */
/* What little a channel near black shows may repeat itself better than a noisy
 * pulse does: it is no pulse. */
static void
test_dark(void)
{
	struct signal_colour c = {t, r, g, b, 1800};
	struct finger f;
	struct err err;

	make(14, 0.3, 0);
	for (size_t i = 0; i < N; i++) {
		g[i] = 0;
		b[i] = 0.24 + 0.06 * sin(2 * 3.14159265358979 * 2.1 * t[i]);
	}
	CHECK(finger_wave(&f, &c, &err) == 0 && f.weight[0] > 0 &&
		f.weight[1] == 0 && f.weight[2] == 0,
	    "channels near black have no weight");
	finger_release(&f);
	for (size_t i = 0; i < N; i++)
		b[i] += 40;
	CHECK(finger_wave(&f, &c, &err) == 0 && f.weight[2] > 0,
	    "the same in the light has");
	finger_release(&f);
}

static void
test_model(void)
{
	static struct models models;
	struct model *m = &models.model[VITAL_OXYGEN_SATURATION];
	struct readings_input in = {.site = READINGS_FINGER,
	    .seconds = 30,
	    .colour = {t, r, g, b, 900},
	    .snr_db = (double)NAN,
	    .models = &models};
	struct readings_output out;
	struct err err;

	make(14, 0.02, 0);
	m->terms = 3;
	m->intercept = 90;
	for (int k = 0; k < 3; k++)
		m->scale[k] = 1;
	m->mean[0] = log(190);
	m->coefficient[0] = 10;
	m->low = 60;
	m->high = 100;
	m->within = 0.9;
	CHECK(readings_estimate(&out, &in, &err) == 0 &&
		out.reading[VITAL_OXYGEN_SATURATION].status ==
		    READING_CALIBRATED,
	    "a calibration is used");
	CHECK_NEAR(out.reading[VITAL_OXYGEN_SATURATION].value,
	    90 + 10 * log(199.5 / 190), 0.2, "and gives the value");
	CHECK(out.reading[VITAL_OXYGEN_SATURATION].confidence > 0.7 &&
		out.reading[VITAL_OXYGEN_SATURATION].confidence <= 0.9,
	    "no surer than it was on those left out");
	readings_output_release(&out);
}

static void
test_bounds(void)
{
	struct readings_input in = {.site = READINGS_FINGER,
	    .seconds = 30,
	    .colour = {t, r, g, b, 900},
	    .snr_db = (double)NAN};
	struct readings_output out;
	struct err err;

	make(14, 0, 0);
	t[100] = t[99];
	CHECK(readings_estimate(&out, &in, &err) == -1, "time must rise");
	CHECK_TEXT(err.text, "colour samples out of bounds", "and it is said");
	make(14, 0, 0);
	g[5] = (double)INFINITY;
	CHECK(readings_estimate(&out, &in, &err) == -1, "no infinity");
	in.colour.n = 0;
	CHECK(readings_estimate(&out, &in, &err) == 0 &&
		out.reading[VITAL_HEART_RATE].missing == MISSING_LOW_SIGNAL,
	    "nothing in, nothing out");
	readings_output_release(&out);
}

int
main(void)
{
	check_rate(0, 0, "clean");
	check_rate(0.012, 0.05, "uneven times and noise");
	test_courses();
	test_lengths();
	test_dead();
	test_dark();
	test_model();
	test_bounds();
	return check_done();
}
