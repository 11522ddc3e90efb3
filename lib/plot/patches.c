#include "plot/patches.h"

#include <math.h>
#include <stdlib.h>

#include "rppg/method.h"

/* A window shorter than this shows nothing, s. */
#define WINDOW_MIN 5.0

/* Share of the frames of a window that must show a region. */
#define VIEW_MIN 0.8

/* How far from the heart rate its power may be, /min. */
#define AROUND 6.0

/* Longer gaps between frames are not bridged, s. */
#define GAP_MAX 0.5

struct plot_patch_frame {
	double time;
	float colour[TRACE_REGIONS_MAX][3]; /* NAN: not in view */
};

struct plot_patches *
plot_patches_new(const struct trace_names *names)
{
	struct plot_patches *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->names = *names;
	p->from = (double)INFINITY;
	p->to = -(double)INFINITY;
	return p;
}

void
plot_patches_free(struct plot_patches *p)
{
	if (p == NULL)
		return;
	free(p->frame);
	free(p);
}

/* Buffers of one window. */
struct work {
	double time[PLOT_PATCH_FRAMES], level[PLOT_PATCH_FRAMES];
	double grid[3][PLOT_PATCH_GRID], wave[PLOT_PATCH_GRID];
	bool good[PLOT_PATCH_GRID];
};

/* Put the colours of region ${i} on an even grid of ${n} values.  Return 0; 1 if
 * it was not in view for long enough, -1 without memory. */
static int
resample(const struct plot_patches *p, unsigned i, size_t n, struct work *w)
{
	size_t count = 0, missing = 0;

	for (size_t f = 0; f < p->count; f++)
		count += isnan(p->frame[f].colour[i][0]) ? 0 : 1;
	if ((double)count < VIEW_MIN * (double)p->count || count < 2)
		return 1;
	for (size_t c = 0; c < 3; c++) {
		for (size_t f = 0; f < p->count; f++) {
			w->time[f] = p->frame[f].time;
			w->level[f] = (double)p->frame[f].colour[i][c];
		}
		if (dsp_resample(w->time, w->level, p->count, GAP_MAX,
			p->frame[0].time, 1 / PLOT_PATCH_RATE, w->grid[c],
			w->good, n) != 0)
			return -1;
		/* POS divides by the level. */
		for (size_t k = 0; k < n; k++)
			w->grid[c][k] = fmax(w->grid[c][k], 1);
	}
	for (size_t k = 0; k < n; k++)
		missing += !w->good[k];
	return (double)missing > (1 - VIEW_MIN) * (double)n ? 1 : 0;
}

static int
add_spectrum(struct plot_patches *p, struct dsp *dsp, unsigned i,
    const double *wave, size_t n)
{
	struct dsp_spectrum s = {0};
	double sum = 0, row[PLOT_PATCH_ROWS];

	if (dsp_periodogram(
		dsp, wave, n, PLOT_PATCH_RATE, PLOT_PATCH_STEP / 60, &s) != 0)
		return -1;
	for (size_t k = 0; k < PLOT_PATCH_ROWS; k++) {
		double low = PLOT_PATCH_LOW + (double)k * PLOT_PATCH_STEP;

		row[k] =
		    dsp_band_power(&s, low / 60, (low + PLOT_PATCH_STEP) / 60);
		sum += row[k];
	}
	dsp_spectrum_release(&s);
	if (!(sum > 0) || !isfinite(sum))
		return 0;
	for (size_t k = 0; k < PLOT_PATCH_ROWS; k++)
		p->power[i][k] += (float)(row[k] / sum);
	p->windows[i]++;
	return 0;
}

/* Analyse the window, and empty it. */
static int
analyse(struct plot_patches *p, struct dsp *dsp)
{
	double seconds =
	    p->count > 0 ? p->frame[p->count - 1].time - p->frame[0].time : 0;
	size_t n =
	    (size_t)fmin(seconds * PLOT_PATCH_RATE, (double)PLOT_PATCH_GRID);
	struct work *w;
	int rc = 0;

	if (seconds < WINDOW_MIN) {
		p->count = 0;
		return 0;
	}
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -1;
	for (unsigned i = 0; rc == 0 && i < p->names.count; i++) {
		const struct rppg_colour colour = {
		    w->grid[0], w->grid[1], w->grid[2], n, PLOT_PATCH_RATE};
		int seen = resample(p, i, n, w);

		rc = seen < 0 ? -1 : 0;
		if (seen == 0)
			rc = rppg_method_info(RPPG_POS)->extract(
			    dsp, &colour, w->wave);
		if (seen == 0 && rc == 0)
			rc = add_spectrum(p, dsp, i, w->wave, n);
	}
	free(w);
	p->count = 0;
	return rc;
}

int
plot_patches_add(
    struct plot_patches *p, struct dsp *dsp, const struct trace_frame *frame)
{
	struct plot_patch_frame *f;
	double last = p->count > 0 ? p->frame[p->count - 1].time : 0;

	/* Time that jumps ends the window. */
	if (p->count > 0 &&
	    (frame->time <= last || frame->time - last > PLOT_PATCH_WINDOW ||
		frame->time - p->frame[0].time >= PLOT_PATCH_WINDOW) &&
	    analyse(p, dsp) != 0)
		return -1;
	p->frames++;
	p->faces += frame->face.height > 0;
	p->from = fmin(p->from, frame->time);
	p->to = fmax(p->to, frame->time);
	for (unsigned i = 0; i < p->names.count; i++)
		p->seen[i] += frame->region[i].pixels > 0;
	if (frame->repeated || p->count == PLOT_PATCH_FRAMES)
		return 0;
	if (p->frame == NULL)
		p->frame = malloc(PLOT_PATCH_FRAMES * sizeof(*p->frame));
	if (p->frame == NULL)
		return -1;
	f = &p->frame[p->count++];
	f->time = frame->time;
	for (unsigned i = 0; i < p->names.count; i++) {
		const struct trace_region *r = &frame->region[i];

		f->colour[i][0] = r->pixels > 0 ? (float)r->r : (float)NAN;
		f->colour[i][1] = r->pixels > 0 ? (float)r->g : (float)NAN;
		f->colour[i][2] = r->pixels > 0 ? (float)r->b : (float)NAN;
	}
	return 0;
}

int
plot_patches_end(struct plot_patches *p, struct dsp *dsp)
{
	int rc = analyse(p, dsp);

	free(p->frame);
	p->frame = NULL;
	return rc;
}

double
plot_patches_pulse(const struct plot_patches *p, unsigned i, double rate)
{
	double sum = 0, all = 0;

	if (p->windows[i] == 0 || !(rate > 0))
		return (double)NAN;
	for (size_t k = 0; k < PLOT_PATCH_ROWS; k++) {
		double at =
		    PLOT_PATCH_LOW + ((double)k + 0.5) * PLOT_PATCH_STEP;
		double power = (double)p->power[i][k];

		all += power;
		if (fabs(at - rate) <= AROUND || fabs(at - 2 * rate) <= AROUND)
			sum += power;
	}
	return all > 0 ? sum / all : (double)NAN;
}

double
plot_patches_view(const struct plot_patches *p, unsigned i)
{
	return p->frames > 0 ? (double)p->seen[i] / (double)p->frames : 0;
}
