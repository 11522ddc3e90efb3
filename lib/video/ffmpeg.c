#include "video/ffmpeg.h"

/* Side data of a stream moved to its codec parameters. */
#define MOVED LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)

const uint8_t *
ffmpeg_matrix(const AVStream *stream, size_t *len)
{
#if MOVED
	const AVCodecParameters *par = stream->codecpar;
	const AVPacketSideData *side =
	    av_packet_side_data_get(par->coded_side_data,
		par->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);

	*len = side == NULL ? 0 : side->size;
	return side == NULL ? NULL : side->data;
#else
	return av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, len);
#endif
}

int32_t *
ffmpeg_new_matrix(AVStream *stream)
{
	const size_t len = 9 * sizeof(int32_t);
	uint8_t *data;

#if MOVED
	AVCodecParameters *par = stream->codecpar;
	const AVPacketSideData *side =
	    av_packet_side_data_new(&par->coded_side_data,
		&par->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX, len, 0);

	data = side == NULL ? NULL : side->data;
#else
	data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, len);
#endif
	return (int32_t *)(void *)data;
}

const enum AVPixelFormat *
ffmpeg_pixel_formats(const AVCodec *encoder)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	const void *list = NULL;

	if (avcodec_get_supported_config(
		NULL, encoder, AV_CODEC_CONFIG_PIX_FORMAT, 0, &list, NULL) < 0)
		return NULL;
	return list;
#else
	return encoder->pix_fmts;
#endif
}
