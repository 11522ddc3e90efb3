/*
 * Packed, semi-planar, RGB, palette and other-endian pictures as planes.  Not
 * on the path of what cameras and phones record, so it is made to be small:
 * 8-bit components are fetched by their stride, all others by libavutil.
 */
#include "video/internal.h"

void
video_convert_free(struct video_convert *convert)
{
	free(convert->plane[0]);
	free(convert->line);
	*convert = (struct video_convert){0};
}

static int
chroma(int size, int shift)
{
	return (size + (1 << shift) - 1) >> shift;
}

static int
make_room(struct video_convert *convert, const struct video_frame *to)
{
	size_t bytes = to->depth > 8 ? 2 : 1;
	size_t w = (size_t)to->width, h = (size_t)to->height;
	size_t cw = (size_t)chroma(to->width, to->shift_x);
	size_t ch = (size_t)chroma(to->height, to->shift_y);
	size_t need = (w * h + 2 * cw * ch) * bytes;
	uint8_t *p;
	uint16_t *line;

	if (need > convert->room) {
		if ((p = realloc(convert->plane[0], need)) == NULL)
			return -1;
		convert->plane[0] = p;
		convert->room = need;
	}
	if (w > convert->line_room) {
		line = realloc(convert->line, 3 * w * sizeof(*line));
		if (line == NULL)
			return -1;
		convert->line = line;
		convert->line_room = w;
	}
	convert->plane[1] = convert->plane[0] + w * h * bytes;
	convert->plane[2] = convert->plane[1] + cw * ch * bytes;
	convert->stride[0] = (ptrdiff_t)(w * bytes);
	convert->stride[1] = convert->stride[2] = (ptrdiff_t)(cw * bytes);
	return 0;
}

/* ${n} samples of component ${c} of row ${y}. */
static void
read_line(uint16_t *line, const AVFrame *from, const AVPixFmtDescriptor *d,
    int c, int y, int n)
{
	const AVComponentDescriptor *comp = &d->comp[c];
	bool palette = (d->flags & AV_PIX_FMT_FLAG_PAL) != 0;
	const uint8_t *p, *data[4];
	int i;

	if (palette) {
		p = from->data[0] + y * from->linesize[0];
		for (i = 0; i < n; i++)
			line[i] = from->data[1][4 * p[i] + c];
		return;
	}
	if (comp->depth == 8 && comp->shift == 0 &&
	    (d->flags & AV_PIX_FMT_FLAG_BITSTREAM) == 0) {
		p = from->data[comp->plane] + y * from->linesize[comp->plane] +
		    comp->offset;
		for (i = 0; i < n; i++, p += comp->step)
			line[i] = *p;
		return;
	}
	for (i = 0; i < 4; i++)
		data[i] = from->data[i];
	av_read_image_line2(
	    line, data, from->linesize, d, 0, y, c, n, 0, sizeof(*line));
}

/* R'G'B' of any depth to 16-bit Y'CbCr 4:4:4 of full range, whose matrix the
 * caller's video_rgb undoes. */
static void
convert_rgb(struct video_convert *convert, const AVFrame *from,
    const AVPixFmtDescriptor *d, const struct video_frame *to)
{
	const float kr = (float)to->matrix.kr, kb = (float)to->matrix.kb;
	bool palette = (d->flags & AV_PIX_FMT_FLAG_PAL) != 0;
	float gain[3], r, g, b, luma;
	uint16_t *line[3], *out[3];
	int c, x, y;

	for (c = 0; c < 3; c++) {
		line[c] = convert->line + (size_t)c * (size_t)to->width;
		gain[c] = 65535.0F /
		    (float)((1 << (palette ? 8 : d->comp[c].depth)) - 1);
	}
	for (y = 0; y < to->height; y++) {
		for (c = 0; c < 3; c++) {
			/* A palette's entries stand as B, G, R. */
			read_line(line[c], from, d, palette ? 2 - c : c, y,
			    to->width);
			out[c] = (uint16_t *)(void *)(convert->plane[c] +
			    y * convert->stride[c]);
		}
		for (x = 0; x < to->width; x++) {
			r = (float)line[0][x] * gain[0];
			g = (float)line[1][x] * gain[1];
			b = (float)line[2][x] * gain[2];
			luma = kr * r + (1 - kr - kb) * g + kb * b;
			out[0][x] = (uint16_t)(luma + 0.5F);
			out[1][x] = (uint16_t)(32768.5F +
			    (b - luma) / (2 * (1 - kb)) * 0.99999F);
			out[2][x] = (uint16_t)(32768.5F +
			    (r - luma) / (2 * (1 - kr)) * 0.99999F);
		}
	}
}

static void
convert_yuv(struct video_convert *convert, const AVFrame *from,
    const AVPixFmtDescriptor *d, const struct video_frame *to, int planes)
{
	int c, x, y, w, h;
	uint8_t *out;
	unsigned one_bit = d->comp[0].depth == 1 ? 255 : 1;

	for (c = 0; c < planes; c++) {
		w = c == 0 ? to->width : chroma(to->width, to->shift_x);
		h = c == 0 ? to->height : chroma(to->height, to->shift_y);
		for (y = 0; y < h; y++) {
			out = convert->plane[c] + y * convert->stride[c];
			read_line(convert->line, from, d, c, y, w);
			if (to->depth > 8)
				memcpy(out, convert->line,
				    (size_t)w * sizeof(*convert->line));
			else
				for (x = 0; x < w; x++)
					out[x] = (uint8_t)(convert->line[x] *
					    one_bit);
		}
	}
}

enum video_status
video_convert(struct video_convert *convert, const AVFrame *from,
    const AVPixFmtDescriptor *desc, struct video_frame *to, struct err *err)
{
	const uint64_t never = AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT |
	    AV_PIX_FMT_FLAG_BAYER;
	bool rgb =
	    (desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0;
	int c, planes = rgb || desc->nb_components >= 3 ? 3 : 1;
	int depth = desc->comp[0].depth;

	if ((desc->flags & never) != 0 || depth > 16 ||
	    from->format == AV_PIX_FMT_XYZ12LE ||
	    from->format == AV_PIX_FMT_XYZ12BE) {
		err_set(err, "pixel format %s is not supported", desc->name);
		return VIDEO_BAD;
	}
	if (rgb) {
		to->depth = 16;
		to->full_range = true;
		to->matrix = (struct video_matrix){0.299, 0.114};
	} else {
		/* Below 8 bits there is only black and white. */
		to->depth = depth > 8 ? depth : 8;
		to->full_range = to->full_range || depth < 8;
		to->shift_x = desc->log2_chroma_w;
		to->shift_y = desc->log2_chroma_h;
	}
	if (make_room(convert, to) < 0) {
		err_set(err, "out of memory");
		return VIDEO_SYSTEM;
	}
	if (rgb)
		convert_rgb(convert, from, desc, to);
	else
		convert_yuv(convert, from, desc, to, planes);
	for (c = 0; c < planes; c++) {
		to->plane[c] = convert->plane[c];
		to->stride[c] = convert->stride[c];
	}
	return VIDEO_OK;
}
