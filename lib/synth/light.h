/*
 * light: how bright the scene is, over time and over the rows of a frame.
 */
#ifndef SYNTH_LIGHT_H
#define SYNTH_LIGHT_H

#include <stdint.h>

enum synth_light_kind {
	SYNTH_LIGHT_CONSTANT,
	SYNTH_LIGHT_FLICKER, /* a lamp on the mains, in bands over the rows */
	SYNTH_LIGHT_WAVE,    /* the whole picture, as a sine */
	SYNTH_LIGHT_RAMP,    /* from darker to brighter over the clip */
	SYNTH_LIGHT_STEP,    /* up and down at once, every few seconds */
	SYNTH_LIGHT_SCREEN,  /* coloured, as before a film */
	SYNTH_LIGHT_COUNT
};

struct synth_light {
	enum synth_light_kind kind;
	double level;     /* of the light itself; 1: as built */
	double amplitude; /* share of the picture's values */
	double hz;        /* 0: the kind's own */
	double seconds;   /* of the clip */
	double phase[6];
};

void synth_light_init(struct synth_light *l, enum synth_light_kind kind,
    double level, double amplitude, double hz, double seconds, uint64_t seed);

/* The factors for red, green and blue values at ${time}. */
void synth_light_at(const struct synth_light *l, double time, double gain[3]);

/* The factor for the row at ${share} (0 top, 1 bottom) of a frame that a
 * rolling shutter reads in ${readout} seconds. */
double synth_light_row(
    const struct synth_light *l, double time, double share, double readout);

#endif
