/*
 * clip: the frames of a synth, encoded.
 */
#ifndef SYNTH_CLIP_H
#define SYNTH_CLIP_H

#include <stddef.h>

#include "diag/err.h"
#include "synth/synth.h"
#include "video/writer.h"

/* Render ${spec} into the file ${path} ("-": stdout).  ${video} says how it is
 * stored; its size, frame rate and seed are taken from ${spec}.  ${progress},
 * unless NULL, is called with the seconds done, now and then.  *${frames} gets
 * their number.  Return as video_writer_open. */
enum video_writer_status synth_clip_write(struct synth *synth,
    const struct synth_spec *spec, struct video_writer_spec *video,
    const char *path, void (*progress)(double seconds), size_t *frames,
    struct err *err);

#endif
