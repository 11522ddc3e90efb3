#include <math.h>

#include "plot/figure.h"

/* Rows of the pulse wave, s; shorter if all waves are. */
#define ROW_SECONDS 15.0
#define ROW_SECONDS_SHORT 10.0

/* A pulse has an amplitude of 1; noise may have much more. */
#define WAVE_MIN 1.5
#define WAVE_MAX 3.5

/* In the order in which they are drawn. */
static const struct plot_panel *const panels[] = {
    &plot_trend_panel,
    &plot_wave_panel,
    &plot_spectrogram_panel,
    &plot_tachogram_panel,
    &plot_poincare_panel,
    &plot_face_panel,
    &plot_delivery_panel,
};

const struct plot_panel *
plot_panel_at(size_t i)
{
	return i < sizeof(panels) / sizeof(panels[0]) ? panels[i] : NULL;
}

static void
widen(double *low, double *high, double value, double more)
{
	if (isnan(value))
		return;
	*low = fmin(*low, value - more);
	*high = fmax(*high, value + more);
}

static void
look_at_series(struct plot_view *v, const struct plot_series *s, enum vital k)
{
	const struct plot_cell *c;
	double more = vital_info(k)->tolerance;
	size_t i = 0;

	while ((c = plot_series_next(s, &i)) != NULL) {
		if (c->values == 0)
			continue;
		if (!v->vital[k].is_shown) {
			v->vital[k].low = (double)INFINITY;
			v->vital[k].high = -(double)INFINITY;
			v->vital[k].is_shown = true;
		}
		widen(&v->vital[k].low, &v->vital[k].high, c->low, more);
		widen(&v->vital[k].low, &v->vital[k].high, c->high, more);
	}
}

static void
look_at_wave(struct plot_view *v, const struct plot_source *s)
{
	const struct plot_wave *w = s->wave;
	double high = 0;

	if (w == NULL)
		return;
	if (w->to - w->from > ROW_SECONDS_SHORT + 0.5)
		v->row_seconds = ROW_SECONDS;
	for (size_t i = 0; i < w->best_count; i++)
		if (!isnan(w->best[i]))
			high = fmax(high, fabs((double)w->best[i]));
	v->wave_high = fmin(fmax(v->wave_high, high), WAVE_MAX);
	for (size_t i = 0; plot_unsure_beats(s) == NULL && i < w->beats; i++)
		if (w->beat[i].label == INTERVAL_NORMAL)
			widen(&v->interval_low, &v->interval_high,
			    1000 * (double)w->beat[i].interval, 20);
}

static void
look_at_endpoint(struct plot_view *v, const struct plot_endpoint *e)
{
	const struct plot_cell *c;
	size_t i = 0;

	if (e->latency.count > 0) {
		v->latency_low =
		    fmin(v->latency_low, fmax(e->least, PLOT_LATENCY_MIN));
		v->latency_high = fmax(v->latency_high,
		    fmax(e->latency.max, 1.01 * PLOT_LATENCY_MIN));
	}
	for (size_t k = 0; k < PLOT_LATENCY_BINS; k++)
		if (e->bin[k] > v->bin_high)
			v->bin_high = e->bin[k];
	while ((c = plot_series_next(&e->over_time, &i)) != NULL) {
		v->settled_from = fmin(v->settled_from, c->from);
		v->settled_to = fmax(v->settled_to, c->to);
	}
}

/* Make the range of ${k} end at round numbers, but not below what is possible. */
static void
round_vital(struct plot_view *v, enum vital k)
{
	plot_range_round(&v->vital[k].low, &v->vital[k].high, 1);
	if (!(vital_info(k)->min > 0))
		v->vital[k].low = fmax(v->vital[k].low, 0);
}

void
plot_view_init(struct plot_view *v, const struct plot_data *d)
{
	double none = (double)INFINITY;

	*v = (struct plot_view){.data = d,
	    .from = none,
	    .to = -none,
	    .row_seconds = ROW_SECONDS_SHORT,
	    .wave_high = WAVE_MIN,
	    .interval_low = none,
	    .interval_high = -none,
	    .latency_low = none,
	    .latency_high = -none,
	    .settled_from = none,
	    .settled_to = -none};
	for (size_t i = 0; i < d->sources; i++) {
		const struct plot_source *s = d->source[i];

		v->from = fmin(v->from, s->from);
		v->to = fmax(v->to, s->to);
		for (int k = 0; k < VITAL_COUNT; k++) {
			look_at_series(v, &s->trend[k], (enum vital)k);
			look_at_series(v, &s->sample[k], (enum vital)k);
		}
		look_at_wave(v, s);
	}
	if (!(v->to > v->from))
		v->to = v->from + 1;
	for (int k = 0; k < VITAL_COUNT; k++)
		if (v->vital[k].is_shown)
			round_vital(v, (enum vital)k);
	if (v->interval_high > 0)
		plot_range_round(&v->interval_low, &v->interval_high, 50);
	for (size_t i = 0; i < d->delivery.count; i++)
		look_at_endpoint(v, d->delivery.endpoint[i]);
	if (!(v->settled_to > v->settled_from))
		v->settled_to = v->settled_from + 1;
	if (!(v->latency_high > 0)) {
		v->latency_low = PLOT_LATENCY_MIN;
		v->latency_high = 1;
	}
	plot_latency_round(&v->latency_low, &v->latency_high);
}
