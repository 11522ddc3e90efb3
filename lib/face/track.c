#include "face/track.h"

#include <math.h>
#include <string.h>

/* All by hand.  Gauss-Newton converges in a few steps where it does at all. */
#define STEPS 12        /* at most, of one alignment */
#define STILL 0.004     /* pixels; a smaller step ends it */
#define GOOD 0.7        /* correlation below which it looks further around */
#define COARSE 4        /* of the wide search: one sample in so many */
#define RANGE_MAX 24    /* pixels: what a wide search may cost */
#define SIZE_CHANGE 1.3 /* in one alignment; more is an error */
#define SPREAD_MIN 1.5  /* least deviation of a template, grey levels: noise */

/* Bilinear, between the middles of four pixels that are there. */
static float
sample_within(const struct face_image *im, float x, float y)
{
	int x0 = (int)x, y0 = (int)y;
	float fx = x - (float)x0, fy = y - (float)y0, top, low;
	const uint8_t *p = im->pixel + y0 * im->stride + x0;

	top = (float)p[0] + fx * (float)(p[1] - p[0]);
	p += im->stride;
	low = (float)p[0] + fx * (float)(p[1] - p[0]);
	return top + fy * (low - top);
}

/* The same anywhere, the border continued. */
static float
sample_at(const struct face_image *im, double x, double y)
{
	return sample_within(im,
	    (float)fmin(fmax(x - 0.5, 0), im->width - 1.01),
	    (float)fmin(fmax(y - 0.5, 0), im->height - 1.01));
}

/* The template's samples under ${pose}, brought to mean 0 and variance 1.
 * Return the deviation that they had. */
static double
sample_all(const struct face_image *im, const struct face_pose *pose,
    double reach, float *out)
{
	const double n = FACE_TRACK_POINTS;
	double step = pose->size * reach / FACE_TRACK_SIDE;
	double c = cos(pose->angle) * step, s = sin(pose->angle) * step;
	double first = -(FACE_TRACK_SIDE - 1) / 2.0;
	double sum = 0, squares = 0, x, y, mean, spread;
	double half = -first * (fabs(c) + fabs(s)) + 0.6;
	bool inside = pose->x > half && pose->y > half &&
	    pose->x + half < im->width - 0.6 &&
	    pose->y + half < im->height - 0.6;
	int i, j, k = 0;
	float scale;

	for (j = 0; j < FACE_TRACK_SIDE; j++) {
		x = pose->x + first * c - (first + j) * s;
		y = pose->y + first * s + (first + j) * c;
		for (i = 0; i < FACE_TRACK_SIDE; i++, k++) {
			out[k] = inside ? sample_within(im, (float)x - 0.5F,
					      (float)y - 0.5F)
					: sample_at(im, x, y);
			sum += (double)out[k];
			squares += (double)out[k] * (double)out[k];
			x += c;
			y += s;
		}
	}
	mean = sum / n;
	spread = sqrt(fmax(squares / n - mean * mean, 0));
	scale = (float)(spread > 0 ? 1 / spread : 0);
	for (k = 0; k < FACE_TRACK_POINTS; k++)
		out[k] = (out[k] - (float)mean) * scale;
	return spread;
}

/* Invert a symmetric positive matrix in place (Gauss-Jordan).  Return -1 when
 * it is singular. */
static int
invert(double m[4][4])
{
	double pivot, factor;
	int i, j, k;

	for (k = 0; k < 4; k++) {
		pivot = m[k][k];
		if (!(pivot > 1e-9))
			return -1;
		m[k][k] = 1;
		for (j = 0; j < 4; j++)
			m[k][j] /= pivot;
		for (i = 0; i < 4; i++) {
			if (i == k)
				continue;
			factor = m[i][k];
			m[i][k] = 0;
			for (j = 0; j < 4; j++)
				m[i][j] -= factor * m[k][j];
		}
	}
	return 0;
}

/* Far from the centre there is less face. */
static double
weight_at(double u, double v)
{
	double r = (u * u + v * v) / (0.25 * FACE_TRACK_SIDE * FACE_TRACK_SIDE);

	return exp(-r);
}

/*
 * The warp of a template point (u, v), counted in samples from the centre, is
 * (u + p0 + p2 u - p3 v, v + p1 + p3 u + p2 v).
 */
static int
prepare(struct face_track *t)
{
	const int side = FACE_TRACK_SIDE;
	double gx, gy, u, v, w;
	int i, j, k, a, b;

	memset(t->inverse, 0, sizeof(t->inverse));
	for (k = 0, j = 0; j < side; j++)
		for (i = 0; i < side; i++, k++) {
			memset(t->steepest[k], 0, sizeof(t->steepest[k]));
			if (i == 0 || j == 0 || i == side - 1 || j == side - 1)
				continue;
			gx = (double)(t->value[k + 1] - t->value[k - 1]) / 2;
			gy = (double)(t->value[k + side] - t->value[k - side]) /
			    2;
			u = i - (side - 1) / 2.0;
			v = j - (side - 1) / 2.0;
			w = weight_at(u, v);
			const double d[4] = {
			    gx, gy, gx * u + gy * v, gy * u - gx * v};
			for (a = 0; a < 4; a++) {
				t->steepest[k][a] = (float)(d[a] * w);
				for (b = 0; b < 4; b++)
					t->inverse[a][b] += w * d[a] * d[b];
			}
		}
	return invert(t->inverse);
}

