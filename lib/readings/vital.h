/*
 * vital: the table of vital signs.
 */
#ifndef READINGS_VITAL_H
#define READINGS_VITAL_H

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

/* One row of the table of vitals. */
struct vital_info {
	const char *name;   /* "heartRate" */
	const char *unit;   /* UCUM: "/min" */
	double min, max;    /* the range of plausible values */
	double tolerance;   /* of which the confidence is the probability */
	double min_seconds; /* shorter recordings have no reading */
	int digits;         /* decimals that are printed */
};

const struct vital_info *vital_info(enum vital v);

#endif
