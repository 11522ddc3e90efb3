#include "synth/paint.h"

#include <math.h>

struct rgb {
	double r, g, b;
};

/* From the lightest to the darkest, after Fitzpatrick's six types.  Colours and
 * strengths of the pulse are by hand: melanin takes light before blood does. */
static const struct tone {
	struct rgb skin, lips, hair, eye;
	double pulse;
} tones[SYNTH_TONES] = {
    {{236, 196, 176}, {196, 124, 118}, {122, 92, 58}, {88, 112, 128}, 1.0},
    {{226, 180, 154}, {184, 110, 102}, {84, 60, 40}, {84, 96, 80}, 0.95},
    {{208, 158, 126}, {168, 96, 86}, {56, 42, 32}, {78, 58, 40}, 0.85},
    {{178, 126, 94}, {142, 80, 70}, {38, 30, 26}, {54, 38, 28}, 0.7},
    {{134, 90, 66}, {108, 62, 56}, {28, 24, 22}, {40, 28, 22}, 0.52},
    {{92, 62, 48}, {78, 46, 44}, {20, 18, 18}, {28, 20, 18}, 0.38},
};

static const struct tone *
tone_of(unsigned tone)
{
	return &tones[tone < SYNTH_TONES ? tone : SYNTH_TONES - 1];
}

double
synth_tone_strength(unsigned tone)
{
	return tone_of(tone)->pulse;
}

/* ---- Shapes ------------------------------------------------------------ */

static double
smooth(double low, double high, double x)
{
	double t = fmin(fmax((x - low) / (high - low), 0), 1);

	return t * t * (3 - 2 * t);
}

static double
bump(double x, double width)
{
	return exp(-0.5 * x * x / (width * width));
}

/* How far inside the ellipse: 1 in it, 0 out of it, soft over ${edge}. */
static double
ellipse(double u, double v, double a, double b, double edge)
{
	double d = sqrt(u * u / (a * a) + v * v / (b * b)) - 1;

	return 1 - smooth(-0.5, 0.5, d * fmin(a, b) / edge);
}

static void
mix(struct rgb *to, struct rgb from, double share)
{
	to->r += (from.r - to->r) * share;
	to->g += (from.g - to->g) * share;
	to->b += (from.b - to->b) * share;
}

static void
scale(struct rgb *c, double k)
{
	c->r *= k;
	c->g *= k;
	c->b *= k;
}

/* ---- Noise of the place ------------------------------------------------ */

static double
lattice(int64_t x, int64_t y, uint64_t seed)
{
	uint64_t h = (uint64_t)x * 0x9e3779b97f4a7c15U ^
	    (uint64_t)y * 0xc2b2ae3d27d4eb4fU ^ seed;

	h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9U;
	h = (h ^ (h >> 32)) * 0x94d049bb133111ebU;
	return (double)((h ^ (h >> 31)) >> 11) * 0x1p-52 - 1;
}

/* Smooth noise of one cell per unit: -1 to 1. */
static double
cloud(double x, double y, uint64_t seed)
{
	double fx = floor(x), fy = floor(y);
	int64_t ix = (int64_t)fx, iy = (int64_t)fy;
	double sx = smooth(0, 1, x - fx), sy = smooth(0, 1, y - fy);
	double top =
	    lattice(ix, iy, seed) * (1 - sx) + lattice(ix + 1, iy, seed) * sx;
	double low = lattice(ix, iy + 1, seed) * (1 - sx) +
	    lattice(ix + 1, iy + 1, seed) * sx;

	return top * (1 - sy) + low * sy;
}

/* ---- Head -------------------------------------------------------------- */

/* Half the width of the head at ${v}; negative above and below it. */
static double
head_half(double v)
{
	double t = v < 0.1 ? (v - 0.1) / 1.55 : (v - 0.1) / 1.24;
	double power = v < 0.1 ? 2.2 : 2.6;
	double rest = 1 - pow(fabs(t), power);

	return rest <= 0 ? -1 : 0.99 * pow(rest, v < 0.1 ? 0.5 : 0.6);
}

