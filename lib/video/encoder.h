/*
 * encoder: an encoder of libavcodec, set as a spec asks for.  Private to
 * lib/video.
 */
#ifndef VIDEO_ENCODER_H
#define VIDEO_ENCODER_H

#include <libavcodec/avcodec.h>

#include "video/writer.h"

/* Open ${encoder}.  *${codec} is the caller's to free, whatever is returned;
 * ${global_header}: the container wants one. */
enum video_writer_status video_encoder_open(AVCodecContext **codec,
    const AVCodec *encoder, const struct video_writer_spec *spec,
    bool global_header, struct err *err);

/* Say in ${err} what the library returned for ${what}, or that there is no
 * memory.  Return VIDEO_WRITER_FAILED. */
enum video_writer_status video_writer_failed(
    struct err *err, int rc, const char *what);
enum video_writer_status video_writer_no_memory(struct err *err);

#endif
