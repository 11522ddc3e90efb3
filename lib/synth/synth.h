/*
 * synth: frames of a video whose pulse is known.
 *
 * The pulse in 8-bit video is smaller than one step of a pixel.  Frames are
 * therefore made in floating point, with the noise of a sensor on top, and
 * whoever makes whole numbers of them must dither (as the noise of a camera
 * does), so that the mean over many pixels still carries it.
 */
#ifndef SYNTH_SYNTH_H
#define SYNTH_SYNTH_H

#include "synth/pulse.h"
#include "synth/spec.h"

struct synth;

/* Prepare what is the same in all frames.  Return NULL if out of memory. */
struct synth *synth_new(const struct synth_spec *spec);
void synth_free(struct synth *s);

/* The heart whose pulse it shows, owned by ${s}. */
const struct synth_pulse *synth_heart(const struct synth *s);

/* Render the picture at ${time}, in 0 .. seconds.  ${rgb} gets three planes of
 * height * width floats on the scale 0 to 255, which noise may exceed a little;
 * owned by ${s}, valid until the next call. */
void synth_frame(struct synth *s, double time, const float *rgb[3]);

#endif
