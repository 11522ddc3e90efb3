/*
 * What the files of lib/video share.
 */
#ifndef VIDEO_INTERNAL_H
#define VIDEO_INTERNAL_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>

#include "video/capture.h"
#include "video/video.h"

/* A picture of a format that callers do not know, as planes that they do. */
struct video_convert {
	uint8_t *plane[3];
	ptrdiff_t stride[3];
	size_t room;      /* bytes behind plane[0], which holds all three */
	uint16_t *line;   /* three rows of one component each */
	size_t line_room; /* samples */
};

struct video {
	struct video_source source;
	struct video_options options;
	int64_t pos;    /* of the next byte to read */
	int64_t size;   /* of a seekable file */
	int64_t tapped; /* bytes from the first on that the tap was given */
	bool opened;    /* all that precedes the frames has been read */
	int io_error;   /* errno of a failed read, 0: none */
	AVIOContext *io;
	AVFormatContext *format;
	AVCodecContext *codec;
	AVStream *stream;
	AVPacket *packet;
	AVFrame *frame;
	struct video_info info;
	struct video_convert convert;
	bool draining;   /* all packets were sent */
	bool any;        /* a frame came out */
	bool timeless;   /* the container keeps no times */
	bool damaged;    /* since the last frame */
	unsigned failed; /* errors since the last frame */
	uint64_t damage;
	char others[ERR_TEXT_MAX]; /* video streams that are not read */
	struct video_capture capture;
	bool counted;     /* times are counted by options.frame_rate */
	bool false_clock; /* the file says that its times are made up */
	double slowdown;  /* its times are this many times too long */
	double played;    /* frames per second by the container's clock */
	double origin;    /* what the file calls the time of the first frame */
	double skew;      /* added where the file's clock jumps */
	double last;      /* time of the last frame */
	double interval;  /* between two frames, smoothed; s */
	double raw;       /* what the file called the time of the last frame */
	bool still;       /* the file's clock stands at raw */
	unsigned late;    /* frames left out since the last: out of order */
	double ticks;     /* pictures until now, where they are counted */
	char complaint[ERR_TEXT_MAX];
};

/* source.c: make ${source} seekable by copying the rest of it to its unlinked
 * file, showing each byte to the tap. */
enum video_status video_source_spool(struct video_source *source,
    const struct video_options *options, struct err *err);

/* source.c: refuse what only names other files.  Return VIDEO_BAD. */
enum video_status video_source_list(struct err *err);

/* io.c: an AVIOContext that reads ${video}'s source, or NULL. */
AVIOContext *video_io_new(struct video *video);
void video_io_free(struct video *video);

/* log.c: from now on keep what FFmpeg says of a video, and print nothing. */
void video_log_keep(void);

/* streams.c: choose what is read, and find its decoder. */
enum video_status video_stream_choose(
    struct video *video, const AVCodec **decoder, struct err *err);

/* Bytes from the beginning of a source that show its kind.  The first line of YUV4MPEG,
 * of which libavformat reads up to 96 bytes, is the longest of what is looked at. */
#define VIDEO_HEAD 256

/* kinds.c: VIDEO_BAD for what libavformat would take for a video, or for
 * damage, and is known to be something else. */
enum video_status video_kind_check(
    const struct video *video, const AVInputFormat *format, struct err *err);

/* kinds.c: is it YUV4MPEG, by its first 16 bytes? */
bool video_kind_is_yuv4mpeg(const unsigned char *head);

/* kinds.c: is it YUV4MPEG that does not state its rate, which all times are made of? */
bool video_kind_lacks_rate(const struct video *video);

/* clock.c: find out whether the times of an open video are those of its
 * recording.  video_info must be set. */
void video_clock_detect(struct video *video);

/* frame.c: describe what was decoded; VIDEO_BAD for a format that no plane
 * can be made of. */
enum video_status video_frame_fill(
    struct video *video, struct video_frame *frame, struct err *err);
struct video_orientation video_orientation_of(const int32_t matrix[9]);

/* convert.c */
enum video_status video_convert(struct video_convert *convert,
    const AVFrame *from, const AVPixFmtDescriptor *desc, struct video_frame *to,
    struct err *err);
void video_convert_free(struct video_convert *convert);

#endif
