/*
 * video: recordings and camera streams, frame by frame.
 *
 * Decodes whatever libavformat and libavcodec read, and gives the planes as
 * the decoder left them: no scaling, no colour conversion, no rotation of
 * pixels.  What a caller needs to understand them (depth, subsampling, range,
 * matrix, orientation, real time) comes with each frame.  Formats that are not
 * planar Y'CbCr are turned into it first.
 *
 * All input is considered hostile: sizes are bounded, nothing that a file names
 * is opened, and what the decoder says never reaches standard error.
 */
#ifndef VIDEO_VIDEO_H
#define VIDEO_VIDEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "diag/err.h"

#define VIDEO_SIDE_MAX 8192                 /* pixels, either way */
#define VIDEO_PIXELS_MAX (8192LL * 4320)    /* of one picture */
#define VIDEO_STREAMS_MAX 64                /* of one container */
#define VIDEO_ALLOC_MAX ((size_t)512 << 20) /* bytes, one allocation */
#define VIDEO_SPOOL_MAX (INT64_C(16) << 30) /* bytes of an unseekable MP4 */
#define VIDEO_GAP_MAX 60.0    /* s; a longer gap in time counts as an error */
#define VIDEO_ERRORS_MAX 1000 /* successive undecodable packets: gives up */
#define VIDEO_RATE_MAX 1000   /* frames per second, as a codec says */
#define VIDEO_TEXT_MAX 64     /* of a name in struct video_info, with its 0 */

enum video_status {
	VIDEO_OK,
	VIDEO_END,   /* no further frame */
	VIDEO_BAD,   /* the file is at fault: no video, damaged, unsupported */
	VIDEO_SYSTEM /* the system is: I/O, memory */
};

/*
 * An open file or stream, before anything of it is parsed.  Opening is a step
 * of its own because it needs what the sandbox takes away.
 */
struct video_source {
	int fd;
	int spool; /* an unlinked file for an MP4 that must seek; or -1 */
	bool seekable;
	/* Of a file, when it was opened. */
	bool is_file;
	int64_t size;
	struct timespec modified;
	unsigned char *head; /* bytes that were read ahead of a stream */
	size_t head_len;
};

/*
 * Open ${path} for reading, "-" being standard input.  Of a stream that cannot
 * seek, wait for the first bytes; where they are those of an MP4 whose index
 * is at its end, make an unlinked temporary file (in $TMPDIR or /tmp) that
 * video_open will fill.  Return VIDEO_OK, VIDEO_BAD (an empty file, a Git LFS
 * pointer, a playlist) or VIDEO_SYSTEM (a directory, too).
 */
enum video_status video_source_open(
    struct video_source *source, const char *path, struct err *err);

/* As above, of a descriptor, which ${source} then owns in every case. */
enum video_status video_source_fd(
    struct video_source *source, int fd, struct err *err);

/* Release what video_open has not taken. */
void video_source_close(struct video_source *source);

/* How a stored picture is turned upright: the display matrix of the
 * container, as multiples of 90 degrees. */
struct video_orientation {
	unsigned quarter; /* clockwise quarter turns, 0 to 3, ... */
	bool mirror;      /* ... after a mirroring from left to right */
};

struct video_info {
	char container[VIDEO_TEXT_MAX]; /* "mov,mp4", "matroska", … */
	char codec[VIDEO_TEXT_MAX];     /* "h264" */
	char created[VIDEO_TEXT_MAX]; /* creation time, RFC 3339; "": unknown */
	char make[VIDEO_TEXT_MAX], model[VIDEO_TEXT_MAX]; /* camera; or "" */
	int width, height; /* of the upright picture */
	/* Frames a second as the file says; 0: unknown.  Of what has no times
	 * but a rate in its codec it is known with the first frame. */
	double frame_rate;
	double duration; /* s, as the file says; 0: unknown.  May be false */
	struct video_orientation orientation;
};

/* Where a video's times come from. */
enum video_clock {
	VIDEO_CLOCK_OWN,     /* its container keeps them, or its codec a rate */
	VIDEO_CLOCK_OPTIONS, /* frames are counted: video_options.frame_rate */
	VIDEO_CLOCK_CAPTURE, /* it was slowed down or sped up, by a capture
	                        rate that its sound bears out: put right */
	VIDEO_CLOCK_FALSE,   /* it was, and nobody knows how far */
	VIDEO_CLOCK_NONE     /* nowhere */
};

