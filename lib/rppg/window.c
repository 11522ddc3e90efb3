#include "rppg/window.h"

#include <math.h>
#include <string.h>

#include "rppg/rows.h"

/* By hand: a region counts where it was in view for this share of the window,
 * and for this share of what the most seen region was.  Frames that are missing
 * are missing for all. */
static const double SEEN_MIN = 0.6, SEEN_SHARE = 0.8;

/* By hand: mean levels between which a channel can carry a pulse. */
static const double LEVEL_MIN = 3, LEVEL_MAX = 252;

/* By hand: skin follows the light of the background within these factors.  Any
 * other factor means that they have something else in common, such as a neck in
 * the background. */
static const double LIGHT_MIN = 0.3, LIGHT_MAX = 2.5;

/* By hand: movement below this, relative to the size of the face, is the
 * tracker's own noise. */
static const double MOTION_MIN = 0.003;

/* By hand: a movement that keeps less than this share once the others are
 * subtracted adds nothing. */
static const double MOTION_OWN = 0.1;

/* By hand: the exponent by which the weight of a patch falls with the variance of
 * its noise, the least noise, and the movement between which it does. */
static const double NOISE_POWER = 0.75, NOISE_LEAST = 1e-10;
static const double MOVES = 0.003, MOVES_FAR = 0.08;

enum {
	GREEN = 1
};

bool
window_level_good(double level)
{
	return level > LEVEL_MIN && level < LEVEL_MAX;
}

static const double *
channel(const struct window *w, unsigned region, unsigned colour)
{
	return resampler_channel(w->in, 3 * region + colour) + w->from;
}

static double
seen_share(const struct window *w, unsigned region)
{
	const bool *seen =
	    w->in->seen + (size_t)region * RESAMPLER_GRID + w->from;
	size_t count = 0;

	for (size_t i = 0; i < w->n; i++)
		count += seen[i];
	return (double)count / (double)w->n;
}

/* A finger needs only one channel. */
static bool
usable(const struct window *w, unsigned region)
{
	unsigned good = 0;

	for (unsigned c = 0; c < WINDOW_COLOURS; c++)
		good +=
		    window_level_good(dsp_mean(channel(w, region, c), w->n));
	return w->site == RPPG_SITE_FINGER ? good > 0 : good == WINDOW_COLOURS;
}

static double
dot(const double *x, const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

static void
add_scaled(double *to, const double *x, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++)
		to[i] += scale * x[i];
}

/*
 * Estimate the light from the background: its logarithm, scaled by how much
 * skin follows it.  The scale comes from changes faster than the trend, but
 * slow changes and steps are scaled as well.
 */
static int
read_light(struct window *w)
{
	double weight[TRACE_REGIONS_MAX], *skin = w->scratch[0];
	double *quick = w->scratch[1];
	double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, RPPG_GRID);
	size_t n = w->n;

	for (unsigned i = 0; i < w->in->regions; i++)
		weight[i] = w->good[i] ? w->in->weight[i] : 0;
	if (!window_mean(w, weight))
		return 0;
	for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
		const double *x = channel(w, (unsigned)w->background, c);
		double *light = w->light[c], follow;

		for (size_t i = 0; i < n; i++) {
			light[i] = log(fmax(x[i], 1));
			skin[i] = log(fmax(w->colour[c][i], 1));
		}
		dsp_demean(light, n);
		if (dsp_detrend(light, quick, n, lambda) != 0 ||
		    dsp_detrend(skin, skin, n, lambda) != 0)
			return -1;
		double power = dot(quick, quick, n);
		follow = power > 0 ? dot(skin, quick, n) / power : 0;
		if (!(follow >= LIGHT_MIN && follow <= LIGHT_MAX))
			follow = 0;
		for (size_t i = 0; i < n; i++)
			light[i] = exp(-follow * light[i]);
	}
	w->has_light = true;
	return 0;
}

/* How far the middle of the face moves, relative to its mean size.  ${x} is
 * relative to the size of the moment, which a tracker knows less well than the
 * position. */
static double
displacement(struct window *w, const double *x, const double *log_size)
{
	double mean = dsp_mean(log_size, w->n), *place = w->scratch[0];

	for (size_t i = 0; i < w->n; i++)
		place[i] = x[i] * exp(log_size[i] - mean);
	return dsp_sd(place, w->n);
}

/* The movement of the face as orthonormal, high-passed signals.  What is too
 * small to matter is left out. */
static int
read_motion(struct window *w)
{
	unsigned first = 3 * w->in->regions;
	double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, RPPG_GRID);
	const double *log_size =
	    resampler_channel(w->in, first + RESAMPLER_FACE_SIZE) + w->from;

	for (unsigned k = 0; k < RESAMPLER_FACE; k++) {
		const double *x = resampler_channel(w->in, first + k) + w->from;
		double *to = w->motion[w->motions], size;

		if (dsp_detrend(x, to, w->n, lambda) != 0)
			return -1;
		if (k != RESAMPLER_FACE_SIZE)
			w->movement =
			    hypot(w->movement, displacement(w, x, log_size));
		size = sqrt(dot(to, to, w->n));
		if (!(size > MOTION_MIN * sqrt((double)w->n)))
			continue;
		for (unsigned j = 0; j < w->motions; j++)
			add_scaled(to, w->motion[j], w->n,
			    -dot(to, w->motion[j], w->n));
		double left = sqrt(dot(to, to, w->n));
		if (left < MOTION_OWN * size)
			continue;
		for (size_t i = 0; i < w->n; i++)
			to[i] /= left;
		w->motions++;
	}
	return 0;
}

