#include "measure/stretches.h"

#include "check.h"

static struct measure_stretches all;

static struct measure_stretches *
begin(void)
{
	memset(&all, 0, sizeof(all));
	return &all;
}

/* ${seconds} with one heart rate, mean interval and SDNN. */
static void
add(struct measure_stretches *s, double seconds, double rate, double sdnn,
    double confidence)
{
	struct measure_estimate e;

	measure_estimate_missing(&e, MISSING_LOW_SIGNAL);
	e.quality.coverage = 1;
	measure_quality_signal(&e.quality, 10);
	if (rate > 0) {
		e.reading[VITAL_HEART_RATE] = (struct reading){VITAL_HEART_RATE,
		    rate, confidence, "a", READING_FINAL, NOT_MISSING};
		e.reading[VITAL_PULSE_INTERVAL] =
		    (struct reading){VITAL_PULSE_INTERVAL, 60000 / rate,
			confidence, "a", READING_FINAL, NOT_MISSING};
		e.reading[VITAL_HRV_SDNN] = (struct reading){VITAL_HRV_SDNN,
		    sdnn, confidence, "a", READING_FINAL, NOT_MISSING};
		e.reading[VITAL_HRV_RMSSD] = (struct reading){VITAL_HRV_RMSSD,
		    sdnn, confidence, "a", READING_FINAL, NOT_MISSING};
	}
	measure_stretches_add(s, &e, seconds);
}

static void
one(void)
{
	struct measure_stretches *s = begin();
	struct measure_estimate e;

	add(s, 300, 71.3, 41, 0.87);
	measure_stretches_total(s, &e);
	CHECK(e.reading[VITAL_HEART_RATE].value == 71.3 &&
		e.reading[VITAL_HEART_RATE].confidence == 0.87 &&
		e.quality.snr_db == s->estimate[0].quality.snr_db,
	    "one stretch is as it is");
}

/* 300 s at 60 /min are 300 beats, 300 s at 120 /min are 600. */
static void
two(void)
{
	struct measure_stretches *s = begin();
	struct measure_estimate e;
	double mean = (300 * 1000.0 + 600 * 500.0) / 900;
	double variance =
	    (300 * (30.0 * 30 + 1000 * 1000) + 600 * (60.0 * 60 + 500 * 500)) /
		900 -
	    mean * mean;

	add(s, 300, 60, 30, 0.8);
	add(s, 300, 120, 60, 0.8);
	measure_stretches_total(s, &e);
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].value, 90, 1e-9,
	    "a rate is beats over time");
	CHECK_NEAR(e.reading[VITAL_PULSE_INTERVAL].value, mean, 1e-9,
	    "an interval is the mean of all");
	CHECK_NEAR(e.reading[VITAL_HRV_SDNN].value, sqrt(variance), 1e-6,
	    "SDNN has what lies between the stretches");
	CHECK_NEAR(e.reading[VITAL_HRV_RMSSD].value,
	    sqrt((300 * 900.0 + 600 * 3600.0) / 900), 1e-9,
	    "RMSSD is a root of squares");
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].confidence, 0.8, 1e-9,
	    "equal confidence stays");
	CHECK_NEAR(e.quality.signal, 10 / 11.0, 1e-9, "and so does signal");
	CHECK_TEXT(e.reading[VITAL_HEART_RATE].method, "a", "and the method");
}

static void
unsure(void)
{
	struct measure_stretches *s = begin();
	struct measure_estimate e;

	add(s, 300, 60, 30, 0.9);
	add(s, 300, 180, 30, 0.1);
	measure_stretches_total(s, &e);
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].value, 72, 1e-9,
	    "an unsure stretch weighs less");
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].confidence, 0.5, 1e-9,
	    "and makes the whole less sure");
	add(s, 600, 0, 0, 0);
	measure_stretches_total(s, &e);
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].value, 72, 1e-9,
	    "one without a value changes none");
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].confidence, 0.25, 1e-9,
	    "but makes it less sure");
	add(s, 9e4, 0, 0, 0);
	measure_stretches_total(s, &e);
	CHECK(e.reading[VITAL_HEART_RATE].missing == MISSING_LOW_SIGNAL,
	    "until it says nothing any more");
}

/* Nobody in view is no bad signal. */
static void
nobody(void)
{
	struct measure_stretches *s = begin();
	struct measure_estimate e;

	measure_estimate_missing(&e, MISSING_NO_FACE);
	measure_stretches_add(s, &e, 300);
	measure_stretches_add(s, &e, 300);
	measure_stretches_total(s, &e);
	CHECK(e.reading[VITAL_HEART_RATE].missing == MISSING_NO_FACE,
	    "nobody was there");
	CHECK(isnan(e.quality.motion) && e.quality.signal == 0 &&
		e.quality.coverage == 0,
	    "and there is no quality");
	add(s, 300, 66, 20, 0.9);
	measure_stretches_total(s, &e);
	CHECK_NEAR(e.reading[VITAL_HEART_RATE].confidence, 0.9, 1e-9,
	    "who comes later is as sure as alone");
	CHECK_NEAR(
	    e.quality.coverage, 1 / 3.0, 1e-9, "coverage tells the share");
}

static void
calibrated(void)
{
	struct measure_stretches *s = begin();
	struct measure_estimate e;

	for (int i = 0; i < 2; i++) {
		measure_estimate_missing(&e, MISSING_LOW_SIGNAL);
		e.quality.coverage = 1;
		e.reading[VITAL_OXYGEN_SATURATION] = (struct reading){
		    VITAL_OXYGEN_SATURATION, i == 0 ? 80 : 97, 0.5, "b",
		    i == 0 ? READING_UNCALIBRATED : READING_CALIBRATED,
		    NOT_MISSING};
		measure_stretches_add(s, &e, 300);
	}
	measure_stretches_total(s, &e);
	CHECK_NEAR(e.reading[VITAL_OXYGEN_SATURATION].value, 97, 1e-9,
	    "a calibrated value is not mixed with others");
	CHECK(e.reading[VITAL_OXYGEN_SATURATION].status == READING_CALIBRATED,
	    "and says so");
	CHECK_NEAR(e.reading[VITAL_OXYGEN_SATURATION].confidence, 0.25, 1e-9,
	    "for half of the time");
}

static void
bounds(void)
{
	struct measure_stretches *s = begin();

	for (int i = 0; i <= MEASURE_STRETCHES_MAX; i++)
		add(s, 300, 60, 30, 0.9);
	CHECK(s->count == MEASURE_STRETCHES_MAX, "no more than the bound");
	CHECK(MEASURE_STRETCHES_MAX * MEASURE_STRETCH >= MEASURE_WINDOW_MAX,
	    "which holds the longest window");
}

int
main(void)
{
	one();
	two();
	unsure();
	nobody();
	calibrated();
	bounds();
	return check_done();
}