static double
head_cover(double u, double v, double edge)
{
	double half = head_half(v);

	if (half < 0)
		return 0;
	return 1 - smooth(-0.5, 0.5, (fabs(u) - half) / edge);
}

/* The relief of the face, towards the camera. */
static double
relief(double u, double v)
{
	double round = 1 - u * u / 1.15 - (v - 0.05) * (v - 0.05) / 2.6;
	double z = 0.9 * sqrt(fmax(round, 0.02));
	double down = smooth(-0.25, 0.38, v) * (1 - smooth(0.40, 0.50, v));

	/* Nose, its wings, eye sockets, cheeks, brow ridge, lips, chin. */
	z += (0.05 + 0.25 * down) * bump(u, 0.09 + 0.06 * down) *
	    smooth(-0.35, 0.0, v) * (1 - smooth(0.42, 0.52, v));
	z += 0.05 * bump(fabs(u) - 0.15, 0.06) * bump(v - 0.38, 0.07);
	z -= 0.10 * bump(fabs(u) - 0.40, 0.19) * bump(v + 0.17, 0.12);
	z += 0.04 * bump(v + 0.40, 0.08) * bump(fabs(u) - 0.35, 0.3);
	z += 0.05 * bump(fabs(u) - 0.52, 0.18) * bump(v - 0.22, 0.18);
	z += 0.04 * bump(u, 0.22) * bump(v - 0.72, 0.10);
	z -= 0.03 * bump(u, 0.2) * bump(v - 0.93, 0.05);
	z += 0.05 * bump(u, 0.2) * bump(v - 1.1, 0.1);
	return z;
}

/* Light from the upper left and a little gloss: 1 at its best. */
static double
shading(double u, double v)
{
	const double e = 0.01;
	double du = (relief(u + e, v) - relief(u - e, v)) / (2 * e);
	double dv = (relief(u, v + e) - relief(u, v - e)) / (2 * e);
	double n = sqrt(du * du + dv * dv + 1);
	double lambert = (0.25 * du + 0.42 * dv + 0.87) / n;

	return 0.42 + 0.58 * fmin(fmax(lambert, 0), 1);
}

static double
hair_cover(double u, double v, double edge)
{
	double line = -0.98 + 0.30 * u * u + 0.05 * cos(5 * u);
	double cap = 1 - smooth(-2, 2, (v - line) / (edge + 0.01));
	double side = smooth(0.86, 0.96, fabs(u)) * (1 - smooth(0.0, 0.3, v));

	return fmax(cap, side);
}

static void
eyes(struct rgb *c, double u, double v, double edge, const struct tone *t,
    double *skin)
{
	double x = fabs(u) - 0.41, y = v + 0.15 + 0.04 * x;
	double open = ellipse(x, y, 0.185, 0.078, edge);
	double sx = u < 0 ? -x : x;
	double lid = ellipse(x, y + 0.035, 0.205, 0.085, edge + 0.02) *
	    (1 - ellipse(x, y - 0.012, 0.185, 0.08, edge));
	double glint = ellipse(sx + 0.03, y + 0.03, 0.018, 0.018, edge);
	double iris = ellipse(x, y + 0.005, 0.083, 0.083, edge);
	double pupil = ellipse(x, y + 0.005, 0.036, 0.036, edge);

	scale(c, 1 - 0.22 * bump(x, 0.2) * bump(v + 0.17, 0.11));
	mix(c, (struct rgb){206, 198, 192}, open * 0.9);
	mix(c, t->eye, open * iris);
	mix(c, (struct rgb){14, 12, 12}, open * pupil);
	mix(c, (struct rgb){244, 244, 244}, open * glint * 0.9);
	mix(c, (struct rgb){30, 22, 20}, 0.8 * lid);
	*skin *= 1 - fmax(open, lid);
}

static void
brows(struct rgb *c, double u, double v, double edge, const struct tone *t,
    double *skin, uint64_t seed)
{
	double x = fabs(u) - 0.43;
	double y = v + 0.44 - 0.35 * x * x + 0.04 * x;
	double brow = ellipse(x, y, 0.27, 0.058, edge + 0.03) *
	    (0.8 + 0.15 * cloud(60 * u, 20 * v, seed));

	mix(c, t->hair, brow);
	*skin *= 1 - brow;
}

