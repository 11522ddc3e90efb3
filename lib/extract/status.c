#include "extract/status.h"

enum extract_status
extract_status_of(enum measure_status status)
{
	static const enum extract_status same[] = {
	    [MEASURE_OK] = EXTRACT_OK,
	    [MEASURE_SYSTEM] = EXTRACT_SYSTEM,
	    [MEASURE_OUTPUT] = EXTRACT_OUTPUT,
	};

	return same[status];
}

const char *
extract_missing_text(enum absent why)
{
	switch (why) {
	case ABSENT_TOO_SHORT:
		return "too short for a heart rate";
	case ABSENT_NO_FACE:
		return "no face found";
	case ABSENT_LOW_SIGNAL:
		return "no pulse found";
	case ABSENT_LOW_FRAME_RATE:
		return "too few frames a second for a heart rate";
	case ABSENT_NO_CLOCK:
		return "no clock: --frame-rate tells how many frames a second "
		       "it has";
	case ABSENT_FALSE_CLOCK:
		return "its clock is not that of the recording";
	case ABSENT_NOT_CALIBRATED:
	case ABSENT_NOT:
	case ABSENT_COUNT:
		break;
	}
	return "no heart rate";
}
