#include "video/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "instant/instant.h"
#include "video/encoder.h"
#include "video/ffmpeg.h"
#include "video/pack.h"
#include "video/sink.h"

struct video_writer {
	AVFormatContext *format;
	AVCodecContext *codec;
	AVStream *stream;
	AVPacket *packet;
	AVFrame *frame;
	struct video_pack *pack;
	struct video_sink sink;
	bool variable;
	int64_t last;
};

/* ---- What is asked for, and whether there is such a thing --------------- */

/* Only these keep a display matrix (FFmpeg 5.1). */
static bool
mov_family(const AVOutputFormat *f)
{
	return av_match_name(f->name, "mov,mp4,ipod,3gp,3g2,psp,f4v,ismv");
}

static enum video_writer_status
find_format(struct video_writer *w, const char *path,
    const struct video_writer_spec *spec, struct err *err)
{
	const char *name = spec->format;
	const AVOutputFormat *f;

	if (name == NULL && strcmp(path, "-") == 0)
		name = "matroska";
	f = av_guess_format(name, name == NULL ? path : NULL, NULL);
	if (f == NULL && name != NULL) {
		err_set(err, "unknown container '%s'", name);
		return VIDEO_WRITER_REFUSED;
	}
	if (f == NULL) {
		err_set(err, "unknown container: use --format");
		return VIDEO_WRITER_REFUSED;
	}
	if (f->video_codec == AV_CODEC_ID_NONE ||
	    (f->flags & AVFMT_NOFILE) != 0) {
		err_set(err, "'%s' is not a container for video", f->name);
		return VIDEO_WRITER_REFUSED;
	}
	/* The mov family can, and does not say so. */
	if (spec->variable && (f->flags & AVFMT_VARIABLE_FPS) == 0 &&
	    !mov_family(f)) {
		err_set(
		    err, "'%s' cannot keep frames at uneven times", f->name);
		return VIDEO_WRITER_REFUSED;
	}
	if (avformat_alloc_output_context2(&w->format, f, NULL, NULL) < 0)
		return video_writer_no_memory(err);
	return VIDEO_WRITER_OK;
}

static enum video_writer_status
find_codec(struct video_writer *w, const struct video_writer_spec *spec,
    const AVCodec **codec, struct err *err)
{
	const AVOutputFormat *f = w->format->oformat;
	bool fits = avformat_query_codec(
			f, AV_CODEC_ID_H264, FF_COMPLIANCE_NORMAL) == 1;

	if (spec->codec != NULL)
		*codec = avcodec_find_encoder_by_name(spec->codec);
	else if (fits && f->video_codec != AV_CODEC_ID_RAWVIDEO)
		*codec = avcodec_find_encoder_by_name("libx264");
	if (*codec == NULL && spec->codec == NULL)
		*codec = avcodec_find_encoder(f->video_codec);
	if (*codec == NULL || (*codec)->type != AVMEDIA_TYPE_VIDEO) {
		err_set(err, "unknown video encoder '%s'",
		    spec->codec != NULL ? spec->codec
					: avcodec_get_name(f->video_codec));
		return VIDEO_WRITER_REFUSED;
	}
	if (avformat_query_codec(f, (*codec)->id, FF_COMPLIANCE_NORMAL) == 0) {
		err_set(err, "'%s' does not support %s", f->name,
		    avcodec_get_name((*codec)->id));
		return VIDEO_WRITER_REFUSED;
	}
	if (spec->rotate != 0 && !mov_family(f)) {
		err_set(err, "'%s' keeps no rotation: use mov or mp4", f->name);
		return VIDEO_WRITER_REFUSED;
	}
	return VIDEO_WRITER_OK;
}

/* ---- The encoder and the container -------------------------------------- */