/* Remove light and movement from ${x}, a channel. */
static void
clean(const struct window *w, unsigned colour, double *x)
{
	if (w->has_light)
		for (size_t i = 0; i < w->n; i++)
			x[i] *= w->light[colour][i];
	for (unsigned k = 0; k < w->motions; k++)
		add_scaled(x, w->motion[k], w->n, -dot(x, w->motion[k], w->n));
}

bool
window_moves(const struct window *w)
{
	return w->site == RPPG_SITE_FACE && w->movement > MOVES &&
	    w->movement < MOVES_FAR;
}

/* The variance of the green of a region, relative to its level, without light,
 * movement and trend.  Return 0, or -1 without memory. */
static int
read_noise(struct window *w, unsigned region, double *noise)
{
	double lambda = dsp_detrend_lambda(RPPG_TREND_CUTOFF, RPPG_GRID);
	double *green = w->scratch[0], level;

	memcpy(green, channel(w, region, GREEN), w->n * sizeof(*green));
	clean(w, GREEN, green);
	level = dsp_mean(green, w->n);
	if (dsp_detrend(green, green, w->n, lambda) != 0)
		return -1;
	*noise = dsp_variance(green, w->n) / (level * level);
	return 0;
}

/* Weigh the regions by their pixels, and those of a face that moves by their
 * noise as well. */
static int
weigh(struct window *w)
{
	bool moves = !w->raw && window_moves(w);
	double noise;

	for (unsigned i = 0; i < w->in->regions; i++) {
		w->weight[i] = w->good[i] ? w->in->weight[i] : 0;
		if (!moves || !w->good[i])
			continue;
		if (read_noise(w, i, &noise) != 0)
			return -1;
		w->weight[i] *= pow(fmax(noise, NOISE_LEAST), -NOISE_POWER);
	}
	return 0;
}

int
window_open(struct window *w, const struct resampler *in, enum rppg_site site,
    const bool skin[TRACE_REGIONS_MAX], size_t from, size_t n)
{
	double most = 0;

	w->in = in;
	w->site = site;
	w->from = from;
	w->n = n;
	w->seen = w->movement = 0;
	w->has_light = false;
	w->background = -1;
	w->motions = 0;
	memset(w->good, 0, sizeof(w->good));
	for (unsigned i = 0; i < in->regions; i++)
		most = fmax(most, seen_share(w, i));
	for (unsigned i = 0; i < in->regions; i++) {
		double share = seen_share(w, i);
		bool good = share >= SEEN_MIN && share >= SEEN_SHARE * most &&
		    usable(w, i);

		if (skin[i]) {
			w->seen = fmax(w->seen, share);
			w->good[i] = good;
		} else if (good) {
			w->background = (int)i;
		}
	}
	if (w->background >= 0 && !w->raw && read_light(w) != 0)
		return -1;
	if (site == RPPG_SITE_FACE && read_motion(w) != 0)
		return -1;
	if (w->raw)
		w->motions = 0;
	return weigh(w);
}

void
window_raw(struct window *w, unsigned region)
{
	for (unsigned c = 0; c < WINDOW_COLOURS; c++)
		memcpy(
		    w->colour[c], channel(w, region, c), w->n * sizeof(double));
}

void
window_patch(struct window *w, unsigned region)
{
	for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
		memcpy(
		    w->colour[c], channel(w, region, c), w->n * sizeof(double));
		clean(w, c, w->colour[c]);
	}
}

bool
window_mean(struct window *w, const double weight[TRACE_REGIONS_MAX])
{
	const unsigned regions = w->in->regions;
	double sum = 0;

	for (unsigned i = 0; i < regions; i++)
		sum += weight[i];
	if (sum <= 0)
		return false;
	for (unsigned c = 0; c < WINDOW_COLOURS; c++) {
		double *to = w->colour[c], level = 0;

		memset(to, 0, w->n * sizeof(*to));
		for (unsigned i = 0; i < regions; i++) {
			const double *x = channel(w, i, c);
			double share = weight[i] / sum, mean;

			if (weight[i] <= 0)
				continue;
			mean = dsp_mean(x, w->n);
			level += share * mean;
			if (mean > 0)
				add_scaled(to, x, w->n, share / mean);
		}
		for (size_t k = 0; k < w->n; k++)
			to[k] *= level;
		if (level > 0)
			clean(w, c, to);
	}
	return true;
}

struct rppg_colour
window_colour(const struct window *w)
{
	return (struct rppg_colour){
	    w->colour[0], w->colour[1], w->colour[2], w->n, RPPG_GRID};
}
