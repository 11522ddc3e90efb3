/*
 * scene: what is before the camera, as planes that are painted once.
 *
 * The background stays; before it are layers that move: shoulders, head.  A
 * layer is a picture with coverage and with the strength of the pulse in each
 * of its pixels, sampled bilinearly at any shift, size and roll.
 */
#ifndef SYNTH_SCENE_H
#define SYNTH_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "synth/motion.h"

enum synth_scene_kind {
	SYNTH_SCENE_FACE,
	SYNTH_SCENE_PHOTO,  /* the same face without life */
	SYNTH_SCENE_WALL,   /* paint in the colour of skin */
	SYNTH_SCENE_FINGER, /* a fingertip on the lens, lit through */
	SYNTH_SCENE_COUNT
};

/* Floats of one layer pixel. */
enum synth_channel {
	SYNTH_RED, /* 0 to 255, times coverage */
	SYNTH_GREEN,
	SYNTH_BLUE,
	SYNTH_COVER, /* 0 to 1 */
	SYNTH_EARLY, /* strength of the pulse as it arrives first ... */
	SYNTH_LATE,  /* ... and spec.transit later */
	SYNTH_CHANNELS = 8
};

struct synth_layer {
	unsigned width, height;
	double unit;   /* layer pixels of half a face width */
	double u0, v0; /* face coordinates of the first pixel */
	float *px;     /* height * width * SYNTH_CHANNELS, or NULL */
};

struct synth_scene {
	unsigned width, height;
	float *back[3];           /* height * width, red green blue */
	struct synth_layer torso; /* shoulders and neck */
	struct synth_layer head;  /* head, or the whole of a fingertip */
	double x, y;              /* where the face's middle is, pixels */
	double unit;              /* half a face's width, pixels */
};

/* Paint.  ${face} is the share of the picture's height that the face takes
 * from brows to chin and a bit; ${tone} is below SYNTH_TONES.  Return 0, or -1
 * without memory. */
int synth_scene_init(struct synth_scene *s, enum synth_scene_kind kind,
    unsigned width, unsigned height, double face, unsigned tone, uint64_t seed);
void synth_scene_release(struct synth_scene *s);

/* The ${n} pixels of ${layer} under the picture's pixels (x, y), (x + 1, y)
 * ... when the layer's origin is posed at picture pixel (${ox}, ${oy}).
 * ${out} takes n * SYNTH_CHANNELS floats, zero where there is none. */
void synth_layer_row(const struct synth_layer *layer, double unit, double ox,
    double oy, const struct synth_pose *pose, double x, double y, unsigned n,
    float *out);

#endif
