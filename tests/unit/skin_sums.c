/*
 * Sums and means of whole numbers against the plainest way to make them: every
 * width that a strip ends in, and more rows than 16 bits hold the sum of.
 */
#include "check.h"
#include "skin/internal.h"

#define W 1200
#define H 600

static uint8_t byte[W * H];
static uint16_t word[W * H];

static struct video_frame
frame_of(int depth, int width, int height)
{
	return (struct video_frame){
	    .plane = {depth <= 8 ? byte : (const uint8_t *)word},
	    .stride = {depth <= 8 ? W : 2 * W},
	    .width = width,
	    .height = height,
	    .depth = depth,
	    .full_range = true,
	    .matrix = {0.299, 0.114}};
}

static void
paint(bool white)
{
	unsigned seed = 7;

	for (int i = 0; i < W * H; i++) {
		seed = seed * 1664525U + 1013904223U;
		byte[i] = white ? 255 : (uint8_t)(seed >> 24);
		word[i] = white ? 4095 : (uint16_t)(seed >> 20);
	}
}

static double
plain(int depth, int x0, int y0, int x1, int y1, int step)
{
	double sum = 0;

	for (int y = y0; y < y1; y += step)
		for (int x = x0; x < x1; x++)
			sum += depth <= 8 ? byte[y * W + x] : word[y * W + x];
	return sum;
}

static double
sum_of(int depth, int x0, int y0, int x1, int y1, int step)
{
	static struct skin_rects rects;
	struct video_frame f = frame_of(depth, W, H);
	struct skin_sums sums = {0};

	rects.count = 1;
	rects.rect[0] = (struct skin_rect){0, x0, y0, x1, y1};
	skin_sum(&sums, &f, &rects, &skin_motion_none, step);
	return sums.sum[0][0];
}

static void
check_widths(int depth, const char *what)
{
	int bad = 0;

	for (int w = 1; w <= 70; w++)
		bad += fabs(sum_of(depth, 3, 5, 3 + w, 17, 1) -
			   plain(depth, 3, 5, 3 + w, 17, 1)) > 1e-6;
	CHECK(bad == 0, what);
}

static void
check_heights(int depth, const char *what)
{
	static const int height[] = {1, 255, 256, 257, 258, 514, 515, 600};
	int bad = 0;

	for (size_t i = 0; i < sizeof(height) / sizeof(height[0]); i++)
		bad += fabs(sum_of(depth, 0, 0, 29, height[i], 1) -
			   plain(depth, 0, 0, 29, height[i], 1)) > 1e-6;
	/* What every second row of an even number shows, twice. */
	bad += fabs(sum_of(depth, 0, 0, 29, 600, 2) -
		   2 * plain(depth, 0, 0, 29, 600, 2)) > 1e-6;
	CHECK(bad == 0, what);
}

/* The mean of the rows that are read for a small pixel, rounded. */
static int
plain_mean(int depth, int f, int x, int y)
{
	int step = (f + 3) / 4, rows = (f + step - 1) / step;
	double sum = plain(depth, x * f, y * f, (x + 1) * f, (y + 1) * f, step);

	return (int)floor(sum / ldexp(1, depth - 8) / (rows * f) + 0.5);
}

static void
check_small(int depth, int f)
{
	/* As many pixels as make the factor f. */
	struct video_frame frame = frame_of(depth, 240 * f, 20 * f + f - 1);
	struct skin_downscaled small = {0};
	struct skin_window part = {-3, 4, 100, 999};
	int off = 0;
	char what[64];

	snprintf(what, sizeof(what), "%d bits, %d times smaller", depth, f);
	CHECK(skin_downscaled_init(&small, &frame, false) == 0 &&
		small.factor == f && small.width == 240 && small.height == 20,
	    what);
	skin_downscale(&small, &frame, &part);
	CHECK(part.x0 == 0 && part.y0 == 4 && part.x1 == 100 && part.y1 == 20,
	    "the window is cut to the picture");
	for (int y = 4; y < 20; y++)
		for (int x = 0; x < 100; x++) {
			int d = small.pixel[y * 240 + x] -
			    plain_mean(depth, f, x, y);

			off = abs(d) > off ? abs(d) : off;
		}
	CHECK(off <= 1, "its pixels are the means");
	CHECK(small.pixel[3 * 240] == 0 && small.pixel[4 * 240 + 100] == 0,
	    "and nothing else is written");
	skin_downscaled_free(&small);
}

int
main(void)
{
	for (int white = 0; white < 2; white++) {
		paint(white);
		check_widths(8, "bytes, of any width");
		check_widths(12, "words, of any width");
		check_heights(8, "bytes, of any height");
		check_heights(12, "words, of any height");
		for (int f = 1; f <= 5; f++) {
			check_small(8, f);
			check_small(12, f);
		}
	}
	return check_done();
}
