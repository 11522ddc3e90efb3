#include <errno.h>

#include <libavutil/display.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>

#include "video/ffmpeg.h"
#include "video/internal.h"

/* A camera must not wait long for its first frame to be looked at. */
#define ANALYZE_STREAM (2 * (int64_t)AV_TIME_BASE)

/* Playlists and references of one file to another are never followed. */
static int
refuse(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
    AVDictionary **options)
{
	(void)format;
	(void)io;
	(void)url;
	(void)flags;
	(void)options;
	return AVERROR(EPERM);
}

static enum video_status
explain(struct video *v, int code, const char *what, struct err *err)
{
	char text[AV_ERROR_MAX_STRING_SIZE];

	if (v->io_error != 0) {
		err_sys(err, v->io_error, "cannot read");
		return VIDEO_SYSTEM;
	}
	if (code == AVERROR(ENOMEM)) {
		err_set(err, "%s: out of memory", what);
		return VIDEO_SYSTEM;
	}
	if (v->complaint[0] != '\0') {
		err_set(err, "%s: %s", what, v->complaint);
		return VIDEO_BAD;
	}
	if (av_strerror(code, text, sizeof(text)) < 0)
		snprintf(text, sizeof(text), "error %d", code);
	err_set(err, "%s: %s", what, text);
	return VIDEO_BAD;
}

static void
set_text(char to[VIDEO_TEXT_MAX], const char *from)
{
	snprintf(to, VIDEO_TEXT_MAX, "%s", from == NULL ? "" : from);
}

/* The first of ${keys} that the container or the stream has. */
static void
set_metadata(
    char to[VIDEO_TEXT_MAX], const struct video *v, const char *const *keys)
{
	const AVDictionaryEntry *e = NULL;

	for (; e == NULL && *keys != NULL; keys++) {
		e = av_dict_get(v->format->metadata, *keys, NULL, 0);
		if (e == NULL)
			e = av_dict_get(v->stream->metadata, *keys, NULL, 0);
	}
	set_text(to, e == NULL ? NULL : e->value);
}

/* The name libavformat gives, which may list the whole family: two will do. */
static void
set_container(struct video_info *info, const char *name)
{
	char *comma;

	set_text(info->container, name);
	comma = strchr(info->container, ',');
	if (comma != NULL && (comma = strchr(comma + 1, ',')) != NULL)
		*comma = '\0';
}

/* Telephones write the offset without its colon: "+0200". */
static void
mend_offset(char time[VIDEO_TEXT_MAX])
{
	size_t n = strlen(time);
	char *sign = time + n - 5;

	if (n < 6 || n + 2 > VIDEO_TEXT_MAX || (*sign != '+' && *sign != '-') ||
	    strspn(sign + 1, "0123456789") != 4)
		return;
	memmove(sign + 4, sign + 3, 3);
	sign[3] = ':';
}

/* FFmpeg 7.1 gives the ticks of the clock for the rate of some formats. */
static bool
is_rate(AVRational rate)
{
	return rate.den > 0 && rate.num > 0 &&
	    rate.num / rate.den <= VIDEO_RATE_MAX;
}

static void
set_info(struct video *v)
{
	static const char *const created[] = {
	    "com.apple.quicktime.creationdate", "creation_time", "date", NULL};
	static const char *const make[] = {"com.apple.quicktime.make",
	    "com.android.manufacturer", "make", NULL};
	static const char *const model[] = {
	    "com.apple.quicktime.model", "com.android.model", "model", NULL};
	struct video_info *info = &v->info;
	const uint8_t *side;
	int32_t matrix[9];
	size_t len = 0;

	set_container(info, v->format->iformat->name);
	set_text(info->codec, avcodec_get_name(v->stream->codecpar->codec_id));
	set_metadata(info->created, v, created);
	mend_offset(info->created);
	set_metadata(info->make, v, make);
	set_metadata(info->model, v, model);
	if (is_rate(v->stream->avg_frame_rate))
		v->played = av_q2d(v->stream->avg_frame_rate);
	else if (is_rate(v->stream->r_frame_rate))
		v->played = av_q2d(v->stream->r_frame_rate);
	/* Without times, what the codec says comes with the first frame. */
	info->frame_rate = v->timeless ? v->options.frame_rate : v->played;
	if (v->format->duration > 0)
		info->duration = (double)v->format->duration / AV_TIME_BASE;
	side = ffmpeg_matrix(v->stream, &len);
	if (side != NULL && len >= sizeof(matrix)) {
		memcpy(matrix, side, sizeof(matrix));
		info->orientation = video_orientation_of(matrix);
	}
	info->width = v->stream->codecpar->width;
	info->height = v->stream->codecpar->height;
	if (info->orientation.quarter % 2 == 1) {
		info->width = v->stream->codecpar->height;
		info->height = v->stream->codecpar->width;
	}
}

/* Formats that only name other files: refuse() would make of each a different
 * complaint. */
static bool
is_list(const AVInputFormat *format)
{
	static const char *const lists[] = {
	    "concat", "dash", "hls", "imf", "rtsp", "sdp"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(format->name, lists[i]) == 0)
			return true;
	return false;
}