static void
nose(struct rgb *c, double u, double v, double edge, const struct tone *t)
{
	struct rgb dark = t->skin;
	double x = fabs(u) - 0.105;

	scale(&dark, 0.25);
	mix(c, dark, 0.85 * ellipse(x, v - 0.455, 0.058, 0.028, edge + 0.015));
	scale(c, 1 - 0.16 * bump(u, 0.17) * bump(v - 0.50, 0.03));
	scale(c, 1 - 0.10 * bump(fabs(u) - 0.21, 0.03) * bump(v - 0.39, 0.07));
}

static void
mouth(struct rgb *c, double u, double v, double edge, const struct tone *t,
    double *skin)
{
	double y = v - SYNTH_MOUTH_V - 0.25 * u * u * u * u;
	double bow = 0.085 - 0.02 * bump(u, 0.05);
	double upper = y < 0 ? ellipse(u, y, 0.33, bow, edge + 0.01) : 0;
	double lower = y >= 0 ? ellipse(u, y, 0.31, 0.11, edge + 0.01) : 0;
	struct rgb dark = t->lips;

	scale(&dark, 0.35);
	mix(c, t->lips, 0.95 * upper);
	scale(c, 1 - 0.15 * upper);
	mix(c, t->lips, 0.9 * lower);
	mix(c, dark, 0.9 * ellipse(u, y, 0.30, 0.014, edge + 0.01));
	*skin *= 1 - 0.4 * fmax(upper, lower);
}

/* How strong the pulse is there, and how much of it comes late. */
static void
perfusion(struct synth_paint *p, double u, double v, double skin)
{
	double k = 0.85 +
	    0.25 * bump(fabs(u) - 0.5, 0.25) * bump(v - 0.25, 0.3) +
	    0.2 * bump(v + 0.7, 0.25) -
	    0.15 * bump(u, 0.15) * bump(v - 0.2, 0.25);

	p->pulse = (float)(skin * k);
	p->late = (float)smooth(-0.8, 1.2, v);
}

static void
put(struct synth_paint *p, struct rgb c, double cover)
{
	p->r = (float)fmin(fmax(c.r, 0), 255);
	p->g = (float)fmin(fmax(c.g, 0), 255);
	p->b = (float)fmin(fmax(c.b, 0), 255);
	p->cover = (float)cover;
}

void
synth_paint_head(struct synth_paint *p, double u, double v, double edge,
    unsigned tone, uint64_t seed)
{
	const struct tone *t = tone_of(tone);
	double ear = ellipse(fabs(u) - 1, v, 0.11, 0.25, edge);
	double head = head_cover(u, v, edge);
	double mop = ellipse(u, v + 0.55, 1.13, 1.18, edge + 0.02) *
	    (1 - smooth(0.1, 0.5, v));
	double skin = fmax(head, ear), hair;
	struct rgb c = t->skin, strand = t->hair;

	scale(&c,
	    1 + 0.025 * cloud(3 * u, 3 * v, seed) +
		0.03 * cloud(24 * u, 24 * v, seed + 1));
	c.g *= 1 - 0.05 * bump(fabs(u) - 0.5, 0.2) * bump(v - 0.28, 0.2);
	c.b *= 1 - 0.06 * bump(fabs(u) - 0.5, 0.2) * bump(v - 0.28, 0.2);
	nose(&c, u, v, edge, t);
	mouth(&c, u, v, edge, t, &skin);
	eyes(&c, u, v, edge, t, &skin);
	brows(&c, u, v, edge, t, &skin, seed);
	scale(&c, head > 0 ? shading(u, v) : 0.55);
	hair = hair_cover(u, v, edge);
	hair = hair * head + mop * (1 - head) * (1 - ear);
	scale(&strand,
	    0.75 + 0.25 * cloud(28 * u, 5 * v, seed + 2) +
		0.35 * bump(u + 0.35, 0.4) * bump(v + 1.3, 0.25));
	mix(&c, strand, hair);
	put(p, c, fmax(fmax(head, ear), mop));
	perfusion(p, u, v, skin * (1 - hair));
}

