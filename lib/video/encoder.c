#include "video/encoder.h"

#include <math.h>
#include <string.h>

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "video/ffmpeg.h"
#include "video/pack.h"

/* The clock of pictures that come at any time. */
#define VARIABLE_CLOCK 90000

/* Quality where none is asked for: the pulse of a face survives. */
#define USUAL_CRF 18.0
#define USUAL_QUANTISER 2.0

enum video_writer_status
video_writer_failed(struct err *err, int rc, const char *what)
{
	char text[AV_ERROR_MAX_STRING_SIZE] = "";

	av_strerror(rc, text, sizeof(text));
	err_set(err, "%s: %s", what, text);
	return VIDEO_WRITER_FAILED;
}

enum video_writer_status
video_writer_no_memory(struct err *err)
{
	err_set(err, "out of memory");
	return VIDEO_WRITER_FAILED;
}

static bool
encoder_takes(const AVCodec *codec, enum AVPixelFormat format)
{
	const enum AVPixelFormat *f = ffmpeg_pixel_formats(codec);

	if (f == NULL)
		return true;
	while (*f != AV_PIX_FMT_NONE && *f != format)
		f++;
	return *f == format;
}

static enum video_writer_status
find_pixel_format(AVCodecContext *c, const AVCodec *codec,
    const struct video_writer_spec *spec, struct err *err)
{
	const enum AVPixelFormat *taken = ffmpeg_pixel_formats(codec);
	enum AVPixelFormat f = AV_PIX_FMT_YUV420P;
	const AVPixFmtDescriptor *d;
	bool turned = spec->rotate == 90 || spec->rotate == 270;
	unsigned wide = turned ? spec->height : spec->width;
	unsigned high = turned ? spec->width : spec->height;

	if (spec->pixel_format != NULL)
		f = av_get_pix_fmt(spec->pixel_format);
	else if (!encoder_takes(codec, f)) {
		while (!video_pack_can(*taken) && *taken != AV_PIX_FMT_NONE)
			taken++;
		f = *taken;
	}
	d = av_pix_fmt_desc_get(f);
	if (d == NULL || !video_pack_can(f)) {
		err_set(err, "pixel format '%s' cannot be written",
		    spec->pixel_format != NULL ? spec->pixel_format : "?");
		return VIDEO_WRITER_REFUSED;
	}
	if (!encoder_takes(codec, f)) {
		err_set(err, "%s does not support pixel format %s", codec->name,
		    d->name);
		return VIDEO_WRITER_REFUSED;
	}
	if (wide % (1U << d->log2_chroma_w) != 0 ||
	    high % (1U << d->log2_chroma_h) != 0) {
		err_set(err, "pixel format %s needs an even size", d->name);
		return VIDEO_WRITER_REFUSED;
	}
	c->pix_fmt = f;
	c->width = (int)wide;
	c->height = (int)high;
	return VIDEO_WRITER_OK;
}

/* Formats named yuvj... and JPEG know no other range. */
static bool
is_full_range(const AVCodecContext *c, const struct video_writer_spec *spec)
{
	return spec->full_range || c->codec_id == AV_CODEC_ID_MJPEG ||
	    strncmp(av_get_pix_fmt_name(c->pix_fmt), "yuvj", 4) == 0;
}

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
	c->color_range =
	    is_full_range(c, spec) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
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
set_codec(AVCodecContext *c, const AVCodec *codec,
    const struct video_writer_spec *spec, bool global_header)
{
	AVRational rate;

	av_reduce(&rate.num, &rate.den, spec->rate_num, spec->rate_den,
	    INT32_MAX / 2);
	c->time_base =
	    spec->variable ? (AVRational){1, VARIABLE_CLOCK} : av_inv_q(rate);
	c->framerate = rate;
	c->sample_aspect_ratio = (AVRational){1, 1};
	c->thread_count = 1;
	c->flags |= AV_CODEC_FLAG_BITEXACT;
	if (global_header)
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

enum video_writer_status
video_encoder_open(AVCodecContext **codec, const AVCodec *encoder,
    const struct video_writer_spec *spec, bool global_header, struct err *err)
{
	AVCodecContext *c = *codec = avcodec_alloc_context3(encoder);
	enum video_writer_status status;
	int rc;

	if (c == NULL)
		return video_writer_no_memory(err);
	status = find_pixel_format(c, encoder, spec, err);
	if (status != VIDEO_WRITER_OK)
		return status;
	set_codec(c, encoder, spec, global_header);
	status = set_options(c, spec, err);
	if (status != VIDEO_WRITER_OK)
		return status;
	rc = avcodec_open2(c, encoder, NULL);
	if (rc < 0) {
		video_writer_failed(err, rc, encoder->name);
		return VIDEO_WRITER_REFUSED;
	}
	return VIDEO_WRITER_OK;
}
