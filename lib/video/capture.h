/*
 * capture: does a file say that its clock is not the one it was recorded by?
 *
 * Slow motion and time lapses are stored with times made up for playing; how
 * many frames per second the camera took is stored beside them.  Private to
 * lib/video.
 */
#ifndef VIDEO_CAPTURE_H
#define VIDEO_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

/* What was found.  All zero: nothing. */
struct video_capture {
	double rate;   /* frames per second that the camera took; 0: unknown */
	double played; /* the rate it is played at, as given with it; or 0 */
	bool retimed;  /* slow motion or a time lapse of unknown ratio */
	char who[48];  /* what says so: the last part of the key */
};

/* Take what ${key} says, if it is one of those that matter. */
void video_capture_take(
    struct video_capture *capture, const char *key, const char *value);

/* Read ${n} bytes at ${at} into ${to}.  Return 0, or -1. */
typedef int video_capture_read(void *context, long long at, void *to, size_t n);

/* Take what the boxes of an MP4 or QuickTime file of ${size} bytes say that
 * libavformat ignores.  What is damaged is ignored, too. */
void video_capture_boxes(struct video_capture *capture,
    video_capture_read *read, void *context, long long size);

#endif