/* Which Y'CbCr: the weights of red and blue in luma. */
struct video_matrix {
	double kr, kb;
};

struct video_frame {
	/* Y', Cb, Cr.  Without chroma (grey) the last two are NULL. */
	const uint8_t *plane[3];
	ptrdiff_t stride[3];  /* bytes; may be negative */
	int width, height;    /* of the stored luma plane */
	int shift_x, shift_y; /* chroma is width >> shift_x, rounded up */
	int depth;            /* bits; above 8 samples are uint16_t, native */
	bool full_range;
	struct video_matrix matrix;
	struct video_orientation orientation;
	double time;  /* s from the first frame; rises strictly */
	bool damaged; /* the decoder had to guess in or just before it */
};

struct video_options {
	int threads; /* 0: one */
	/* Frames a second of what has no times: bare streams of a codec (but
	 * for formats that keep them), pictures one after the other.  0: as
	 * the codec says. */
	double frame_rate;
	bool has_stream;   /* else the best is read */
	unsigned stream;   /* its number in the container, from 0 */
	bool ignore_clock; /* count frames by it whatever has times */
	/* Given every byte of the source, once and in order, for its checksum:
	 * as it is read, and by video_drain what was not.  NULL: none. */
	void (*tap)(void *context, const void *bytes, size_t len);
	/* Asked where reading fails: is what is there all that is wanted?
	 * NULL: no. */
	bool (*stopped)(void *context);
	void *context;
};

struct video;

/*
 * Start decoding ${source}, whose descriptors the video takes over in every
 * case.  Of several video streams the best is read, unless ${options} choose one,
 * and cover pictures never.
 * Return VIDEO_OK with *${video}, VIDEO_BAD or VIDEO_SYSTEM.
 */
enum video_status video_open(struct video **video, struct video_source *source,
    const struct video_options *options, struct err *err);

const struct video_info *video_info(const struct video *video);

/* Which of several video streams is read, and which others are not, in words;
 * "" where there is one, or where it was asked for. */
const char *video_others(const struct video *video);

/*
 * Decode the next frame into ${frame}, valid until the next call.  Damage in
 * the middle is skipped and marks the next frame.  Return VIDEO_OK, VIDEO_END,
 * VIDEO_BAD when nothing decodes any more, or VIDEO_SYSTEM.
 */
enum video_status video_next(
    struct video *video, struct video_frame *frame, struct err *err);

/* Known once video_next has given a frame.  With VIDEO_CLOCK_NONE and
 * VIDEO_CLOCK_FALSE the times of frames mean nothing. */
enum video_clock video_clock(const struct video *video);

/* Does it have time stamps, whether they are used or not? */
bool video_has_times(const struct video *video);

/* What the file says of its clock, in words: "recorded at 60 frames per second
 * and played at 30 (com.android.capture.fps)". */
void video_clock_text(const struct video *video, char *text, size_t room);

/* Has the file been written to since it was opened? */
bool video_changed(const struct video *video);

/* How many packets or frames did not decode cleanly, up to now; and the first
 * thing the decoder said about it, or "". */
uint64_t video_damage(const struct video *video);
const char *video_complaint(const struct video *video);

/* After VIDEO_END: the length of the pictures in seconds, as the file states it, if
 * they ended more than 2 s before; as of a recording that was cut off between two
 * pictures.  Otherwise, and if the file does not state it, 0. */
double video_stated_length(const struct video *video);

/*
 * Give the tap what it has not been given.  A stream that cannot seek is read
 * to its end, so no frame comes of it any more; a file is left as it was.
 * Return VIDEO_OK or VIDEO_SYSTEM.
 */
enum video_status video_drain(struct video *video, struct err *err);

/* How much of the input was read, 0 to 1; negative where unknown. */
double video_progress(const struct video *video);

void video_close(struct video *video);

/*
 * The mean R'G'B', 0 to 255, of pixels with the mean samples ${yuv}, on the
 * scale of ${frame}.  Exact, since the conversion is linear; not clipped.
 */
void video_rgb(
    const struct video_frame *frame, const double yuv[3], double rgb[3]);

/* The size of a frame's upright picture. */
void video_upright_size(const struct video_frame *frame, int *w, int *h);

/* A point of the upright picture, in the stored one; and back.  Both count
 * from the outer corner of the top left pixel. */
void video_to_stored(const struct video_frame *frame, double x, double y,
    double *sx, double *sy);
void video_to_upright(const struct video_frame *frame, double sx, double sy,
    double *x, double *y);

#endif
