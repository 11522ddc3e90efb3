#include "extract/extract.h"

const char *
extract_missing_text(enum missing_reason why)
{
	switch (why) {
	case MISSING_TOO_SHORT:
		return "too short for a heart rate";
	case MISSING_NO_FACE:
		return "no face found";
	case MISSING_NO_FINGER:
		return "no fingertip covers the lens";
	case MISSING_LOW_SIGNAL:
		return "no pulse found";
	case MISSING_LOW_FRAME_RATE:
		return "too few frames per second for a heart rate";
	case MISSING_NO_CLOCK:
		return "no clock: give the true rate with --frame-rate";
	case MISSING_FALSE_CLOCK:
		return "its clock is not that of the recording";
	case MISSING_NOT_CALIBRATED:
	case NOT_MISSING:
	case MISSING_COUNT:
		break;
	}
	return "no heart rate";
}
