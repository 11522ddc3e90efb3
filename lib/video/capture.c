#include "video/capture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE_MAX 1e5 /* frames per second that some camera takes */

/* Letters and digits of ${key} in lower case: "com.android.capture.fps" and
 * "Capture_FPS" end alike. */
static void
squeeze(char *to, size_t room, const char *key)
{
	size_t n = 0;

	for (; *key != '\0' && n + 1 < room; key++) {
		if (*key >= 'A' && *key <= 'Z')
			to[n++] = (char)(*key - 'A' + 'a');
		else if ((*key >= 'a' && *key <= 'z') ||
		    (*key >= '0' && *key <= '9'))
			to[n++] = *key;
	}
	to[n] = '\0';
}

static bool
ends_with(const char *text, const char *const *ends)
{
	size_t n = strlen(text), m;

	for (; *ends != NULL; ends++) {
		m = strlen(*ends);
		if (n >= m && strcmp(text + n - m, *ends) == 0)
			return true;
	}
	return false;
}

/* "60.000000", "59.94p", "60000/1001".  0: not a rate. */
static double
rate_of(const char *text)
{
	char *end;
	double rate = strtod(text, &end), below;

	if (end != text && *end == '/') {
		below = strtod(end + 1, NULL);
		rate = below > 0 ? rate / below : 0;
	}
	return isfinite(rate) && rate > 0 && rate <= RATE_MAX ? rate : 0;
}

static void
note(struct video_capture *c, const char *key)
{
	if (c->who[0] == '\0')
		snprintf(c->who, sizeof(c->who), "%s", key);
}

void
video_capture_take(struct video_capture *c, const char *key, const char *value)
{
	/* Android's recorder, and all who name theirs alike; cine cameras. */
	static const char *const rates[] = {"capturefps", "capturerate",
	    "captureframerate", "sensorfps", "sensorframerate", NULL};
	/* Apple's: "Time-lapse". */
	static const char *const modes[] = {"capturemode", NULL};
	/* Xiaomi's, true or a rate. */
	static const char *const flags[] = {
	    "slowmoment", "fastmoment", "slowmotion", "timelapse", NULL};
	static const char *const retimed[] = {
	    "timelapse", "slowmotion", "slomo", "hyperlapse", NULL};
	char name[128], word[64];
	double rate = rate_of(value);

	squeeze(name, sizeof(name), key);
	squeeze(word, sizeof(word), value);
	if (ends_with(name, rates)) {
		if (rate > 0 && c->rate <= 0) {
			c->rate = rate;
			note(c, key);
		}
	} else if (ends_with(name, modes) ? ends_with(word, retimed)
					  : ends_with(name, flags) &&
		    (rate > 0 || strcmp(word, "true") == 0 ||
			strcmp(word, "yes") == 0)) {
		c->retimed = true;
		note(c, key);
	}
}
