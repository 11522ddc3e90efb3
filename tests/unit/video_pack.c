/* Floats to pixels: levels, matrices, turns, depth, and the mean that must
 * survive all of them. */
#include "video/pack.h"

#include <libavutil/pixdesc.h>

#include "check.h"

#define WIDTH 32U
#define HEIGHT 24U

static float plane[3][WIDTH * HEIGHT];
static const float *const rgb[3] = {plane[0], plane[1], plane[2]};

static void
flat(float r, float g, float b)
{
	for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
		plane[0][i] = r;
		plane[1][i] = g;
		plane[2][i] = b;
	}
}

static AVFrame *
packed(enum AVPixelFormat format, unsigned rotate, bool full, bool bt709,
    unsigned times)
{
	struct err err;
	struct video_pack *p =
	    video_pack_new(format, WIDTH, HEIGHT, rotate, full, bt709, 1, &err);
	AVFrame *f = av_frame_alloc();

	f->format = format;
	f->width = rotate % 180 != 0 ? HEIGHT : WIDTH;
	f->height = rotate % 180 != 0 ? WIDTH : HEIGHT;
	if (p == NULL || av_frame_get_buffer(f, 0) != 0)
		exit(1);
	while (times-- > 0)
		video_pack_frame(p, rgb, f);
	video_pack_free(p);
	return f;
}

/* The mean of a component over its plane. */
static double
mean(const AVFrame *f, int i)
{
	const AVPixFmtDescriptor *d =
	    av_pix_fmt_desc_get((enum AVPixelFormat)f->format);
	const AVComponentDescriptor *c = &d->comp[i];
	int chroma = i > 0 && (d->flags & AV_PIX_FMT_FLAG_RGB) == 0;
	int w = f->width >> (chroma ? d->log2_chroma_w : 0);
	int h = f->height >> (chroma ? d->log2_chroma_h : 0);
	double sum = 0;

	for (int y = 0; y < h; y++) {
		for (int x = 0; x < w; x++) {
			const uint8_t *at = f->data[c->plane] +
			    y * f->linesize[c->plane] + x * c->step + c->offset;
			int v = at[0];

			if (c->depth > 8)
				v = (v | at[1] << 8) >> c->shift;
			sum += v;
		}
	}
	return sum / (w * h);
}

static void
levels(void)
{
	static const struct {
		enum AVPixelFormat format;
		bool full, bt709;
		float r, g, b;
		double want[3];
		const char *what;
	} t[] = {
	    {AV_PIX_FMT_YUV420P, false, false, 255, 255, 255, {235, 128, 128},
		"white, limited range"},
	    {AV_PIX_FMT_YUV420P, false, false, 0, 0, 0, {16, 128, 128},
		"black, limited range"},
	    {AV_PIX_FMT_YUV444P, false, false, 255, 0, 0,
		{16 + 219 * 0.299, 128 - 224 * 0.299 / 1.772, 240},
		"red, BT.601"},
	    {AV_PIX_FMT_YUV422P, false, true, 0, 0, 255,
		{16 + 219 * 0.0722, 240, 128 - 224 * 0.0722 / 1.5748},
		"blue, BT.709"},
	    {AV_PIX_FMT_YUV420P, true, false, 200, 200, 200, {200, 128, 128},
		"grey, full range"},
	    {AV_PIX_FMT_YUV420P10LE, false, false, 255, 255, 255,
		{940, 512, 512}, "white, 10 bits"},
	    {AV_PIX_FMT_P010LE, false, false, 0, 0, 0, {64, 512, 512},
		"black, P010"},
	    {AV_PIX_FMT_NV12, false, false, 255, 255, 255, {235, 128, 128},
		"white, NV12"},
	    {AV_PIX_FMT_RGB24, false, false, 10, 120, 250, {10, 120, 250},
		"RGB"},
	    {AV_PIX_FMT_BGR24, false, false, 10, 120, 250, {10, 120, 250},
		"BGR"},
	    {AV_PIX_FMT_GBRP, false, false, 10, 120, 250, {10, 120, 250},
		"planar RGB"},
	    {AV_PIX_FMT_GRAY8, true, false, 99, 99, 99, {99, 99, 99}, "grey"},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		AVFrame *f;

		flat(t[i].r, t[i].g, t[i].b);
		f = packed(t[i].format, 0, t[i].full, t[i].bt709, 1);
		for (int c = 0; c < 3; c++) {
			if (t[i].format == AV_PIX_FMT_GRAY8 && c > 0)
				continue;
			CHECK_NEAR(mean(f, c), t[i].want[c], 0.1, t[i].what);
		}
		av_frame_free(&f);
	}
}

