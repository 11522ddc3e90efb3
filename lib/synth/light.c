#include "synth/light.h"

#include <math.h>

#include "synth/rng.h"

#define PI 3.14159265358979323846

/* Picture values go with the light by the camera's curve (BT.709's). */
#define CAMERA_GAMMA 0.45

/* A lamp on mains of 50 Hz flickers at 100; the others are by hand, of the
 * kind that a breath or a slow drift must be distinguished from. */
static const double natural_hz[SYNTH_LIGHT_COUNT] = {0, 100, 0.4, 0, 0.2, 0.3};

void
synth_light_init(struct synth_light *l, enum synth_light_kind kind,
    double level, double amplitude, double hz, double seconds, uint64_t seed)
{
	struct synth_rng rng;

	synth_rng_init(&rng, seed, SYNTH_STREAM_LIGHT);
	l->kind = kind;
	l->level = level;
	l->amplitude = amplitude;
	l->hz = hz > 0 ? hz : natural_hz[kind];
	l->seconds = seconds;
	for (int i = 0; i < 6; i++)
		l->phase[i] = synth_rng_uniform(&rng);
}

static double
sine(double cycles)
{
	return sin(2 * PI * cycles);
}

/* A film's light in one colour: slow waves that never repeat. */
static double
film(const struct synth_light *l, double time, int colour)
{
	double t = l->hz * time;

	return (sine(t + l->phase[colour]) +
		   0.6 * sine(2.63 * t + l->phase[colour + 3]) +
		   0.4 * sine(5.17 * t + l->phase[5 - colour])) /
	    2;
}

void
synth_light_at(const struct synth_light *l, double time, double gain[3])
{
	double base = pow(l->level, CAMERA_GAMMA), change = 0;

	switch (l->kind) {
	case SYNTH_LIGHT_WAVE:
		change = sine(l->hz * time + l->phase[0]);
		break;
	case SYNTH_LIGHT_RAMP:
		change = 2 * time / l->seconds - 1;
		break;
	case SYNTH_LIGHT_STEP:
		change = sine(l->hz * time + l->phase[0]) < 0 ? -1 : 1;
		break;
	case SYNTH_LIGHT_SCREEN:
		for (int c = 0; c < 3; c++)
			gain[c] = base * (1 + l->amplitude * film(l, time, c));
		return;
	case SYNTH_LIGHT_CONSTANT:
	case SYNTH_LIGHT_FLICKER:
	case SYNTH_LIGHT_COUNT:
		break;
	}
	for (int c = 0; c < 3; c++)
		gain[c] = base * (1 + l->amplitude * change);
}

double
synth_light_row(
    const struct synth_light *l, double time, double share, double readout)
{
	if (l->kind != SYNTH_LIGHT_FLICKER)
		return 1;
	time += share * readout;
	return 1 + l->amplitude * sine(l->hz * time + l->phase[0]);
}
