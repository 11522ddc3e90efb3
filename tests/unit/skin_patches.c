/*
 * Sums under fractional shifts against closed forms; which blocks are taken
 * for skin; the sites that need no face.
 */
#include "check.h"
#include "skin/internal.h"

#define W 320
#define H 240

/* A 4:2:0 picture to draw on. */
static uint8_t y8[W * H], u8[W * H / 4], v8[W * H / 4];
static uint16_t y16[W * H], u16[W * H / 4], v16[W * H / 4];

static struct video_frame
frame8(void)
{
	return (struct video_frame){.plane = {y8, u8, v8},
	    .stride = {W, W / 2, W / 2},
	    .width = W,
	    .height = H,
	    .shift_x = 1,
	    .shift_y = 1,
	    .depth = 8,
	    .full_range = true,
	    .matrix = {0.299, 0.114}};
}

static struct video_frame
frame16(void)
{
	struct video_frame f = frame8();

	f.plane[0] = (const uint8_t *)y16;
	f.plane[1] = (const uint8_t *)u16;
	f.plane[2] = (const uint8_t *)v16;
	f.stride[0] = 2 * W;
	f.stride[1] = f.stride[2] = W;
	f.depth = 12;
	return f;
}

/* Luma a ramp both ways, chroma too. */
static void
ramps(void)
{
	int x, y;

	for (y = 0; y < H; y++)
		for (x = 0; x < W; x++) {
			y8[y * W + x] = (uint8_t)(x / 4 + y / 2);
			y16[y * W + x] = (uint16_t)(3 * x + 5 * y);
		}
	for (y = 0; y < H / 2; y++)
		for (x = 0; x < W / 2; x++) {
			u8[y * W / 2 + x] = (uint8_t)x;
			v8[y * W / 2 + x] = (uint8_t)y;
			u16[y * W / 2 + x] = (uint16_t)(2 * x);
			v16[y * W / 2 + x] = (uint16_t)(7 * y);
		}
}

static void
check_sums(void)
{
	static struct skin_rects rects = {
	    2, {{0, 40, 60, 72, 84}, {3, 100, 20, 120, 30}}};
	struct video_frame f = frame16();
	struct skin_motion motion = {0, 0, 0, 0, 1, 0};
	struct skin_sums sums;
	/* Shifts in eighths, so that the sums are exact. */
	static const double shift[][2] = {
	    {0, 0}, {0.5, 0}, {0, 0.25}, {3.125, -7.75}, {-12.5, 9.375}};
	double mean, worst = 0;
	size_t i;

	for (i = 0; i < sizeof(shift) / sizeof(shift[0]); i++) {
		motion.dx = shift[i][0];
		motion.dy = shift[i][1];
		memset(&sums, 0, sizeof(sums));
		skin_sum(&sums, &f, &rects, &motion, 1);
		mean = 3 * (55.5 + motion.dx) + 5 * (71.5 + motion.dy);
		worst =
		    fmax(worst, fabs(sums.sum[0][0] / sums.count[0][0] - mean));
		mean = 2 * (27.5 + motion.dx / 2);
		worst =
		    fmax(worst, fabs(sums.sum[0][1] / sums.count[0][1] - mean));
		mean = 7 * (12 + motion.dy / 2);
		worst =
		    fmax(worst, fabs(sums.sum[3][2] / sums.count[3][1] - mean));
	}
	CHECK_NEAR(worst, 0, 1e-9, "shifted sums of a ramp are exact");
	CHECK(sums.count[0][0] > 767 && sums.count[0][0] < 769 &&
		sums.count[3][1] > 49 && sums.count[3][1] < 51,
	    "samples are counted");

	motion =
	    (struct skin_motion){56, 72, 0, 0, 1.1 * cos(0.2), 1.1 * sin(0.2)};
	memset(&sums, 0, sizeof(sums));
	skin_sum(&sums, &f, &rects, &motion, 1);
	CHECK_NEAR(sums.sum[0][0] / sums.count[0][0], 3 * 55.5 + 5 * 71.5, 1e-9,
	    "the middle of a turn stays");
	mean = 3 * (56 + 54 * motion.grown + 47 * motion.turned - 0.5) +
	    5 * (72 - 47 * motion.grown + 54 * motion.turned - 0.5);
	CHECK_NEAR(sums.sum[3][0] / sums.count[3][0], mean, 1e-9,
	    "what is off the middle goes round it");

	motion = (struct skin_motion){0, 0, -41, 0, 1, 0};
	memset(&sums, 0, sizeof(sums));
	skin_sum(&sums, &f, &rects, &motion, 1);
	CHECK(!(sums.count[0][0] > 0) && sums.count[3][0] > 0,
	    "what leaves the picture is left out");
	motion.dx = -40.5;
	memset(&sums, 0, sizeof(sums));
	skin_sum(&sums, &f, &rects, &motion, 1);
	CHECK(!(sums.count[0][0] > 0), "by half a pixel, too");
	motion.dx = W - 120;
	memset(&sums, 0, sizeof(sums));
	skin_sum(&sums, &f, &rects, &motion, 1);
	CHECK(sums.count[3][0] > 0, "up to the border it counts");
	motion.dx += 0.5;
	memset(&sums, 0, sizeof(sums));
	skin_sum(&sums, &f, &rects, &motion, 1);
	CHECK(!(sums.count[3][0] > 0), "beyond the border it does not");
}

