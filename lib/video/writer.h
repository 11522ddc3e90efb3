/*
 * writer: pictures into any container and codec that libavformat and
 * libavcodec have.
 *
 * The same calls give the same bytes: one encoder thread, bit-exact flags, no
 * clock.  A regular file appears under its name only once it is whole; a pipe
 * or device is written as it goes, in a form that needs no seeking.
 */
#ifndef VIDEO_WRITER_H
#define VIDEO_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"

#define VIDEO_WRITER_OPTIONS_MAX 64
#define VIDEO_WRITER_RATE_MAX 1000.0

/* "No creation time". */
#define VIDEO_WRITER_NO_TIME INT64_MIN

struct video_writer_spec {
	const char *format;        /* NULL: by the file's name */
	const char *codec;         /* NULL: H.264 where the format takes it */
	const char *pixel_format;  /* NULL: the codec's most usual */
	int64_t bit_rate;          /* bit/s; 0: by quality */
	double quality;            /* the codec's crf; negative: its own */
	const char *const *option; /* "name=value" for the encoder */
	size_t options;
	unsigned width, height; /* as seen */
	unsigned rotate; /* degrees clockwise that the pictures are stored
			  * turned by; players turn them back */
	bool full_range; /* luma from 0 to 255; of JPEG it always is */
	int64_t rate_num, rate_den; /* frames per second */
	bool variable;              /* frames may come at any time */
	const char *make, *model;   /* NULL: none */
	int64_t creation;           /* ms since 1970, or ..._NO_TIME */
	uint64_t seed;              /* of the dither */
};

enum video_writer_status {
	VIDEO_WRITER_OK = 0,
	VIDEO_WRITER_FAILED = -1, /* I/O, memory, library */
	VIDEO_WRITER_REFUSED = -2 /* the spec asks for what there is not */
};

struct video_writer;

/* Open ${path}; "-" is stdout.  On success *${w} is the caller's, to be ended
 * by video_writer_finish or given up by video_writer_free.  Nothing is created
 * when the spec is refused. */
enum video_writer_status video_writer_open(struct video_writer **w,
    const char *path, const struct video_writer_spec *spec, struct err *err);

/* Add the picture of ${time} seconds: three planes of height * width floats,
 * red, green, blue, 0 to 255.  Times must rise. */
enum video_writer_status video_writer_put(struct video_writer *w, double time,
    const float *const rgb[3], struct err *err);

/* Write what the encoder still holds and the container's end, and give the
 * file its name.  ${w} is freed whatever comes. */
enum video_writer_status video_writer_finish(
    struct video_writer *w, struct err *err);

/* Give up: an unfinished file is removed.  NULL is a no-op. */
void video_writer_free(struct video_writer *w);

#endif