void
synth_paint_torso(struct synth_paint *p, double u, double v, double edge,
    unsigned tone, uint64_t seed)
{
	const struct tone *t = tone_of(tone);
	double slope = 1.36 + 0.28 * u * u / (1 + 0.12 * u * u);
	double cloth = 1 - smooth(-0.5, 0.5, (slope - v) / edge);
	double half = 0.60 + 0.10 * smooth(1.2, 1.6, v);
	double neck = 1 - smooth(-0.5, 0.5, (fabs(u) - half) / edge);
	double collar = 1.74 - 0.75 * u * u;
	double open = neck * (1 - smooth(-0.5, 0.5, (v - collar) / edge));
	struct rgb c = {64, 78, 104}, skin = t->skin;
	double sides = fmin(fabs(u) / 2.7, 1);

	scale(&c,
	    1.05 - 0.45 * sides * sides +
		0.10 * cloud(2.5 * u + 0.5 * v, 1.5 * v, seed + 3) +
		0.05 * cloud(40 * u, 40 * v, seed + 4));
	cloth *= 1 - smooth(-0.5, 0.5, (fabs(u) - 2.75) / edge);
	scale(&skin, 0.72 - 0.30 * u * u - 0.22 * (1 - smooth(1.2, 1.7, v)));
	mix(&c, skin, open);
	put(p, c, fmax(cloth, neck * (v < collar)));
	p->pulse = (float)(0.5 * open);
	p->late = 0;
}

void
synth_paint_room(struct synth_paint *p, double x, double y, uint64_t seed)
{
	struct rgb c = {146, 150, 146};

	scale(&c,
	    0.9 + 0.12 * (1 - y) + 0.03 * cloud(3 * x, 3 * y, seed + 5) +
		0.03 * cloud(60 * x, 60 * y, seed + 6));
	/* A picture on the wall, and a shelf. */
	if (x > 0.04 && x < 0.24 && y > 0.1 && y < 0.36)
		mix(&c, (struct rgb){70, 84, 92}, 0.85);
	if (x > 0.055 && x < 0.225 && y > 0.12 && y < 0.34)
		mix(&c, (struct rgb){128, 140, 118},
		    0.6 + 0.4 * cloud(20 * x, 20 * y, seed + 7));
	if (x > 1.1 && y > 0.44 && y < 0.47)
		mix(&c, (struct rgb){96, 82, 70}, 0.9);
	if (x > 1.1 && y > 0.2 && y <= 0.44 && cloud(40 * x, 0, seed) > -0.4)
		mix(&c,
		    (struct rgb){100 + 50 * lattice((int64_t)(40 * x), 1, seed),
			90, 100 + 40 * lattice((int64_t)(40 * x), 2, seed)},
		    0.7);
	put(p, c, 1);
	p->pulse = p->late = 0;
}

void
synth_paint_wall(
    struct synth_paint *p, double x, double y, unsigned tone, uint64_t seed)
{
	struct rgb c = tone_of(tone)->skin;

	scale(&c,
	    0.8 + 0.12 * (1 - y) + 0.02 * cloud(3 * x, 3 * y, seed + 5) +
		0.03 * cloud(90 * x, 90 * y, seed + 6));
	put(p, c, 1);
	p->pulse = p->late = 0;
}

void
synth_paint_finger(
    struct synth_paint *p, double x, double y, unsigned tone, uint64_t seed)
{
	double d = hypot(x - 0.7, y - 0.45);
	double k = tone_of(tone)->pulse;
	struct rgb c = {206, 30 + 22 * k, 14 + 16 * k};

	scale(&c, 1.1 - 0.45 * d * d + 0.02 * cloud(4 * x, 4 * y, seed + 5));
	put(p, c, 1);
	p->pulse = (float)(1 - 0.2 * d);
	p->late = (float)smooth(0, 1, y) * 0.3F;
}