int
face_track_start(struct face_track *track, const struct face_image *image,
    const struct face_pose *pose, double reach)
{
	track->reach = reach;
	if (image->width < 2 || image->height < 2 || !(pose->size > 0) ||
	    pose->x < 0 || pose->y < 0 || pose->x > image->width ||
	    pose->y > image->height)
		return -1;
	if (sample_all(image, pose, reach, track->value) < SPREAD_MIN)
		return -1;
	return prepare(track);
}

static double
correlate(const struct face_track *t)
{
	double sum = 0;
	int k;

	for (k = 0; k < FACE_TRACK_POINTS; k++)
		sum += (double)t->value[k] * (double)t->sample[k];
	return sum / FACE_TRACK_POINTS;
}

/* One step of Gauss-Newton.  Return how far it moved, in pixels. */
static double
improve(struct face_track *t, struct face_pose *pose)
{
	double b[4] = {0}, p[4] = {0};
	double step = pose->size * t->reach / FACE_TRACK_SIDE;
	double c, s, scale, turn, norm, dx, dy;
	int i, j, k;

	for (k = 0; k < FACE_TRACK_POINTS; k++) {
		float e = t->sample[k] - t->value[k];

		for (i = 0; i < 4; i++)
			b[i] += (double)(t->steepest[k][i] * e);
	}
	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++)
			p[i] += t->inverse[i][j] * b[j];
	/* The warp is followed by the inverse of the step. */
	norm = (1 + p[2]) * (1 + p[2]) + p[3] * p[3];
	if (!(norm > 0.25 && norm < 4))
		return HUGE_VAL;
	scale = 1 / sqrt(norm);
	turn = -atan2(p[3], 1 + p[2]);
	c = cos(pose->angle + turn) * scale * step;
	s = sin(pose->angle + turn) * scale * step;
	dx = -(c * p[0] - s * p[1]);
	dy = -(s * p[0] + c * p[1]);
	pose->x += dx;
	pose->y += dy;
	pose->size *= scale;
	pose->angle += turn;
	return fmax(hypot(dx, dy),
	    pose->size * t->reach / 2 * fmax(fabs(scale - 1), fabs(turn)));
}

/* Align from ${pose} on.  Return the correlation reached; *${pose} is void
 * when negative. */
static double
align(struct face_track *t, const struct face_image *im, struct face_pose *pose)
{
	double size = pose->size, moved;
	int i;

	sample_all(im, pose, t->reach, t->sample);
	for (i = 0; i < STEPS; i++) {
		moved = improve(t, pose);
		if (!(moved < im->width + im->height) ||
		    pose->size > size * SIZE_CHANGE ||
		    pose->size < size / SIZE_CHANGE || pose->x < 0 ||
		    pose->y < 0 || pose->x > im->width || pose->y > im->height)
			return -1;
		if (moved < STILL)
			break;
		sample_all(im, pose, t->reach, t->sample);
	}
	return correlate(t);
}

/* Correlation at whole pixels around ${pose} with a part of the samples; move
 * it to the best place. */
static void
look_around(struct face_track *t, const struct face_image *im,
    struct face_pose *pose, int range)
{
	double step = pose->size * t->reach / FACE_TRACK_SIDE;
	double c = cos(pose->angle) * step, s = sin(pose->angle) * step;
	double first = -(FACE_TRACK_SIDE - 1) / 2.0;
	double best = -1, score, v, sum, squares, product, u0, v0, n;
	struct face_pose found = *pose;
	int dx, dy, i, j;

	for (dy = -range; dy <= range; dy++)
		for (dx = -range; dx <= range; dx++) {
			sum = squares = product = n = 0;
			for (j = 1; j < FACE_TRACK_SIDE; j += COARSE)
				for (i = 1; i < FACE_TRACK_SIDE; i += COARSE) {
					u0 = first + i;
					v0 = first + j;
					v = (double)sample_at(im,
					    pose->x + dx + u0 * c - v0 * s,
					    pose->y + dy + u0 * s + v0 * c);
					sum += v;
					squares += v * v;
					product += v *
					    (double)
						t->value[j * FACE_TRACK_SIDE +
						    i];
					n++;
				}
			v = squares / n - sum / n * sum / n;
			score = v > 1 ? product / n / sqrt(v) : 0;
			if (score > best) {
				best = score;
				found.x = pose->x + dx;
				found.y = pose->y + dy;
			}
		}
	*pose = found;
}

double
face_track_follow(struct face_track *track, const struct face_image *image,
    struct face_pose *pose, double range)
{
	struct face_pose here = *pose, there = *pose;
	double near, far = -1;

	if (image->width < 2 || image->height < 2)
		return -1;
	near = align(track, image, &here);
	if (near < GOOD && range >= 1) {
		look_around(track, image, &there, (int)fmin(range, RANGE_MAX));
		far = align(track, image, &there);
	}
	if (near < 0 && far < 0)
		return -1;
	*pose = near >= far ? here : there;
	return fmax(near, far);
}
