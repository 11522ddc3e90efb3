/*
 * reading: one vital sign with its unit, and how sure it is.
 */
#ifndef READINGS_READING_H
#define READINGS_READING_H

#include "readings/vital.h"

/* Why there is no value. */
enum missing_reason {
	NOT_MISSING,            /* there is one */
	MISSING_TOO_SHORT,      /* "too-short" */
	MISSING_NO_FACE,        /* "no-face" */
	MISSING_LOW_SIGNAL,     /* "low-signal" */
	MISSING_NOT_CALIBRATED, /* "not-calibrated" */
	MISSING_NO_CLOCK,       /* "no-clock" */
	MISSING_LOW_FRAME_RATE, /* "low-frame-rate" */
	MISSING_FALSE_CLOCK,    /* "false-clock" */
	MISSING_NO_FINGER,      /* "no-finger" */
	MISSING_COUNT
};

enum reading_status {
	READING_FINAL,        /* not written */
	READING_UNCALIBRATED, /* "uncalibrated" */
	READING_CALIBRATED    /* "calibrated" */
};

struct reading {
	enum vital vital;
	double value;       /* in the vital's unit; only if NOT_MISSING */
	double confidence;  /* 0 to 1: probability of being within tolerance */
	const char *method; /* "rppg-fusion", …: static text */
	enum reading_status status;
	enum missing_reason missing;
};

/* "too-short", …: as printed; "" of NOT_MISSING. */
const char *reading_missing_name(enum missing_reason reason);

#endif