static enum video_writer_status
open_codec(struct video_writer *w, const AVCodec *codec,
    const struct video_writer_spec *spec, struct err *err)
{
	enum video_writer_status rc;
	bool high = spec->height >= 720 && spec->width >= 720, full;

	rc = video_encoder_open(&w->codec, codec, spec,
	    (w->format->oformat->flags & AVFMT_GLOBALHEADER) != 0, err);
	if (rc != VIDEO_WRITER_OK)
		return rc;
	full = w->codec->color_range == AVCOL_RANGE_JPEG;
	w->pack = video_pack_new(w->codec->pix_fmt, spec->width, spec->height,
	    spec->rotate, full, high, spec->seed, err);
	w->frame = av_frame_alloc();
	w->packet = av_packet_alloc();
	if (w->pack == NULL)
		return VIDEO_WRITER_FAILED;
	if (w->frame == NULL || w->packet == NULL)
		return video_writer_no_memory(err);
	w->frame->format = w->codec->pix_fmt;
	w->frame->width = w->codec->width;
	w->frame->height = w->codec->height;
	if (av_frame_get_buffer(w->frame, 0) < 0)
		return video_writer_no_memory(err);
	/* Formats such as bgr0 have bytes that nothing is written to. */
	for (int i = 0; i < AV_NUM_DATA_POINTERS; i++) {
		if (w->frame->buf[i] != NULL)
			memset(
			    w->frame->buf[i]->data, 0, w->frame->buf[i]->size);
	}
	return VIDEO_WRITER_OK;
}

static enum video_writer_status
add_stream(struct video_writer *w, const struct video_writer_spec *spec,
    struct err *err)
{
	int32_t *matrix;

	w->stream = avformat_new_stream(w->format, NULL);
	if (w->stream == NULL ||
	    avcodec_parameters_from_context(w->stream->codecpar, w->codec) < 0)
		return video_writer_no_memory(err);
	w->stream->time_base = w->codec->time_base;
	w->stream->avg_frame_rate = w->codec->framerate;
	if (spec->rotate == 0)
		return VIDEO_WRITER_OK;
	matrix = ffmpeg_new_matrix(w->stream);
	if (matrix == NULL)
		return video_writer_no_memory(err);
	/* Stored turned clockwise, so it is shown turned back.  A positive
	 * angle is clockwise, whatever display.h of FFmpeg 5.1 says. */
	av_display_rotation_set(matrix, -(double)spec->rotate);
	return VIDEO_WRITER_OK;
}

static void
set_metadata(struct video_writer *w, const struct video_writer_spec *spec)
{
	AVDictionary **m = &w->format->metadata;
	char text[INSTANT_TEXT_MAX];

	if (spec->make != NULL)
		av_dict_set(m, "make", spec->make, 0);
	if (spec->model != NULL)
		av_dict_set(m, "model", spec->model, 0);
	if (spec->creation != VIDEO_WRITER_NO_TIME) {
		instant_format(spec->creation, text);
		av_dict_set(m, "creation_time", text, 0);
	}
}

static enum video_writer_status
begin(struct video_writer *w, const struct video_writer_spec *spec,
    struct err *err)
{
	AVDictionary *options = NULL;
	const AVClass *c = w->format->oformat->priv_class;
	bool mov = c != NULL &&
	    av_opt_find(&c, "movflags", NULL, 0, AV_OPT_SEARCH_FAKE_OBJ) !=
		NULL;
	int rc;

	set_metadata(w, spec);
	/* Where a camera writes its name in a file of the mov family. */
	if (mov)
		av_dict_set(&options, "movflags", "+use_metadata_tags", 0);
	if (mov && !w->sink.seekable)
		av_dict_set(&options, "movflags",
		    "+frag_keyframe+empty_moov+default_base_moof",
		    AV_DICT_APPEND);
	rc = avformat_write_header(w->format, &options);
	av_dict_free(&options);
	if (w->sink.error != 0) {
		err_sys(err, w->sink.error, "write failed");
		return VIDEO_WRITER_FAILED;
	}
	if (rc >= 0)
		return VIDEO_WRITER_OK;
	video_writer_failed(err, rc, w->format->oformat->name);
	return rc == AVERROR(ENOMEM) ? VIDEO_WRITER_FAILED
				     : VIDEO_WRITER_REFUSED;
}

static enum video_writer_status
open_sink(struct video_writer *w, const char *path, struct err *err)
{
	if (video_sink_open(&w->sink, path, err) != 0)
		return VIDEO_WRITER_FAILED;
	w->format->pb = w->sink.io;
	w->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
	return VIDEO_WRITER_OK;
}

