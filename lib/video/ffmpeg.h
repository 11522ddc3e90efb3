/*
 * ffmpeg: what its releases 5.1 to 7.1 name or type differently.
 */
#ifndef VIDEO_FFMPEG_H
#define VIDEO_FFMPEG_H

#include <stddef.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* The bytes that an AVIOContext hands to its writer. */
#if LIBAVFORMAT_VERSION_MAJOR >= 61
typedef const uint8_t ffmpeg_written;
#else
typedef uint8_t ffmpeg_written;
#endif

/* The display matrix of ${stream} and its length in bytes, or NULL.  It is
 * ${stream}'s. */
const uint8_t *ffmpeg_matrix(const AVStream *stream, size_t *len);

/* Room for the display matrix of ${stream}, nine numbers, or NULL: out of
 * memory.  It is ${stream}'s. */
int32_t *ffmpeg_new_matrix(AVStream *stream);

/* The pixel formats that ${encoder} takes, AV_PIX_FMT_NONE at the end; NULL:
 * any. */
const enum AVPixelFormat *ffmpeg_pixel_formats(const AVCodec *encoder);

#endif
