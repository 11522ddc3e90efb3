#include "video/pack.h"

#include <stdlib.h>
#include <string.h>

#include <libavutil/pixdesc.h>

#define DITHER_COUNT 8192U

struct video_pack {
	const AVPixFmtDescriptor *desc;
	unsigned width, height; /* as seen */
	unsigned stored_w, stored_h;
	unsigned rotate;
	bool rgb, bt709;
	float offset[3], factor[3]; /* of the components, for depth and range */
	float limit[3];
	float *plane[3]; /* components, full size, as stored */
	float *dither;   /* DITHER_COUNT + stored_w numbers in 0..1 */
	float *spare;    /* three rows of either direction */
	uint64_t state;
};

static uint64_t
next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15U);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

bool
video_pack_can(int format)
{
	const AVPixFmtDescriptor *d =
	    av_pix_fmt_desc_get((enum AVPixelFormat)format);
	const uint64_t never = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
	    AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER |
	    AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_ALPHA;

	if (d == NULL || (d->flags & never) != 0 ||
	    (d->nb_components != 1 && d->nb_components != 3))
		return false;
	for (int i = 0; i < d->nb_components; i++) {
		if (d->comp[i].depth < 8 || d->comp[i].depth > 16)
			return false;
	}
	/* XYZ is no RGB and no YCbCr. */
	return strncmp(d->name, "xyz", 3) != 0;
}

/* Scale and offset of each component: BT.601 and BT.709 share them. */
static void
set_levels(struct video_pack *p, bool full)
{
	for (int i = 0; i < p->desc->nb_components; i++) {
		int depth = p->desc->comp[i].depth;
		float top = (float)((1 << depth) - 1);
		float step = (float)(1 << (depth - 8));
		bool chroma = !p->rgb && i > 0;

		p->limit[i] = top;
		if (p->rgb || (full && !chroma)) {
			p->factor[i] = top / 255;
			p->offset[i] = 0;
		} else if (full) {
			p->factor[i] = top / 255;
			p->offset[i] = 128 * step;
		} else {
			p->factor[i] = (chroma ? 224.0F : 219.0F) / 255 * step;
			p->offset[i] = (chroma ? 128.0F : 16.0F) * step;
		}
	}
}

static int
make_dither(struct video_pack *p)
{
	p->dither = calloc(DITHER_COUNT + p->stored_w, sizeof(*p->dither));
	if (p->dither == NULL)
		return -1;
	for (size_t i = 0; i < DITHER_COUNT; i++)
		p->dither[i] = (float)(next(&p->state) >> 40) * 0x1p-24F;
	for (size_t i = 0; i < p->stored_w; i++)
		p->dither[DITHER_COUNT + i] = p->dither[i % DITHER_COUNT];
	return 0;
}

struct video_pack *
video_pack_new(int format, unsigned width, unsigned height, unsigned rotate,
    bool full_range, bool bt709, uint64_t seed, struct err *err)
{
	struct video_pack *p;
	bool turned = rotate == 90 || rotate == 270;
	bool good = true;

	if (!video_pack_can(format)) {
		err_set(err, "pixel format %s cannot be written",
		    av_get_pix_fmt_name((enum AVPixelFormat)format));
		return NULL;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	p->desc = av_pix_fmt_desc_get((enum AVPixelFormat)format);
	p->width = width;
	p->height = height;
	p->stored_w = turned ? height : width;
	p->stored_h = turned ? width : height;
	p->rotate = rotate;
	p->rgb = (p->desc->flags & AV_PIX_FMT_FLAG_RGB) != 0;
	p->bt709 = bt709;
	p->state = seed ^ 0x7061636bU;
	set_levels(p, full_range);
	for (int i = 0; i < 3; i++) {
		p->plane[i] = calloc((size_t)width * height, sizeof(float));
		good = good && p->plane[i] != NULL;
	}
	p->spare = calloc(
	    (size_t)3 * (width > height ? width : height), sizeof(float));
	if (!good || p->spare == NULL || make_dither(p) != 0) {
		video_pack_free(p);
		err_set(err, "out of memory");
		return NULL;
	}
	return p;
}

void
video_pack_free(struct video_pack *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < 3; i++)
		free(p->plane[i]);
	free(p->dither);
	free(p->spare);
	free(p);
}

/* A row of red, green, blue to a row of luma and colour differences. */
static void
matrix(const struct video_pack *p, const float *const rgb[3], size_t at,
    float *restrict y, float *restrict cb, float *restrict cr)
{
	const float *restrict r = rgb[0] + at, *restrict g = rgb[1] + at;
	const float *restrict b = rgb[2] + at;
	const float kr = p->bt709 ? 0.2126F : 0.299F;
	const float kb = p->bt709 ? 0.0722F : 0.114F;
	const float kg = 1 - kr - kb;
	const float ub = 0.5F / (1 - kb), ur = 0.5F / (1 - kr);

	for (unsigned x = 0; x < p->width; x++) {
		y[x] = kr * r[x] + kg * g[x] + kb * b[x];
		cb[x] = (b[x] - y[x]) * ub;
		cr[x] = (r[x] - y[x]) * ur;
	}
}

