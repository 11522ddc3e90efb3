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
#include "video/pack.h"
#include "video/sink.h"

/* The clock of pictures that come at any time. */
#define VARIABLE_CLOCK 90000

/* Quality where none is asked for: the pulse of a face survives. */
#define USUAL_CRF 18.0
#define USUAL_QUANTISER 2.0

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

static enum video_writer_status
failed(struct err *err, int rc, const char *what)
{
	char text[AV_ERROR_MAX_STRING_SIZE] = "";

	av_strerror(rc, text, sizeof(text));
	err_set(err, "%s: %s", what, text);
	return VIDEO_WRITER_FAILED;
}

static enum video_writer_status
no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VIDEO_WRITER_FAILED;
}

/* ---- What is asked for, and whether there is such a thing --------------- */

/* These alone keep a display matrix (FFmpeg 5.1). */
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
		err_set(err,
		    "the name does not tell the container: use "
		    "--format");
		return VIDEO_WRITER_REFUSED;
	}
	if (f->video_codec == AV_CODEC_ID_NONE ||
	    (f->flags & AVFMT_NOFILE) != 0) {
		err_set(err, "'%s' is no container for a video", f->name);
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
		return no_memory(err);
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
		err_set(err, "'%s' does not take %s", f->name,
		    avcodec_get_name((*codec)->id));
		return VIDEO_WRITER_REFUSED;
	}
	if (spec->rotate != 0 && !mov_family(f)) {
		err_set(err, "'%s' keeps no rotation: use mov or mp4", f->name);
		return VIDEO_WRITER_REFUSED;
	}
	return VIDEO_WRITER_OK;
}

static bool
encoder_takes(const AVCodec *codec, enum AVPixelFormat format)
{
	const enum AVPixelFormat *f = codec->pix_fmts;

	if (f == NULL)
		return true;
	while (*f != AV_PIX_FMT_NONE && *f != format)
		f++;
	return *f == format;
}

static enum video_writer_status
find_pixel_format(struct video_writer *w, const AVCodec *codec,
    const struct video_writer_spec *spec, struct err *err)
{
	enum AVPixelFormat f = AV_PIX_FMT_YUV420P;
	const AVPixFmtDescriptor *d;
	bool turned = spec->rotate == 90 || spec->rotate == 270;
	unsigned wide = turned ? spec->height : spec->width;
	unsigned high = turned ? spec->width : spec->height;

	if (spec->pixel_format != NULL)
		f = av_get_pix_fmt(spec->pixel_format);
	else if (!encoder_takes(codec, f)) {
		f = codec->pix_fmts[0];
		for (int i = 0; !video_pack_can(f) && f != AV_PIX_FMT_NONE; i++)
			f = codec->pix_fmts[i];
	}
	d = av_pix_fmt_desc_get(f);
	if (d == NULL || !video_pack_can(f)) {
		err_set(err, "pixel format '%s' cannot be written",
		    spec->pixel_format != NULL ? spec->pixel_format : "?");
		return VIDEO_WRITER_REFUSED;
	}
	if (!encoder_takes(codec, f)) {
		err_set(err, "%s does not take pixel format %s", codec->name,
		    d->name);
		return VIDEO_WRITER_REFUSED;
	}
	if (wide % (1U << d->log2_chroma_w) != 0 ||
	    high % (1U << d->log2_chroma_h) != 0) {
		err_set(err, "pixel format %s needs an even size", d->name);
		return VIDEO_WRITER_REFUSED;
	}
	w->codec->pix_fmt = f;
	w->codec->width = (int)wide;
	w->codec->height = (int)high;
	return VIDEO_WRITER_OK;
}

/* ---- The encoder and the container -------------------------------------- */

static void
set_colour(AVCodecContext *c, const struct video_writer_spec *spec)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(c->pix_fmt);
	bool high = spec->height >= 720 && spec->width >= 720;

	if ((d->flags & AV_PIX_FMT_FLAG_RGB) != 0) {
		c->colorspace = AVCOL_SPC_RGB;
		c->color_range = AVCOL_RANGE_JPEG;
		return;
	}
	c->color_range = spec->full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	c->colorspace = high ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
	c->color_primaries = high ? AVCOL_PRI_BT709 : AVCOL_PRI_SMPTE170M;
	c->color_trc = high ? AVCOL_TRC_BT709 : AVCOL_TRC_SMPTE170M;
}

/* For encoders that know no crf. */
static void
constant_quantiser(AVCodecContext *c, double q)
{
	c->flags |= AV_CODEC_FLAG_QSCALE;
	c->global_quality = (int)(q * FF_QP2LAMBDA);
}