static void
fill(int x0, int y0, int x1, int y1, int luma, int cb, int cr)
{
	int x, y;

	for (y = y0; y < y1; y++)
		for (x = x0; x < x1; x++) {
			y8[y * W + x] = (uint8_t)luma;
			u8[y / 2 * W / 2 + x / 2] = (uint8_t)cb;
			v8[y / 2 * W / 2 + x / 2] = (uint8_t)cr;
		}
}

/* How many pixels of the rectangles lie in a part of the picture. */
static long
taken(const struct skin_rects *rects, int x0, int y0, int x1, int y1)
{
	const struct skin_rect *r;
	long n = 0;
	unsigned i;
	int w, h;

	for (i = 0; i < rects->count; i++) {
		r = &rects->rect[i];
		w = (r->x1 < x1 ? r->x1 : x1) - (r->x0 > x0 ? r->x0 : x0);
		h = (r->y1 < y1 ? r->y1 : y1) - (r->y0 > y0 ? r->y0 : y0);
		if (w > 0 && h > 0)
			n += (long)w * h;
	}
	return n;
}

static void
check_skin(int luma, int cb, int cr, const char *what)
{
	static struct skin_rects rects;
	const struct video_frame f = frame8();
	/* Its box: 90..230 by 50..190. */
	const struct skin_face face = {160, 120, 140, 0, false, false, 0};
	char text[128];
	long all;

	fill(0, 0, W, H, 90, 128, 128);
	fill(90, 40, 230, 200, luma, cb, cr);
	if (skin_patches_of_face(&rects, &f, &face) != 0)
		exit(1);
	all = taken(&rects, 0, 0, W, H);
	snprintf(text, sizeof(text), "%s is skin", what);
	CHECK(all > 140 * 140 / 4, text);
	CHECK(taken(&rects, 0, 0, 90, H) == 0, "nothing beside the face");
	/* Hair on the forehead, a shine and a shadow on the cheeks. */
	fill(118, 40, 202, 66, luma / 4, 128, 128);
	fill(104, 120, 120, 136, luma * 2 < 255 ? luma * 2 : 255, 128, 128);
	fill(186, 140, 220, 160, luma / 3, cb, cr);
	if (skin_patches_of_face(&rects, &f, &face) != 0)
		exit(1);
	snprintf(text, sizeof(text), "%s: no hair, shine, shadow", what);
	/* Blocks on the border are of both sorts. */
	CHECK(taken(&rects, 122, 44, 198, 62) +
		    taken(&rects, 108, 124, 116, 132) +
		    taken(&rects, 190, 144, 216, 156) ==
		0,
	    text);
	snprintf(text, sizeof(text), "%s: the rest stays", what);
	CHECK(taken(&rects, 0, 0, W, H) > all / 2, text);
}

static void
check_names(void)
{
	struct trace_names names;

	skin_face_names(&names);
	CHECK(names.count == 39, "38 patches and the background");
	CHECK_TEXT(names.name[0], "forehead-1", "the first");
	CHECK_TEXT(names.name[12], "cheek-left-1", "a cheek");
	CHECK_TEXT(names.name[38], "background", "the last");
}

/* What touches the lens: light that falls off. */
static void
draw_finger(void)
{
	fill(0, 0, W, H, 0, 120, 150);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			y8[y * W + x] =
			    (uint8_t)(200 * exp(-x / 160.0 - y / 240.0));
}

static bool
finger_is_seen(struct skin_sampler *s, struct video_frame *f, double dt)
{
	struct err err = {""};

	f->time += dt;
	return skin_sample(s, f, &err) == 0 &&
	    skin_trace(s, 0)->region[0].pixels == W * H;
}

