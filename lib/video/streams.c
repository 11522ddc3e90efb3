#include <stdarg.h>

#include "video/internal.h"

static void add(char *text, size_t room, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Append to ${text}; what does not fit is cut. */
static void
add(char *text, size_t room, const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, room - n, fmt, ap);
	va_end(ap);
}

static void
add_stream(char *text, size_t room, const AVStream *s)
{
	add(text, room, "%d (%s, %dx%d)", s->index,
	    avcodec_get_name(s->codecpar->codec_id), s->codecpar->width,
	    s->codecpar->height);
}

/* Say which is read where there are others. */
static void
name_others(struct video *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < v->format->nb_streams; i++)
		n += v->format->streams[i]->codecpar->codec_type ==
		    AVMEDIA_TYPE_VIDEO;
	if (n < 2 || v->options.has_stream)
		return;
	add(v->others, sizeof(v->others), "measuring video stream ");
	add_stream(v->others, sizeof(v->others), v->stream);
	add(v->others, sizeof(v->others), " of %u, not ", n);
	n = 0;
	for (unsigned i = 0; i < v->format->nb_streams; i++) {
		const AVStream *s = v->format->streams[i];

		if (s == v->stream ||
		    s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO)
			continue;
		if (n++ > 0)
			add(v->others, sizeof(v->others), ", ");
		add_stream(v->others, sizeof(v->others), s);
	}
	add(v->others, sizeof(v->others), ": see --stream");
}

static int64_t
pixels(const AVStream *s)
{
	return (int64_t)s->codecpar->width * s->codecpar->height;
}

/* libavformat goes by a flag that also previews have: where it was not asked
 * for, prefer a larger picture that moves to ${best}. */
static int
largest(const struct video *v, int best, const AVCodec **decoder)
{
	const AVCodec *other;

	for (unsigned i = 0; i < v->format->nb_streams; i++) {
		const AVStream *s = v->format->streams[i];

		if (s->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
		    s->nb_frames == 1 ||
		    pixels(s) <= pixels(v->format->streams[best]))
			continue;
		other = avcodec_find_decoder(s->codecpar->codec_id);
		if (other == NULL)
			continue;
		best = (int)i;
		*decoder = other;
	}
	return best;
}

enum video_status
video_stream_choose(struct video *v, const AVCodec **decoder, struct err *err)
{
	int best, wanted = v->options.has_stream ? (int)v->options.stream : -1;
	AVStream *s;

	/* A cover picture is a stream of video to libavformat. */
	for (unsigned i = 0; i < v->format->nb_streams; i++) {
		s = v->format->streams[i];
		s->discard = AVDISCARD_ALL;
		if (s->disposition & AV_DISPOSITION_ATTACHED_PIC)
			s->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
	}
	best = av_find_best_stream(
	    v->format, AVMEDIA_TYPE_VIDEO, wanted, -1, decoder, 0);
	if (best == AVERROR_DECODER_NOT_FOUND) {
		err_set(err, "no decoder for its video stream");
		return VIDEO_BAD;
	}
	if ((best < 0 || *decoder == NULL) && wanted >= 0) {
		err_set(err, "stream %d is not video", wanted);
		return VIDEO_BAD;
	}
	if (best < 0 || *decoder == NULL) {
		err_set(err, "has no video stream");
		return VIDEO_BAD;
	}
	if (wanted < 0)
		best = largest(v, best, decoder);
	v->stream = v->format->streams[best];
	v->stream->discard = AVDISCARD_DEFAULT;
	name_others(v);
	return VIDEO_OK;
}

const char *
video_others(const struct video *video)
{
	return video->others;
}
