/*
 * Formats that are no planes become planes, and the same colours come out.
 */
#include <libavutil/imgutils.h>

#include "check.h"
#include "video/internal.h"

#define W 10
#define H 6

/* A plain picture of one colour: each component of ${f} is set by libavutil,
 * the values being those for R'G'B' 200, 120, 60. */
static AVFrame *
paint(enum AVPixelFormat format)
{
	static const double rgb[3] = {200, 120, 60};
	static const double yuv601[3] = {
	    16 + 219 * (0.299 * 200 + 0.587 * 120 + 0.114 * 60) / 255,
	    128 + 224 * (60 - 137.08) / 1.772 / 255,
	    128 + 224 * (200 - 137.08) / 1.402 / 255};
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
	AVFrame *f = av_frame_alloc();
	uint16_t line[W];
	double v;
	int c, x, y, max;

	f->format = format;
	f->width = W;
	f->height = H;
	if (av_frame_get_buffer(f, 0) < 0)
		return NULL;
	/* Lines are written by setting bits. */
	for (c = 0; c < AV_NUM_DATA_POINTERS && f->buf[c] != NULL; c++)
		memset(f->buf[c]->data, 0, f->buf[c]->size);
	for (c = 0; c < d->nb_components && c < 3; c++) {
		max = (1 << d->comp[c].depth) - 1;
		if (d->flags & AV_PIX_FMT_FLAG_RGB)
			v = rgb[c] / 255 * max;
		else
			v = ldexp(yuv601[c], d->comp[c].depth - 8);
		for (x = 0; x < W; x++)
			line[x] = (uint16_t)lround(v);
		for (y = 0; y < H; y++)
			av_write_image_line2(line, f->data, f->linesize, d, 0,
			    c && d->log2_chroma_h ? y / 2 : y, c,
			    c && d->log2_chroma_w ? W / 2 : W, sizeof(line[0]));
	}
	return f;
}

static void
check_format(enum AVPixelFormat format, double tolerance)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
	static const double want[3] = {200, 120, 60};
	struct video video = {.frame = paint(format)};
	struct video_frame f;
	struct err err = {""};
	double rgb[3], yuv[3] = {0, 0, 0}, worst = 0;
	enum video_status status;
	int c, corner, x, y;

	status = video_frame_fill(&video, &f, &err);
	if (status != VIDEO_OK)
		printf("# %s\n", err.text);
	for (corner = 0; status == VIDEO_OK && corner < 2; corner++) {
		for (c = 0; c < 3 && f.plane[c] != NULL; c++) {
			x = corner ? (W - 1) >> (c ? f.shift_x : 0) : 0;
			y = corner ? (H - 1) >> (c ? f.shift_y : 0) : 0;
			const uint8_t *row = f.plane[c] + y * f.stride[c];

			yuv[c] = f.depth > 8
			    ? ((const uint16_t *)(const void *)row)[x]
			    : row[x];
		}
		video_rgb(&f, yuv, rgb);
		for (c = 0; c < 3; c++)
			worst = fmax(worst, fabs(rgb[c] - want[c]));
	}
	CHECK(status == VIDEO_OK, d->name);
	CHECK_NEAR(worst, 0, tolerance, d->name);
	av_frame_free(&video.frame);
	video_convert_free(&video.convert);
}

static void
check_palette(void)
{
	struct video video = {.frame = av_frame_alloc()};
	struct video_frame f;
	struct err err;
	double rgb[3];
	AVFrame *a = video.frame;
	uint32_t colour = 0xffc8783c; /* opaque 200, 120, 60 */
	int y;

	a->format = AV_PIX_FMT_PAL8;
	a->width = W;
	a->height = H;
	CHECK(av_frame_get_buffer(a, 0) == 0, "room for a palette");
	for (y = 0; y < H; y++)
		memset(a->data[0] + y * a->linesize[0], 7, W);
	memcpy(a->data[1] + 4 * 7, &colour, sizeof(colour));
	CHECK(video_frame_fill(&video, &f, &err) == VIDEO_OK, "pal8");
	video_rgb(&f,
	    (const double[]){((const uint16_t *)(const void *)f.plane[0])[3],
		((const uint16_t *)(const void *)f.plane[1])[3],
		((const uint16_t *)(const void *)f.plane[2])[3]},
	    rgb);
	CHECK(fabs(rgb[0] - 200) < 0.01 && fabs(rgb[1] - 120) < 0.01 &&
		fabs(rgb[2] - 60) < 0.01,
	    "a palette's colours");
	av_frame_free(&video.frame);
	video_convert_free(&video.convert);
}

int
main(void)
{
	static const enum AVPixelFormat byte[] = {AV_PIX_FMT_YUV420P,
	    AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_NV12,
	    AV_PIX_FMT_NV21, AV_PIX_FMT_YUYV422, AV_PIX_FMT_UYVY422,
	    AV_PIX_FMT_YUVA420P};
	static const enum AVPixelFormat fine[] = {AV_PIX_FMT_YUV420P10LE,
	    AV_PIX_FMT_YUV422P10BE, AV_PIX_FMT_YUV444P12LE,
	    AV_PIX_FMT_YUV444P16BE, AV_PIX_FMT_P010LE, AV_PIX_FMT_RGB24,
	    AV_PIX_FMT_BGR24, AV_PIX_FMT_RGBA, AV_PIX_FMT_BGR0, AV_PIX_FMT_ARGB,
	    AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP10LE, AV_PIX_FMT_RGB48BE};
	struct video video = {0};
	struct video_frame f;
	struct err err = {""};
	size_t i;

	for (i = 0; i < sizeof(byte) / sizeof(byte[0]); i++)
		check_format(byte[i], 2.1);
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		check_format(fine[i], 0.55);
	/* Steps of 8 of 255. */
	check_format(AV_PIX_FMT_RGB565LE, 4.2);
	check_palette();

	video.frame = av_frame_alloc();
	video.frame->format = AV_PIX_FMT_VAAPI;
	video.frame->width = W;
	video.frame->height = H;
	CHECK(video_frame_fill(&video, &f, &err) == VIDEO_BAD,
	    "what lies in a graphics card is refused");
	CHECK_TEXT(err.text, "pixel format vaapi is not supported", "it says");
	av_frame_free(&video.frame);
	return check_done();
}