/* Where the pixel (x, y) as seen is stored. */
static size_t
place(const struct video_pack *p, unsigned x, unsigned y)
{
	switch (p->rotate) {
	case 90:
		return (size_t)x * p->stored_w + (p->stored_w - 1 - y);
	case 180:
		return (size_t)(p->stored_h - 1 - y) * p->stored_w +
		    (p->stored_w - 1 - x);
	case 270:
		return (size_t)(p->stored_h - 1 - x) * p->stored_w + y;
	default:
		return (size_t)y * p->stored_w + x;
	}
}

/* Components of all pixels, turned. */
static void
components(struct video_pack *p, const float *const rgb[3], float *row)
{
	for (unsigned y = 0; y < p->height; y++) {
		size_t at = (size_t)y * p->width;
		float *c[3];

		for (int i = 0; i < 3; i++)
			c[i] = p->rotate == 0 ? p->plane[i] + at
					      : row + (size_t)i * p->width;
		if (p->rgb) {
			for (int i = 0; i < 3; i++)
				memcpy(c[i], rgb[i] + at,
				    p->width * sizeof(float));
		} else {
			matrix(p, rgb, at, c[0], c[1], c[2]);
		}
		if (p->rotate == 0)
			continue;
		for (unsigned x = 0; x < p->width; x++) {
			size_t to = place(p, x, y);

			for (int i = 0; i < 3; i++)
				p->plane[i][to] = c[i][x];
		}
	}
}

static unsigned
clip(unsigned v, unsigned end)
{
	return v < end ? v : end - 1;
}

/* One row of chroma samples, each the mean of the pixels that share it; the
 * last ones of an odd size repeat. */
static void
subsample(const struct video_pack *p, const float *plane, unsigned y, int log_w,
    int log_h, unsigned n, float *restrict row)
{
	float share = 1 / (float)(1U << (log_w + log_h));
	unsigned inside = p->stored_w >> log_w;

	memset(row, 0, n * sizeof(*row));
	for (unsigned j = 0; j < 1U << log_h; j++) {
		unsigned from = clip((y << log_h) + j, p->stored_h);
		const float *restrict v = plane + (size_t)from * p->stored_w;

		if (log_w == 1) {
			for (unsigned x = 0; x < inside; x++)
				row[x] += v[2 * x] + v[2 * x + 1];
		} else {
			for (unsigned x = 0; x < inside << log_w; x++)
				row[x >> log_w] += v[x];
		}
		for (unsigned x = inside << log_w; x < n << log_w; x++)
			row[x >> log_w] += v[clip(x, p->stored_w)];
	}
	for (unsigned x = 0; x < n; x++)
		row[x] *= share;
}

/* Dither of 0 to 1 and cutting off is rounding at random. */
static inline int
whole(float v, float dither, float limit)
{
	float f = v + dither;

	f = f < 0 ? 0 : f;
	return (int)(f > limit ? limit : f);
}

/* One row of one component into ${to}. */
static void
quantise(const struct video_pack *p, int i, const float *restrict v,
    const float *restrict dither, unsigned n, uint8_t *restrict to)
{
	const AVComponentDescriptor *c = &p->desc->comp[i];
	float factor = p->factor[i], offset = p->offset[i];
	float limit = p->limit[i];

	if (c->depth == 8 && c->step == 1) {
		for (unsigned x = 0; x < n; x++)
			to[x] = (uint8_t)whole(
			    v[x] * factor + offset, dither[x], limit);
		return;
	}
	for (unsigned x = 0; x < n; x++, to += c->step) {
		unsigned q =
		    (unsigned)whole(v[x] * factor + offset, dither[x], limit)
		    << c->shift;

		to[0] = (uint8_t)q;
		if (c->depth > 8)
			to[1] = (uint8_t)(q >> 8);
	}
}

static void
component(struct video_pack *p, int i, AVFrame *frame, float *row)
{
	const AVComponentDescriptor *c = &p->desc->comp[i];
	bool chroma = !p->rgb && i > 0;
	int log_w = chroma ? p->desc->log2_chroma_w : 0;
	int log_h = chroma ? p->desc->log2_chroma_h : 0;
	unsigned w = (p->stored_w + (1U << log_w) - 1) >> log_w;
	unsigned h = (p->stored_h + (1U << log_h) - 1) >> log_h;

	for (unsigned y = 0; y < h; y++) {
		const float *v = p->plane[i] + (size_t)y * p->stored_w;
		uint8_t *to = frame->data[c->plane] +
		    (ptrdiff_t)y * frame->linesize[c->plane] + c->offset;

		if (log_w + log_h > 0) {
			subsample(p, p->plane[i], y, log_w, log_h, w, row);
			v = row;
		}
		quantise(
		    p, i, v, p->dither + next(&p->state) % DITHER_COUNT, w, to);
	}
}

void
video_pack_frame(
    struct video_pack *p, const float *const rgb[3], AVFrame *frame)
{
	components(p, rgb, p->spare);
	for (int i = 0; i < p->desc->nb_components; i++)
		component(p, i, frame, p->spare);
}
