/*
 * reading: one vital sign with its unit, and how sure it is.
 */
#ifndef VITALS_READING_H
#define VITALS_READING_H

#include <stdbool.h>

enum vital {
	VITAL_HEART_RATE,
	VITAL_RESPIRATORY_RATE,
	VITAL_OXYGEN_SATURATION,
	VITAL_BLOOD_PRESSURE_SYSTOLIC,
	VITAL_BLOOD_PRESSURE_DIASTOLIC,
	VITAL_STRESS_INDEX,
	VITAL_HRV_SDNN,
	VITAL_HRV_RMSSD,
	VITAL_HRV_PNN50,
	VITAL_HRV_LF_HF,
	VITAL_PULSE_INTERVAL,
	VITAL_PERFUSION_INDEX,
	VITAL_COUNT
};

/* Why there is no value. */
enum absent {
	ABSENT_NOT,            /* there is one */
	ABSENT_TOO_SHORT,      /* "too-short" */
	ABSENT_NO_FACE,        /* "no-face" */
	ABSENT_LOW_SIGNAL,     /* "low-signal" */
	ABSENT_NOT_CALIBRATED, /* "not-calibrated" */
	ABSENT_NO_CLOCK,       /* "no-clock" */
	ABSENT_LOW_FRAME_RATE, /* "low-frame-rate" */
	ABSENT_FALSE_CLOCK,    /* "false-clock" */
	ABSENT_COUNT
};

enum reading_status {
	READING_FINAL,        /* not written */
	READING_UNCALIBRATED, /* "uncalibrated" */
	READING_CALIBRATED    /* "calibrated" */
};

struct reading {
	enum vital vital;
	double value;       /* in the vital's unit; void unless ABSENT_NOT */
	double confidence;  /* 0 to 1: probability of lying within tolerance */
	const char *method; /* "rppg-fusion", …: static text */
	enum reading_status status;
	enum absent absent;
};

/* One row of the table of vitals. */
struct vital_info {
	const char *name;   /* "heartRate" */
	const char *unit;   /* UCUM: "/min" */
	double min, max;    /* what is plausible at all */
	double tolerance;   /* what confidence speaks of */
	double min_seconds; /* shorter recordings give too-short */
	int digits;         /* printed behind the point */
};

const struct vital_info *vital_info(enum vital v);
const char *absent_name(enum absent a);

#endif
