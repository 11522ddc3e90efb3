/*
 * paint: the colours of a face, its hair and clothes, and of the background,
 * as functions of the place.
 *
 * Face coordinates: (0, 0) is the bridge of the nose, u goes right and v down,
 * both in half face widths; the eyes are near v = -0.15, the chin near 1.3.
 */
#ifndef SYNTH_PAINT_H
#define SYNTH_PAINT_H

#include <stdint.h>

struct synth_paint {
	float r, g, b; /* 0 to 255 */
	float cover;   /* 0 to 1 */
	float pulse;   /* strength of the pulse, about 1 on the forehead */
	float late;    /* share of it that arrives late */
};

/* What the head layer spans. */
#define SYNTH_HEAD_LEFT (-1.5)
#define SYNTH_HEAD_TOP (-1.85)
#define SYNTH_HEAD_WIDTH 3.0
#define SYNTH_HEAD_HEIGHT 3.5
/* What the torso layer spans; it goes down to the picture's edge. */
#define SYNTH_TORSO_LEFT (-3.2)
#define SYNTH_TORSO_TOP 0.7
#define SYNTH_TORSO_WIDTH 6.4

/* Where the lips meet. */
#define SYNTH_MOUTH_V 0.74
#define SYNTH_MOUTH_HALF 0.3

/* ${edge} is the width of a soft edge: one pixel. */
void synth_paint_head(struct synth_paint *p, double u, double v, double edge,
    unsigned tone, uint64_t seed);
void synth_paint_torso(struct synth_paint *p, double u, double v, double edge,
    unsigned tone, uint64_t seed);

/* x and y in shares of the picture's height. */
void synth_paint_room(struct synth_paint *p, double x, double y, uint64_t seed);
void synth_paint_wall(
    struct synth_paint *p, double x, double y, unsigned tone, uint64_t seed);
void synth_paint_finger(
    struct synth_paint *p, double x, double y, unsigned tone, uint64_t seed);

/* Kinds of skin, after Fitzpatrick, 0 the lightest. */
#define SYNTH_TONES 6

/* How strong the pulse of that skin is; 1 on the lightest. */
double synth_tone_strength(unsigned tone);

#endif
