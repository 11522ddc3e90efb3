#include "synth/motion.h"

#include <math.h>

#include "synth/rng.h"

#define PI 3.14159265358979323846

/* By hand: people at rest move slowly, and to no common beat; a cyclist's rhythm
 * is a pulse of 102 /min. */
static const double natural_hz[SYNTH_MOTION_COUNT] = {
    0, 0.19, 0.31, 0.17, 0.27, 1.7};

void
synth_motion_init(struct synth_motion *m, enum synth_motion_kind kind,
    double amplitude, double hz, uint64_t seed)
{
	struct synth_rng rng;

	synth_rng_init(&rng, seed, SYNTH_STREAM_MOTION);
	m->kind = kind;
	m->amplitude = amplitude;
	m->hz = hz > 0 ? hz : natural_hz[kind];
	for (int i = 0; i < 4; i++)
		m->phase[i] = synth_rng_uniform(&rng);
}

/* A sine of ${ratio} times the motion's frequency. */
static double
wave(const struct synth_motion *m, double time, double ratio, int phase)
{
	return sin(2 * PI * (m->hz * ratio * time + m->phase[phase]));
}

/* Syllables in phrases: 0 to 1. */
static double
speech(const struct synth_motion *m, double time)
{
	double phrase = wave(m, time, 1, 3) + 0.5 * wave(m, time, 0.37, 2);
	double syllable = sin(2 * PI * (3.7 * time + m->phase[1])) +
	    0.6 * sin(2 * PI * (5.3 * time + m->phase[0]));

	return phrase < -0.4 ? 0 : fmax(syllable / 1.6, 0);
}

void
synth_motion_at(
    const struct synth_motion *m, double time, struct synth_pose *pose)
{
	double a = m->amplitude;

	*pose = (struct synth_pose){.scale = 1};
	switch (m->kind) {
	case SYNTH_MOTION_SWAY:
		pose->x = a *
		    (0.75 * wave(m, time, 1, 0) + 0.25 * wave(m, time, 2.3, 1));
		pose->roll = 0.4 * pose->x;
		break;
	case SYNTH_MOTION_NOD:
		pose->y = a *
		    (0.7 * wave(m, time, 1, 0) + 0.3 * wave(m, time, 2.2, 1));
		pose->scale = 1 + 0.3 * a * wave(m, time, 1, 0);
		break;
	case SYNTH_MOTION_TILT:
		pose->roll = 1.5 * a *
		    (0.8 * wave(m, time, 1, 0) + 0.2 * wave(m, time, 2.7, 1));
		pose->x = 0.5 * pose->roll;
		break;
	case SYNTH_MOTION_TALK:
		pose->mouth = a * speech(m, time);
		pose->x = 0.2 * a * wave(m, time, 1, 0);
		pose->y = 0.2 * a * wave(m, time, 1.7, 1) + 0.1 * pose->mouth;
		break;
	case SYNTH_MOTION_BOUNCE:
		pose->y = 0.5 * a * wave(m, time, 1, 0);
		pose->x = 0.3 * a * wave(m, time, 0.5, 1);
		break;
	case SYNTH_MOTION_NONE:
	case SYNTH_MOTION_COUNT:
		break;
	}
}
