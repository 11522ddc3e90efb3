#include "synth/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "synth/paint.h"

/* The face's span from brow to chin, in half face widths, as paint.c paints it. */
#define FACE_SPAN 2.2

typedef void paint_fn(struct synth_paint *p, double u, double v, double edge,
    unsigned tone, uint64_t seed);

/* One pixel's paint into a layer. */
static void
store(float *px, const struct synth_paint *p)
{
	px[SYNTH_RED] = p->r * p->cover;
	px[SYNTH_GREEN] = p->g * p->cover;
	px[SYNTH_BLUE] = p->b * p->cover;
	px[SYNTH_COVER] = p->cover;
	px[SYNTH_EARLY] = p->pulse * (1 - p->late) * p->cover;
	px[SYNTH_LATE] = p->pulse * p->late * p->cover;
	px[6] = px[7] = 0;
}

static float *
layer_alloc(struct synth_layer *l, double unit, double width, double height)
{
	l->unit = unit;
	/* At least two pixels each way, so that there is one to the right. */
	l->width = (unsigned)ceil(width * unit) + 2;
	l->height = (unsigned)ceil(height * unit) + 2;
	l->px = calloc(
	    (size_t)l->width * l->height, SYNTH_CHANNELS * sizeof(*l->px));
	return l->px;
}

/* Paint the layer, leaving a border of nothing around it. */
static void
layer_paint(
    struct synth_layer *l, paint_fn *paint, unsigned tone, uint64_t seed)
{
	struct synth_paint p;

	for (unsigned y = 1; y + 1 < l->height; y++) {
		for (unsigned x = 1; x + 1 < l->width; x++) {
			paint(&p, l->u0 + x / l->unit, l->v0 + y / l->unit,
			    1 / l->unit, tone, seed);
			store(
			    l->px + ((size_t)y * l->width + x) * SYNTH_CHANNELS,
			    &p);
		}
	}
}

static int
add_person(struct synth_scene *s, unsigned tone, uint64_t seed)
{
	double down = ((double)s->height - s->y) / s->unit - SYNTH_TORSO_TOP;

	s->head.u0 = SYNTH_HEAD_LEFT;
	s->head.v0 = SYNTH_HEAD_TOP;
	if (layer_alloc(
		&s->head, s->unit, SYNTH_HEAD_WIDTH, SYNTH_HEAD_HEIGHT) == NULL)
		return -1;
	layer_paint(&s->head, synth_paint_head, tone, seed);
	s->torso.u0 = SYNTH_TORSO_LEFT;
	s->torso.v0 = SYNTH_TORSO_TOP;
	/* Deeper than the picture, for the breath lifts it. */
	if (layer_alloc(&s->torso, s->unit, SYNTH_TORSO_WIDTH,
		fmax(down, 0) + 0.5) == NULL)
		return -1;
	layer_paint(&s->torso, synth_paint_torso, tone, seed);
	return 0;
}

/* The fingertip is a layer as large as the picture. */
static int
add_finger(struct synth_scene *s, unsigned tone, uint64_t seed)
{
	struct synth_layer *l = &s->head;
	struct synth_paint p;

	s->x = s->y = 0;
	l->u0 = l->v0 = -1 / s->unit;
	if (layer_alloc(l, s->unit, (s->width + 1) / s->unit,
		(s->height + 1) / s->unit) == NULL)
		return -1;
	for (unsigned y = 0; y < l->height; y++) {
		for (unsigned x = 0; x < l->width; x++) {
			synth_paint_finger(&p, (double)x / s->height,
			    (double)y / s->height, tone, seed);
			store(
			    l->px + ((size_t)y * l->width + x) * SYNTH_CHANNELS,
			    &p);
		}
	}
	return 0;
}

static void
paint_back(struct synth_scene *s, enum synth_scene_kind kind, unsigned tone,
    uint64_t seed)
{
	struct synth_paint p;
	double left = 0.5 * ((double)s->width / s->height - 4.0 / 3);
	size_t i = 0;

	for (unsigned y = 0; y < s->height; y++) {
		for (unsigned x = 0; x < s->width; x++, i++) {
			double h = s->height;

			if (kind == SYNTH_SCENE_WALL)
				synth_paint_wall(&p, x / h, y / h, tone, seed);
			else
				synth_paint_room(&p, x / h - left, y / h, seed);
			s->back[0][i] = p.r;
			s->back[1][i] = p.g;
			s->back[2][i] = p.b;
		}
	}
}