/* A change of a tenth of a step is still in the mean of many pixels. */
static void
below_one_step(void)
{
	struct err err;
	struct video_pack *p = video_pack_new(
	    AV_PIX_FMT_GRAY8, WIDTH, HEIGHT, 0, true, false, 1, &err);
	AVFrame *f = packed(AV_PIX_FMT_GRAY8, 0, true, false, 0);
	double sum[2] = {0, 0};

	for (int i = 0; i < 2; i++) {
		flat(100.2F + 0.1F * (float)i, 100.2F + 0.1F * (float)i,
		    100.2F + 0.1F * (float)i);
		for (int k = 0; k < 200; k++) {
			video_pack_frame(p, rgb, f);
			sum[i] += mean(f, 0) / 200;
		}
	}
	CHECK_NEAR(sum[0], 100.2, 0.01, "the mean is kept");
	CHECK_NEAR(sum[1] - sum[0], 0.1, 0.01, "a tenth of a step is kept");
	av_frame_free(&f);
	video_pack_free(p);
}

/* A mark in the upper left corner goes where a turn takes it. */
static void
turns(void)
{
	static const struct {
		unsigned rotate, x, y;
	} t[] = {{0, 1, 2}, {90, HEIGHT - 1 - 2, 1},
	    {180, WIDTH - 1 - 1, HEIGHT - 1 - 2}, {270, 2, WIDTH - 1 - 1}};

	for (size_t i = 0; i < 4; i++) {
		AVFrame *f;
		unsigned v;

		flat(0, 0, 0);
		plane[0][2 * WIDTH + 1] = plane[1][2 * WIDTH + 1] =
		    plane[2][2 * WIDTH + 1] = 200;
		f = packed(AV_PIX_FMT_GRAY8, t[i].rotate, true, false, 1);
		v = f->data[0][(int)t[i].y * f->linesize[0] + (int)t[i].x];
		CHECK(v >= 199 && v <= 201, "turned clockwise");
		CHECK_NEAR(mean(f, 0), 200.0 / (WIDTH * HEIGHT), 0.01,
		    "nothing else is there");
		av_frame_free(&f);
	}
}

static void
hostile(void)
{
	AVFrame *f;

	flat(-1e9F, 1e9F, 300);
	f = packed(AV_PIX_FMT_RGB24, 0, false, false, 1);
	CHECK_NEAR(mean(f, 0), 0, 0, "below black is black");
	CHECK_NEAR(mean(f, 1), 255, 0, "above white is white");
	CHECK_NEAR(mean(f, 2), 255, 0, "so is a little above");
	av_frame_free(&f);
	CHECK(!video_pack_can(AV_PIX_FMT_PAL8), "no palettes");
	CHECK(!video_pack_can(AV_PIX_FMT_VAAPI), "no hardware's formats");
	CHECK(!video_pack_can(AV_PIX_FMT_GRAYF32LE), "no floats");
	CHECK(!video_pack_can(AV_PIX_FMT_NONE), "nothing is none");
	CHECK(!video_pack_can(AV_PIX_FMT_RGB565LE), "no five bits");
	CHECK(!video_pack_can(AV_PIX_FMT_XYZ12LE), "no XYZ");
	CHECK(!video_pack_can(AV_PIX_FMT_MONOBLACK), "no bits");
}

int
main(void)
{
	levels();
	below_one_step();
	turns();
	hostile();
	return check_done();
}