enum video_writer_status
video_writer_open(struct video_writer **writer, const char *path,
    const struct video_writer_spec *spec, struct err *err)
{
	struct video_writer *w = calloc(1, sizeof(*w));
	const AVCodec *codec = NULL;
	enum video_writer_status rc;

	*writer = NULL;
	if (w == NULL)
		return video_writer_no_memory(err);
	av_log_set_level(AV_LOG_QUIET);
	w->sink.fd = -1;
	w->last = INT64_MIN;
	w->variable = spec->variable;
	rc = find_format(w, path, spec, err);
	if (rc == VIDEO_WRITER_OK)
		rc = find_codec(w, spec, &codec, err);
	if (rc == VIDEO_WRITER_OK)
		rc = open_codec(w, codec, spec, err);
	if (rc == VIDEO_WRITER_OK)
		rc = add_stream(w, spec, err);
	if (rc == VIDEO_WRITER_OK)
		rc = open_sink(w, path, err);
	if (rc == VIDEO_WRITER_OK)
		rc = begin(w, spec, err);
	if (rc != VIDEO_WRITER_OK) {
		video_writer_free(w);
		return rc;
	}
	*writer = w;
	return VIDEO_WRITER_OK;
}

/* ---- Pictures ------------------------------------------------------------ */

static enum video_writer_status
written(const struct video_writer *w, int rc, struct err *err)
{
	if (w->sink.error != 0) {
		err_sys(err, w->sink.error, "write failed");
		return VIDEO_WRITER_FAILED;
	}
	return rc < 0 ? video_writer_failed(err, rc, "cannot write")
		      : VIDEO_WRITER_OK;
}

static enum video_writer_status
drain(struct video_writer *w, struct err *err)
{
	enum video_writer_status status = VIDEO_WRITER_OK;
	int rc;

	for (;;) {
		rc = avcodec_receive_packet(w->codec, w->packet);
		if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
			return VIDEO_WRITER_OK;
		if (rc < 0)
			return video_writer_failed(err, rc, "cannot encode");
		if (w->packet->duration == 0 && !w->variable)
			w->packet->duration = 1;
		av_packet_rescale_ts(
		    w->packet, w->codec->time_base, w->stream->time_base);
		w->packet->stream_index = w->stream->index;
		rc = av_interleaved_write_frame(w->format, w->packet);
		status = written(w, rc, err);
		if (status != VIDEO_WRITER_OK)
			return status;
	}
}

enum video_writer_status
video_writer_put(struct video_writer *w, double time, const float *const rgb[3],
    struct err *err)
{
	int64_t pts = llround(time / av_q2d(w->codec->time_base));
	int rc;

	if (pts <= w->last)
		pts = w->last + 1;
	rc = av_frame_make_writable(w->frame);
	if (rc < 0)
		return video_writer_no_memory(err);
	video_pack_frame(w->pack, rgb, w->frame);
	w->frame->pts = w->last = pts;
	if ((w->codec->flags & AV_CODEC_FLAG_QSCALE) != 0)
		w->frame->quality = w->codec->global_quality;
	rc = avcodec_send_frame(w->codec, w->frame);
	if (rc < 0)
		return video_writer_failed(err, rc, "cannot encode");
	return drain(w, err);
}

enum video_writer_status
video_writer_finish(struct video_writer *w, struct err *err)
{
	enum video_writer_status status;
	int rc = avcodec_send_frame(w->codec, NULL);

	status = rc < 0 ? video_writer_failed(err, rc, "cannot encode")
			: drain(w, err);
	if (status == VIDEO_WRITER_OK)
		status = written(w, av_write_trailer(w->format), err);
	if (status == VIDEO_WRITER_OK && video_sink_finish(&w->sink, err) != 0)
		status = VIDEO_WRITER_FAILED;
	video_writer_free(w);
	return status;
}

void
video_writer_free(struct video_writer *w)
{
	if (w == NULL)
		return;
	av_packet_free(&w->packet);
	av_frame_free(&w->frame);
	avcodec_free_context(&w->codec);
	avformat_free_context(w->format);
	video_pack_free(w->pack);
	video_sink_release(&w->sink);
	free(w);
}