static void
check_finger(void)
{
	struct skin_options options = {.site = SKIN_SITE_FINGER};
	struct video_frame f = frame8();
	struct skin_sampler *s;
	const struct trace_frame *t;
	struct err err = {""};
	uint32_t anchor;

	draw_finger();
	s = skin_new(&options, &err);
	CHECK(finger_is_seen(s, &f, 0), "a finger is the whole picture");
	t = skin_trace(s, 0);
	CHECK(t->count == 1, "in one region");
	CHECK_NEAR(t->region[0].r - t->region[0].b, 1.402 * 22 - 1.772 * -8,
	    0.01, "in its colour");
	anchor = t->anchor;
	fill(40, 60, 80, 120, 255, 120, 150);
	CHECK(!finger_is_seen(s, &f, 0.04), "detail: it was taken off");
	draw_finger();
	CHECK(!finger_is_seen(s, &f, 0.04), "it is being put on");
	CHECK(finger_is_seen(s, &f, 2), "it is on again");
	CHECK(skin_trace(s, 0)->anchor != anchor, "in another place");
	for (int y = 0; y < H; y++)
		fill(0, y, W, y + 1, 120 + (int)(60 * sin(y / 6.0)), 120, 150);
	CHECK(finger_is_seen(s, &f, 2), "bands of a lamp that flickers");
	f.width = 16;
	f.height = 16;
	CHECK(skin_sample(s, &f, &err) == 0 &&
		skin_trace(s, 0)->region[0].pixels == 16 * 16,
	    "a picture of a few pixels");
	skin_free(s);
	f = frame8();
	f.width = f.height = 24;
	fill(8, 0, 16, 24, 255, 120, 150);
	s = skin_new(&options, &err);
	CHECK(skin_sample(s, &f, &err) == 0 &&
		skin_trace(s, 0)->region[0].pixels == 24 * 24,
	    "of too few to show detail");
	skin_free(s);
}

static void
check_sites(void)
{
	struct skin_options options = {.site = SKIN_SITE_SKIN};
	struct video_frame f = frame8();
	struct skin_sampler *s;
	const struct trace_frame *t;
	struct err err = {""};
	unsigned i, good = 0;
	uint32_t anchor;

	fill(0, 0, W, H, 100, 120, 150);
	fill(40, 60, 80, 120, 180, 120, 150);
	s = skin_new(&options, &err);
	CHECK(skin_sample(s, &f, &err) == 0 && skin_subjects(s) == 1 &&
		skin_fallback(s) == NULL,
	    "bare skin is one subject");
	t = skin_trace(s, 0);
	for (i = 0; i < t->count; i++)
		good += t->region[i].pixels > 0;
	CHECK(t->count >= 24 && good == t->count, "a grid of patches");
	anchor = t->anchor;
	f.width = W / 2;
	f.time = 1;
	CHECK(skin_sample(s, &f, &err) == 0 && skin_trace(s, 0)->count == i &&
		skin_trace(s, 0)->anchor != anchor,
	    "another size: the same regions, placed anew");
	skin_free(s);

	f = frame8();
	options.roi.x = 40;
	options.roi.y = 60;
	options.roi.width = 40;
	options.roi.height = 60;
	s = skin_new(&options, &err);
	CHECK(skin_sample(s, &f, &err) == 0, "a region of interest");
	t = skin_trace(s, 0);
	for (good = 0, i = 0; i < t->count; i++)
		good += fabs(t->region[i].g -
			    (180 - 0.344136 * -8 - 0.714136 * 22)) < 0.01;
	CHECK(good == t->count, "it alone is seen");
	skin_free(s);
	options.roi.x = W;
	s = skin_new(&options, &err);
	CHECK(skin_sample(s, &f, &err) < 0, "one outside is refused");
	CHECK_TEXT(err.text, "the region of interest is outside the picture",
	    "it says");
	skin_free(s);

	options = (struct skin_options){.site = SKIN_SITE_FACE};
	s = skin_new(&options, &err);
	CHECK(skin_sample(s, &f, &err) == 0 && skin_subjects(s) == 1 &&
		skin_trace(s, 0)->count == 39 &&
		skin_trace(s, 0)->region[0].pixels == 0 &&
		skin_fallback(s) != NULL,
	    "no face: the whole picture stands in");
	CHECK(skin_fallback(s)->count == 64 &&
		skin_fallback_names(s)->count == 64 &&
		skin_fallback(s)->region[63].pixels == W * H / 64,
	    "as 64 boxes");
	skin_free(s);
}

int
main(void)
{
	ramps();
	check_sums();
	check_skin(180, 115, 150, "light skin");
	check_skin(70, 122, 138, "dark skin");
	check_skin(24, 124, 132, "skin in the dark");
	check_skin(120, 150, 140, "skin in blue light");
	check_names();
	check_sites();
	check_finger();
	return check_done();
}
