#include <math.h>

#include <libavutil/display.h>

#include "video/internal.h"

/* ITU-R BT.601, BT.709, BT.2020; SMPTE 240M; FCC. */
static const struct video_matrix bt601 = {0.299, 0.114};
static const struct video_matrix bt709 = {0.2126, 0.0722};
static const struct video_matrix bt2020 = {0.2627, 0.0593};
static const struct video_matrix smpte240 = {0.212, 0.087};
static const struct video_matrix fcc = {0.30, 0.11};

/* Where the stream says nothing, players go by its size, and so do we. */
static struct video_matrix
matrix_of(const AVFrame *f)
{
	switch ((int)f->colorspace) {
	case AVCOL_SPC_BT709:
		return bt709;
	case AVCOL_SPC_BT470BG:
	case AVCOL_SPC_SMPTE170M:
		return bt601;
	case AVCOL_SPC_BT2020_NCL:
	case AVCOL_SPC_BT2020_CL:
		return bt2020;
	case AVCOL_SPC_SMPTE240M:
		return smpte240;
	case AVCOL_SPC_FCC:
		return fcc;
	default:
		return f->width >= 1280 || f->height > 576 ? bt709 : bt601;
	}
}

static bool
is_full_range(const AVFrame *f)
{
	switch ((int)f->format) {
	case AV_PIX_FMT_YUVJ420P:
	case AV_PIX_FMT_YUVJ411P:
	case AV_PIX_FMT_YUVJ422P:
	case AV_PIX_FMT_YUVJ440P:
	case AV_PIX_FMT_YUVJ444P:
		return true;
	default:
		return f->color_range == AVCOL_RANGE_JPEG;
	}
}

/* Can the planes be read as they are? */
static bool
is_plain(const AVPixFmtDescriptor *d)
{
	const uint64_t other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL |
	    AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_FLOAT |
	    AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER;
	int c, bytes = d->comp[0].depth > 8 ? 2 : 1;
	/* A component besides Y, Cb, Cr is opacity, and of no interest. */
	int used = d->nb_components >= 3 ? 3 : 1;

	if ((d->flags & other) != 0 || d->comp[0].depth < 8 ||
	    d->comp[0].depth > 16)
		return false;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	if (bytes == 2 && (d->flags & AV_PIX_FMT_FLAG_BE) == 0)
		return false;
#else
	if ((d->flags & AV_PIX_FMT_FLAG_BE) != 0)
		return false;
#endif
	for (c = 0; c < used; c++)
		if (d->comp[c].plane != c || d->comp[c].step != bytes ||
		    d->comp[c].offset != 0 || d->comp[c].shift != 0 ||
		    d->comp[c].depth != d->comp[0].depth)
			return false;
	return true;
}

enum video_status
video_frame_fill(
    struct video *video, struct video_frame *frame, struct err *err)
{
	const AVFrame *f = video->frame;
	const AVPixFmtDescriptor *d =
	    av_pix_fmt_desc_get((enum AVPixelFormat)f->format);
	const AVFrameSideData *side;
	int32_t matrix[9];
	int c;

	if (d == NULL) {
		err_set(err, "its pictures have no known pixel format");
		return VIDEO_BAD;
	}
	*frame = (struct video_frame){.width = f->width,
	    .height = f->height,
	    .full_range = is_full_range(f),
	    .matrix = matrix_of(f),
	    .orientation = video->info.orientation};
	side = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
	if (side != NULL && side->size >= sizeof(matrix)) {
		memcpy(matrix, side->data, sizeof(matrix));
		frame->orientation = video_orientation_of(matrix);
	}
	if (!is_plain(d))
		return video_convert(&video->convert, f, d, frame, err);
	frame->depth = d->comp[0].depth;
	frame->shift_x = d->log2_chroma_w;
	frame->shift_y = d->log2_chroma_h;
	for (c = 0; c < (d->nb_components >= 3 ? 3 : 1); c++) {
		frame->plane[c] = f->data[c];
		frame->stride[c] = f->linesize[c];
	}
	return VIDEO_OK;
}

void
video_rgb(const struct video_frame *frame, const double yuv[3], double rgb[3])
{
	const double kr = frame->matrix.kr, kb = frame->matrix.kb;
	const double one = ldexp(1, frame->depth - 8);
	const double top = ldexp(1, frame->depth) - 1;
	double y, cb = 0, cr = 0;

	/* Y to 0..255; Cb and Cr to -127.5..127.5. */
	if (frame->full_range) {
		y = yuv[0] * 255 / top;
		if (frame->plane[1] != NULL) {
			cb = (yuv[1] - 128 * one) * 255 / top;
			cr = (yuv[2] - 128 * one) * 255 / top;
		}
	} else {
		y = (yuv[0] - 16 * one) * 255 / (219 * one);
		if (frame->plane[1] != NULL) {
			cb = (yuv[1] - 128 * one) * 255 / (224 * one);
			cr = (yuv[2] - 128 * one) * 255 / (224 * one);
		}
	}
	rgb[0] = y + 2 * (1 - kr) * cr;
	rgb[2] = y + 2 * (1 - kb) * cb;
	rgb[1] = (y - kr * rgb[0] - kb * rgb[2]) / (1 - kr - kb);
}

/*
 * The matrix of ISO 14496-12 takes a stored point to (a x + c y, b x + d y).
 * Where it mirrors, we take the mirroring (x to -x) as done first.
 */
struct video_orientation
video_orientation_of(const int32_t matrix[9])
{
	double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
	struct video_orientation o = {0, a * d - b * c < 0};
	const double right_angle = acos(0);

	if (o.mirror) {
		a = -a;
		b = -b;
	}
	o.quarter = (unsigned)((lround(atan2(b, a) / right_angle) + 4) % 4);
	return o;
}

void
video_upright_size(const struct video_frame *frame, int *w, int *h)
{
	bool turned = frame->orientation.quarter % 2 == 1;

	*w = turned ? frame->height : frame->width;
	*h = turned ? frame->width : frame->height;
}

void
video_to_upright(
    const struct video_frame *frame, double sx, double sy, double *x, double *y)
{
	double w = frame->width, h = frame->height;

	if (frame->orientation.mirror)
		sx = w - sx;
	switch (frame->orientation.quarter % 4) {
	case 0:
		*x = sx;
		*y = sy;
		break;
	case 1:
		*x = h - sy;
		*y = sx;
		break;
	case 2:
		*x = w - sx;
		*y = h - sy;
		break;
	case 3:
		*x = sy;
		*y = w - sx;
		break;
	}
}

void
video_to_stored(
    const struct video_frame *frame, double x, double y, double *sx, double *sy)
{
	double w = frame->width, h = frame->height;

	switch (frame->orientation.quarter % 4) {
	case 0:
		*sx = x;
		*sy = y;
		break;
	case 1:
		*sx = y;
		*sy = h - x;
		break;
	case 2:
		*sx = w - x;
		*sy = h - y;
		break;
	case 3:
		*sx = w - y;
		*sy = x;
		break;
	}
	if (frame->orientation.mirror)
		*sx = w - *sx;
}
