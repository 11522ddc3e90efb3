#include "readings/reading.h"

static const char *const missing_names[MISSING_COUNT] = {
    [NOT_MISSING] = "",
    [MISSING_TOO_SHORT] = "too-short",
    [MISSING_NO_FACE] = "no-face",
    [MISSING_LOW_SIGNAL] = "low-signal",
    [MISSING_NOT_CALIBRATED] = "not-calibrated",
    [MISSING_NO_CLOCK] = "no-clock",
    [MISSING_LOW_FRAME_RATE] = "low-frame-rate",
    [MISSING_FALSE_CLOCK] = "false-clock",
    [MISSING_NO_FINGER] = "no-finger",
};

const char *
reading_missing_name(enum missing_reason reason)
{
	return missing_names[reason];
}
