/*
 * What a frame's numbers mean: closed forms of BT.601 and BT.709, ranges,
 * depths, and the eight ways a picture can lie.
 */
#include "check.h"
#include "video/internal.h"

static const struct video_matrix bt601 = {0.299, 0.114};
static const struct video_matrix bt709 = {0.2126, 0.0722};
static const uint8_t some;

/* R'G'B' to the samples of ${f}, by the formulas of the standards. */
static void
encode(const struct video_frame *f, const double rgb[3], double yuv[3])
{
	const double kr = f->matrix.kr, kb = f->matrix.kb;
	const double one = ldexp(1, f->depth - 8);
	double y = (kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]) / 255;
	double cb = (rgb[2] / 255 - y) / (2 * (1 - kb));
	double cr = (rgb[0] / 255 - y) / (2 * (1 - kr));
	double top = ldexp(1, f->depth) - 1;

	if (f->full_range) {
		yuv[0] = y * top;
		yuv[1] = cb * top + 128 * one;
		yuv[2] = cr * top + 128 * one;
	} else {
		yuv[0] = one * (219 * y + 16);
		yuv[1] = one * (224 * cb + 128);
		yuv[2] = one * (224 * cr + 128);
	}
}

static void
check_colours(
    int depth, bool full, struct video_matrix matrix, const char *what)
{
	static const double colour[][3] = {{0, 0, 0}, {255, 255, 255},
	    {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {182.31, 121.07, 98.44}};
	struct video_frame f = {.plane = {&some, &some, &some},
	    .depth = depth,
	    .full_range = full,
	    .matrix = matrix};
	double yuv[3], rgb[3], worst = 0;
	size_t i, c;

	for (i = 0; i < sizeof(colour) / sizeof(colour[0]); i++) {
		encode(&f, colour[i], yuv);
		video_rgb(&f, yuv, rgb);
		for (c = 0; c < 3; c++)
			worst = fmax(worst, fabs(rgb[c] - colour[i][c]));
	}
	CHECK_NEAR(worst, 0, 1e-9, what);
}

/* Values printed in many a table of the 8-bit studio range. */
static void
check_known(void)
{
	struct video_frame f = {
	    .plane = {&some, &some, &some}, .depth = 8, .matrix = bt601};
	double rgb[3];

	video_rgb(&f, (const double[]){81, 90, 240}, rgb);
	CHECK(
	    fabs(rgb[0] - 254.4) < 0.6 && fabs(rgb[1]) < 1 && fabs(rgb[2]) < 1,
	    "81 90 240 is red in BT.601");
	f.matrix = bt709;
	video_rgb(&f, (const double[]){63, 102, 240}, rgb);
	CHECK(fabs(rgb[0] - 255) < 1 && fabs(rgb[1]) < 1 && fabs(rgb[2]) < 1,
	    "63 102 240 is red in BT.709");
	f.plane[1] = NULL;
	video_rgb(&f, (const double[]){126, 0, 0}, rgb);
	CHECK(fabs(rgb[0] - rgb[1]) < 1e-12 && fabs(rgb[2] - rgb[1]) < 1e-12 &&
		fabs(rgb[1] - 110 * 255 / 219.0) < 1e-9,
	    "grey has no colour");
}

static void
check_orientation(void)
{
	/* Clockwise: stored right goes down, stored down goes left. */
	static const int32_t quarter[4][9] = {{65536, 0, 0, 0, 65536},
	    {0, 65536, 0, -65536, 0}, {-65536, 0, 0, 0, -65536},
	    {0, -65536, 0, 65536, 0}};
	static const int32_t mirror[9] = {-65536, 0, 0, 0, 65536};
	static const int32_t flip[9] = {65536, 0, 0, 0, -65536};
	struct video_orientation o;
	struct video_frame f = {.width = 40, .height = 30};
	double x, y, sx, sy, worst = 0;
	unsigned q;
	int w, h, m;

	for (q = 0; q < 4; q++) {
		o = video_orientation_of(quarter[q]);
		CHECK(o.quarter == q && !o.mirror, "a turn is read");
	}
	o = video_orientation_of(mirror);
	CHECK(o.quarter == 0 && o.mirror, "a mirroring is read");
	o = video_orientation_of(flip);
	CHECK(o.quarter == 2 && o.mirror, "upside down is both");

	f.orientation.quarter = 1;
	video_upright_size(&f, &w, &h);
	CHECK(w == 30 && h == 40, "a quarter turn exchanges the sides");
	video_to_upright(&f, 0, 0, &x, &y);
	CHECK(x > 29.9 && y < 0.1, "clockwise, top left becomes top right");
	f.orientation.quarter = 3;
	video_to_upright(&f, 0, 0, &x, &y);
	CHECK(x < 0.1 && y > 39.9, "the other way, it becomes bottom left");
	for (q = 0; q < 4; q++)
		for (m = 0; m < 2; m++) {
			f.orientation = (struct video_orientation){q, m == 1};
			video_to_upright(&f, 7, 11, &x, &y);
			video_to_stored(&f, x, y, &sx, &sy);
			worst = fmax(worst, hypot(sx - 7, sy - 11));
		}
	CHECK_NEAR(worst, 0, 1e-12, "there and back, all eight ways");
}

int
main(void)
{
	check_colours(8, false, bt601, "8 bit, studio range, BT.601");
	check_colours(8, false, bt709, "8 bit, studio range, BT.709");
	check_colours(8, true, bt601, "8 bit, full range");
	check_colours(10, false, bt709, "10 bit, studio range");
	check_colours(12, true, bt601, "12 bit, full range");
	check_colours(16, true, bt709, "16 bit, full range");
	check_known();
	check_orientation();
	return check_done();
}