static void
set_codec(struct video_writer *w, const AVCodec *codec,
    const struct video_writer_spec *spec)
{
	AVCodecContext *c = w->codec;
	AVRational rate;

	av_reduce(&rate.num, &rate.den, spec->rate_num, spec->rate_den,
	    INT32_MAX / 2);
	c->time_base =
	    spec->variable ? (AVRational){1, VARIABLE_CLOCK} : av_inv_q(rate);
	c->framerate = rate;
	c->sample_aspect_ratio = (AVRational){1, 1};
	c->thread_count = 1;
	c->flags |= AV_CODEC_FLAG_BITEXACT;
	if ((w->format->oformat->flags & AVFMT_GLOBALHEADER) != 0)
		c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (spec->bit_rate > 0)
		c->bit_rate = spec->bit_rate;
	else if (av_opt_set_double(c->priv_data, "crf", USUAL_CRF, 0) != 0)
		constant_quantiser(c, USUAL_QUANTISER);
	if (strcmp(codec->name, "libx264") == 0)
		av_opt_set(c->priv_data, "preset", "veryfast", 0);
	/* This one talks on stderr and starts threads of its own. */
	if (strcmp(codec->name, "libx265") == 0)
		av_opt_set(c->priv_data, "x265-params",
		    "log-level=none:pools=none:frame-threads=1", 0);
	set_colour(c, spec);
}

/* The encoder's own options, which the library checks. */
static enum video_writer_status
set_options(
    AVCodecContext *c, const struct video_writer_spec *spec, struct err *err)
{
	char name[64];
	int rc;

	if (spec->quality >= 0) {
		rc = av_opt_set_double(c->priv_data, "crf", spec->quality, 0);
		if (rc == AVERROR_OPTION_NOT_FOUND)
			constant_quantiser(c, fmax(spec->quality, 1));
	}
	for (size_t i = 0; i < spec->options; i++) {
		const char *o = spec->option[i], *value = strchr(o, '=');

		if (value == NULL || (size_t)(value - o) >= sizeof(name)) {
			err_set(
			    err, "encoder option '%s' is not NAME=VALUE", o);
			return VIDEO_WRITER_REFUSED;
		}
		memcpy(name, o, (size_t)(value - o));
		name[value - o] = '\0';
		rc = av_opt_set(c, name, value + 1, AV_OPT_SEARCH_CHILDREN);
		if (rc < 0) {
			err_set(
			    err, "%s refuses option '%s'", c->codec->name, o);
			return VIDEO_WRITER_REFUSED;
		}
	}
	return VIDEO_WRITER_OK;
}

static enum video_writer_status
open_codec(struct video_writer *w, const AVCodec *codec,
    const struct video_writer_spec *spec, struct err *err)
{
	enum video_writer_status rc;
	bool high = spec->height >= 720 && spec->width >= 720;
	int n;

	w->codec = avcodec_alloc_context3(codec);
	if (w->codec == NULL)
		return no_memory(err);
	rc = find_pixel_format(w, codec, spec, err);
	if (rc != VIDEO_WRITER_OK)
		return rc;
	set_codec(w, codec, spec);
	rc = set_options(w->codec, spec, err);
	if (rc != VIDEO_WRITER_OK)
		return rc;
	n = avcodec_open2(w->codec, codec, NULL);
	if (n < 0) {
		failed(err, n, codec->name);
		return VIDEO_WRITER_REFUSED;
	}
	w->pack = video_pack_new(w->codec->pix_fmt, spec->width, spec->height,
	    spec->rotate, spec->full_range, high, spec->seed, err);
	w->frame = av_frame_alloc();
	w->packet = av_packet_alloc();
	if (w->pack == NULL)
		return VIDEO_WRITER_FAILED;
	if (w->frame == NULL || w->packet == NULL)
		return no_memory(err);
	w->frame->format = w->codec->pix_fmt;
	w->frame->width = w->codec->width;
	w->frame->height = w->codec->height;
	if (av_frame_get_buffer(w->frame, 0) < 0)
		return no_memory(err);
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
		return no_memory(err);
	w->stream->time_base = w->codec->time_base;
	w->stream->avg_frame_rate = w->codec->framerate;
	if (spec->rotate == 0)
		return VIDEO_WRITER_OK;
	matrix = (int32_t *)(void *)av_stream_new_side_data(
	    w->stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(*matrix));
	if (matrix == NULL)
		return no_memory(err);
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
	failed(err, rc, w->format->oformat->name);
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
		return no_memory(err);
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
	return rc < 0 ? failed(err, rc, "cannot write") : VIDEO_WRITER_OK;
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
			return failed(err, rc, "cannot encode");
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
		return no_memory(err);
	video_pack_frame(w->pack, rgb, w->frame);
	w->frame->pts = w->last = pts;
	if ((w->codec->flags & AV_CODEC_FLAG_QSCALE) != 0)
		w->frame->quality = w->codec->global_quality;
	rc = avcodec_send_frame(w->codec, w->frame);
	if (rc < 0)
		return failed(err, rc, "cannot encode");
	return drain(w, err);
}

enum video_writer_status
video_writer_finish(struct video_writer *w, struct err *err)
{
	enum video_writer_status status;
	int rc = avcodec_send_frame(w->codec, NULL);

	status = rc < 0 ? failed(err, rc, "cannot encode") : drain(w, err);
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
