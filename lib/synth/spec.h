/*
 * spec: what a clip shall show, in the units in which people ask for it.
 */
#ifndef SYNTH_SPEC_H
#define SYNTH_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/err.h"
#include "synth/profile.h"

#define SYNTH_SECONDS_MIN 0.1
#define SYNTH_SECONDS_MAX 14400.0
#define SYNTH_RATE_MIN 20.0
#define SYNTH_RATE_MAX 250.0
#define SYNTH_BREATHING_MIN 3.0
#define SYNTH_BREATHING_MAX 60.0
#define SYNTH_HRV_MAX 300.0
#define SYNTH_TRANSIT_MAX 0.2
#define SYNTH_SIDE_MIN 32
#define SYNTH_SIDE_MAX 4096
#define SYNTH_FRAME_RATE_MIN 1.0
#define SYNTH_FRAME_RATE_MAX 240.0
/* What a JSON number holds exactly. */
#define SYNTH_SEED_MAX 9007199254740991

/* The names of the kinds, in the order of their enums. */
#define SYNTH_SCENES "face|photo|wall|finger"
#define SYNTH_MOTIONS "none|sway|nod|tilt|talk|bounce"
#define SYNTH_LIGHTS "constant|flicker|wave|ramp|step|screen"
#define SYNTH_TONE_NAMES "1|2|3|4|5|6"

/* Without a heart rate variability asked for: of the mean interval. */
#define SYNTH_HRV_SHARE 0.03

struct synth_spec {
	double seconds;
	int64_t seed;

	/* The heart, the breath, the skin. */
	struct synth_profile rate;      /* beats per minute */
	struct synth_profile breathing; /* breaths a minute */
	double breathing_depth;         /* 1: as at rest */
	double hrv;           /* SDNN, ms; negative: SYNTH_HRV_SHARE */
	double pulse_percent; /* peak to peak in green, of its value, on
				 * the lightest skin */
	double transit;       /* s by which the wave reaches the chin after the
			 * forehead; in between in proportion */
	bool no_pulse;
	unsigned tone; /* 0 the lightest, to SYNTH_TONES - 1 */

	/* The scene and the camera. */
	unsigned width, height;     /* upright */
	unsigned scene;             /* enum synth_scene_kind */
	double face_percent;        /* of the picture's height */
	int64_t rate_num, rate_den; /* frames per second */
	double jitter_ms;           /* deviation of each frame's time */
	double drop_percent;        /* of the frames are lost */
	double noise;               /* of the sensor, in steps of 8 bits */
	unsigned motion;            /* enum synth_motion_kind */
	double motion_percent;      /* of the face's width */
	double motion_hz;           /* 0: the kind's own */
	unsigned light;             /* enum synth_light_kind */
	double light_level;         /* 1: as painted */
	double light_percent;       /* of the picture's values */
	double light_hz;            /* 0: the kind's own */
};

/* What is usual: a light face at rest, 20 s of 640x480 at 30 a second. */
void synth_spec_init(struct synth_spec *s);

/* Read one setting from text.  Return 0, or -1 with ${err}. */
int synth_spec_heart_rate(
    struct synth_spec *s, const char *text, struct err *err);
int synth_spec_breathing_rate(
    struct synth_spec *s, const char *text, struct err *err);
/* "640x480" */
int synth_spec_size(struct synth_spec *s, const char *text, struct err *err);
/* "30", "29.97" or "30000/1001"; 23.976, 29.97, 59.94 and 119.88 mean
 * multiples of 1/1001. */
int synth_spec_frame_rate(
    struct synth_spec *s, const char *text, struct err *err);

/* Is there a pulse to be seen? */
bool synth_spec_pulse(const struct synth_spec *s);

/* Is there somebody who breathes? */
bool synth_spec_breath(const struct synth_spec *s);

/* Do frames come at uneven times? */
bool synth_spec_uneven(const struct synth_spec *s);

#endif