int
synth_scene_init(struct synth_scene *s, enum synth_scene_kind kind,
    unsigned width, unsigned height, double face, unsigned tone, uint64_t seed)
{
	size_t n = (size_t)width * height;
	int rc = 0;

	memset(s, 0, sizeof(*s));
	s->width = width;
	s->height = height;
	s->unit = face * fmin(height, width * 1.2) / FACE_SPAN;
	s->x = width * 0.5;
	s->y = height * 0.5 - 0.35 * s->unit;
	for (int c = 0; c < 3; c++) {
		s->back[c] = calloc(n, sizeof(*s->back[c]));
		if (s->back[c] == NULL)
			rc = -1;
	}
	if (rc == 0 && kind != SYNTH_SCENE_FINGER)
		paint_back(s, kind, tone, seed);
	if (rc == 0 && kind == SYNTH_SCENE_FINGER)
		rc = add_finger(s, tone, seed);
	else if (rc == 0 && kind != SYNTH_SCENE_WALL)
		rc = add_person(s, tone, seed);
	if (rc != 0)
		synth_scene_release(s);
	return rc;
}

void
synth_scene_release(struct synth_scene *s)
{
	for (int c = 0; c < 3; c++) {
		free(s->back[c]);
		s->back[c] = NULL;
	}
	free(s->head.px);
	free(s->torso.px);
	s->head.px = s->torso.px = NULL;
}

/* The pixel between four, or nothing outside. */
static void
sample(const struct synth_layer *l, float fx, float fy, float *restrict out)
{
	const float *restrict a, *restrict b;
	float sx, sy, w[4];
	int x, y;

	if (fx < 0 || fy < 0 || fx >= (float)(l->width - 1) ||
	    fy >= (float)(l->height - 1)) {
		memset(out, 0, SYNTH_CHANNELS * sizeof(*out));
		return;
	}
	x = (int)fx;
	y = (int)fy;
	sx = fx - (float)x;
	sy = fy - (float)y;
	w[0] = (1 - sx) * (1 - sy);
	w[1] = sx * (1 - sy);
	w[2] = (1 - sx) * sy;
	w[3] = sx * sy;
	a = l->px + ((size_t)y * l->width + (size_t)x) * SYNTH_CHANNELS;
	b = a + (size_t)l->width * SYNTH_CHANNELS;
	for (int c = 0; c < SYNTH_CHANNELS; c++)
		out[c] = w[0] * a[c] + w[1] * a[SYNTH_CHANNELS + c] +
		    w[2] * b[c] + w[3] * b[SYNTH_CHANNELS + c];
}

/* The inside of an open mouth. */
static void
cavity(float *out)
{
	memset(out, 0, SYNTH_CHANNELS * sizeof(*out));
	out[SYNTH_RED] = 52;
	out[SYNTH_GREEN] = 22;
	out[SYNTH_BLUE] = 20;
	out[SYNTH_COVER] = 1;
}

/* Where the skin at (u, v) was before the mouth opened by ${open}; NAN: it is
 * the opening. */
static double
closed(double u, double v, double open)
{
	double below = v - SYNTH_MOUTH_V, gap, jaw, t;

	if (below <= 0)
		return v;
	gap = open * fmax(1 - u * u / (SYNTH_MOUTH_HALF * SYNTH_MOUTH_HALF), 0);
	if (below < gap)
		return (double)NAN;
	jaw = open * fmax(1 - u * u, 0);
	t = fmin((below - gap) / 0.4, 1);
	return v - gap - (jaw - gap) * t * t * (3 - 2 * t);
}

void
synth_layer_row(const struct synth_layer *layer, double unit, double ox,
    double oy, const struct synth_pose *pose, double x, double y, unsigned n,
    float *out)
{
	double k = 1 / (pose->scale * unit);
	double cu = cos(pose->roll) * k, su = sin(pose->roll) * k;
	double dx = x - ox, dy = y - oy;
	double u = cu * dx + su * dy, v = -su * dx + cu * dy;
	double open = 2 * pose->mouth;

	if (open <= 0) {
		/* The same steps, in pixels of the layer. */
		float fx = (float)((u - layer->u0) * layer->unit);
		float fy = (float)((v - layer->v0) * layer->unit);
		float sx = (float)(cu * layer->unit);
		float sy = (float)(su * layer->unit);

		for (unsigned i = 0; i < n; i++, out += SYNTH_CHANNELS)
			sample(
			    layer, fx + sx * (float)i, fy - sy * (float)i, out);
		return;
	}
	for (unsigned i = 0; i < n; i++, out += SYNTH_CHANNELS) {
		double w = closed(u, v, open);

		if (isnan(w))
			cavity(out);
		else
			sample(layer, (float)((u - layer->u0) * layer->unit),
			    (float)((w - layer->v0) * layer->unit), out);
		u += cu;
		v -= su;
	}
}
