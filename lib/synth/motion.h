/*
 * motion: how the head moves, beside what the breath does to it.
 */
#ifndef SYNTH_MOTION_H
#define SYNTH_MOTION_H

#include <stdint.h>

enum synth_motion_kind {
	SYNTH_MOTION_NONE,
	SYNTH_MOTION_SWAY,   /* from side to side */
	SYNTH_MOTION_NOD,    /* up and down, nearer and farther */
	SYNTH_MOTION_TILT,   /* about the line of sight */
	SYNTH_MOTION_TALK,   /* mouth and jaw, with small shifts */
	SYNTH_MOTION_BOUNCE, /* as on a bicycle: a rhythm like a pulse's */
	SYNTH_MOTION_COUNT
};

struct synth_motion {
	enum synth_motion_kind kind;
	double amplitude; /* in face widths */
	double hz;        /* 0: the kind's own */
	double phase[4];
};

struct synth_pose {
	double x, y;  /* shift in face widths, to the right and down */
	double scale; /* 1: as built */
	double roll;  /* radians, clockwise as seen */
	double mouth; /* how far open, in face widths */
};

/* ${hz} 0 takes what is natural for the kind. */
void synth_motion_init(struct synth_motion *m, enum synth_motion_kind kind,
    double amplitude, double hz, uint64_t seed);

void synth_motion_at(
    const struct synth_motion *m, double time, struct synth_pose *pose);

#endif
