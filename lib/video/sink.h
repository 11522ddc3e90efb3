/*
 * sink: where a container's bytes go.
 *
 * A regular file gets its name when it is whole, and has none until then
 * (or, where the file system knows no such files, one of its own); a device, a
 * pipe or stdout is written as it is, without seeking.
 */
#ifndef VIDEO_SINK_H
#define VIDEO_SINK_H

#include <stdbool.h>

#include <libavformat/avio.h>

#include "diag/err.h"

struct video_sink {
	AVIOContext *io;
	char *path;      /* to be given at the end; NULL: in its place */
	char *temporary; /* the name just before */
	int fd;
	int error; /* errno of the first write that failed */
	bool owns, seekable;
	bool named; /* temporary is there */
};

/* Open ${path}; "-" is stdout.  Return 0, or -1 with ${err}; in both cases
 * ${s} is to be released. */
int video_sink_open(struct video_sink *s, const char *path, struct err *err);

/* Write what is buffered, close, and give the file its name.  Return 0, or -1
 * with ${err}. */
int video_sink_finish(struct video_sink *s, struct err *err);

/* Free; an unfinished file is removed.  ${s} may be all zero but for fd -1. */
void video_sink_release(struct video_sink *s);

#endif