/* A demuxer that asks its caller for the frame rate reads no times. */
static bool
is_timeless(const AVInputFormat *format)
{
	const AVClass *options = format->priv_class;

	return (format->flags & AVFMT_NOTIMESTAMPS) != 0 ||
	    (options != NULL &&
		av_opt_find(&options, "framerate", NULL, 0,
		    AV_OPT_SEARCH_FAKE_OBJ) != NULL);
}

static enum video_status
open_format(struct video *v, struct err *err)
{
	const AVInputFormat *format = NULL;
	int code;

	if ((v->io = video_io_new(v)) == NULL ||
	    (v->format = avformat_alloc_context()) == NULL) {
		err_set(err, "out of memory");
		return VIDEO_SYSTEM;
	}
	v->format->pb = v->io;
	v->format->opaque = v;
	v->format->io_open = refuse;
	v->format->max_streams = VIDEO_STREAMS_MAX;
	v->format->flags |= AVFMT_FLAG_CUSTOM_IO;
	if (!v->source.seekable)
		v->format->max_analyze_duration = ANALYZE_STREAM;
	code = av_probe_input_buffer2(v->io, &format, NULL, v->format, 0,
	    (unsigned)v->format->format_probesize);
	if (code < 0 && video_kind_check(v, NULL, err) != VIDEO_OK)
		return VIDEO_BAD;
	if (code < 0)
		return explain(v, code, "is not a video that can be read", err);
	if (is_list(format))
		return video_source_list(err);
	if (video_kind_check(v, format, err) != VIDEO_OK)
		return VIDEO_BAD;
	/* On failure the context is freed, and v->format NULL. */
	code = avformat_open_input(&v->format, NULL, format, NULL);
	if (code < 0)
		return explain(v, code, "is not a video that can be read", err);
	code = avformat_find_stream_info(v->format, NULL);
	if (code < 0)
		return explain(v, code, "cannot be parsed", err);
	v->timeless = is_timeless(format) || video_kind_lacks_rate(v);
	return VIDEO_OK;
}

static enum video_status
open_codec(struct video *v, const AVCodec *decoder, struct err *err)
{
	const AVCodecParameters *par = v->stream->codecpar;
	int code;

	if (par->width > VIDEO_SIDE_MAX || par->height > VIDEO_SIDE_MAX ||
	    (int64_t)par->width * par->height > VIDEO_PIXELS_MAX) {
		err_set(err, "picture of %dx%d is too large", par->width,
		    par->height);
		return VIDEO_BAD;
	}
	v->packet = av_packet_alloc();
	v->frame = av_frame_alloc();
	v->codec = avcodec_alloc_context3(decoder);
	if (v->packet == NULL || v->frame == NULL || v->codec == NULL) {
		err_set(err, "out of memory");
		return VIDEO_SYSTEM;
	}
	code = avcodec_parameters_to_context(v->codec, par);
	if (code < 0)
		return explain(v, code, "cannot be decoded", err);
	/* What is there by now is the guess of the demuxer. */
	if (v->timeless)
		v->codec->framerate = (AVRational){0, 1};
	v->codec->opaque = v;
	v->codec->pkt_timebase = v->stream->time_base;
	v->codec->max_pixels = VIDEO_PIXELS_MAX;
	v->codec->thread_count =
	    v->options.threads > 0 ? v->options.threads : 1;
	code = avcodec_open2(v->codec, decoder, NULL);
	if (code < 0)
		return explain(v, code, "cannot be decoded", err);
	return VIDEO_OK;
}

enum video_status
video_open(struct video **video, struct video_source *source,
    const struct video_options *options, struct err *err)
{
	const AVCodec *decoder = NULL;
	enum video_status status;
	struct video *v;

	*video = NULL;
	if ((v = calloc(1, sizeof(*v))) == NULL) {
		video_source_close(source);
		err_set(err, "out of memory");
		return VIDEO_SYSTEM;
	}
	v->source = *source;
	*source = (struct video_source){.fd = -1, .spool = -1};
	if (options != NULL)
		v->options = *options;
	video_log_keep();
	av_max_alloc(VIDEO_ALLOC_MAX);

	status = VIDEO_OK;
	if (v->source.spool >= 0) {
		status = video_source_spool(&v->source, &v->options, err);
		v->options.tap = NULL; /* has seen all */
	}
	if (status == VIDEO_OK)
		status = open_format(v, err);
	if (status == VIDEO_OK)
		status = video_stream_choose(v, &decoder, err);
	if (status == VIDEO_OK)
		status = open_codec(v, decoder, err);
	if (status != VIDEO_OK) {
		video_close(v);
		return status;
	}
	set_info(v);
	video_clock_detect(v);
	v->opened = true;
	*video = v;
	return VIDEO_OK;
}

const struct video_info *
video_info(const struct video *video)
{
	return &video->info;
}

void
video_close(struct video *video)
{
	if (video == NULL)
		return;
	avcodec_free_context(&video->codec);
	av_frame_free(&video->frame);
	av_packet_free(&video->packet);
	avformat_close_input(&video->format);
	video_io_free(video);
	video_convert_free(&video->convert);
	video_source_close(&video->source);
	free(video);
}
