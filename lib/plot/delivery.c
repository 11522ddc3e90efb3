#include "plot/delivery.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
endpoint_free(struct plot_endpoint *e)
{
	stats_sketch_release(&e->latency);
	plot_series_release(&e->over_time);
	free(e->name);
	free(e);
}

void
plot_delivery_release(struct plot_delivery *d)
{
	for (size_t i = 0; i < d->count; i++)
		endpoint_free(d->endpoint[i]);
	d->count = 0;
}

struct plot_endpoint *
plot_delivery_endpoint(
    struct plot_delivery *d, enum plot_delivery_kind kind, const char *name)
{
	struct plot_endpoint *e;

	for (size_t i = 0; i < d->count; i++) {
		e = d->endpoint[i];
		if (e->name == NULL ||
		    (e->kind == kind && strcmp(e->name, name) == 0))
			return e;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->kind = kind;
	if (d->count < PLOT_ENDPOINTS_MAX && (e->name = strdup(name)) == NULL) {
		free(e);
		return NULL;
	}
	plot_series_init(&e->over_time, 1, PLOT_LATENCY_CELLS);
	d->endpoint[d->count++] = e;
	return e;
}

static size_t
bin_of(double latency)
{
	double at = log10(fmax(latency, PLOT_LATENCY_MIN) / PLOT_LATENCY_MIN) *
	    PLOT_LATENCY_PER_DECADE;

	return (size_t)fmin(at + 1e-9, PLOT_LATENCY_BINS - 1);
}

double
plot_latency_quantile(const struct plot_endpoint *e, double q)
{
	double latency = stats_sketch_quantile(&e->latency, q);

	return isnan(latency) ? latency : fmin(latency, e->latency.max);
}

double
plot_latency_of_bin(size_t i)
{
	return PLOT_LATENCY_MIN * pow(10, (double)i / PLOT_LATENCY_PER_DECADE);
}

const struct plot_latency_tick *
plot_latency_tick(size_t i)
{
	static const struct plot_latency_tick ticks[] = {
	    {PLOT_LATENCY_MIN, "1 ms"},
	    {0.01, "10 ms"},
	    {0.1, "100 ms"},
	    {1, "1 s"},
	    {10, "10 s"},
	    {60, "1 min"},
	    {600, "10 min"},
	    {3600, "1 h"},
	    {86400, "1 day"},
	    {864000, "10 days"},
	    {8640000, "100 d"},
	    {86400000, "1000 d"},
	};

	return i < sizeof(ticks) / sizeof(ticks[0]) ? &ticks[i] : NULL;
}

void
plot_latency_round(double *low, double *high)
{
	double first = *low, last = *high;
	const struct plot_latency_tick *t;

	for (size_t i = 0; (t = plot_latency_tick(i)) != NULL; i++) {
		if (t->seconds <= *low)
			first = t->seconds;
		last = t->seconds;
		if (t->seconds >= *high && t->seconds > first)
			break;
	}
	*low = first;
	*high = fmax(last, *high);
}

int
plot_delivery_settled(struct plot_endpoint *e, enum plot_outcome outcome,
    int64_t time, double latency)
{
	bool is_known = outcome == PLOT_DELIVERED && latency >= 0;
	double seconds = (double)time / 1000;
	const struct plot_point p = {.from = seconds,
	    .to = seconds,
	    .value = is_known ? latency : (double)NAN,
	    .confidence = (double)NAN,
	    .reason = (uint8_t)outcome};

	e->outcome[outcome]++;
	if (is_known) {
		e->least =
		    e->latency.count == 0 ? latency : fmin(e->least, latency);
		e->bin[bin_of(latency)]++;
		if (stats_sketch_add(&e->latency, latency) != 0)
			return -1;
	}
	return plot_series_add(&e->over_time, &p);
}
