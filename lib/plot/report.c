#include "plot/report.h"
#include "diag/plural.h"
#include "plot/escape.h"

#include <math.h>

#include "plot/figure.h"
#include "plot/words.h"

/* Of a figure that only says why there is none. */
#define EMPTY_HEIGHT 110.0

void
plot_report_title(
    struct buf *out, const struct plot_view *v, const struct plot_report *r)
{
	if (r->title != NULL)
		buf_add_text(out, r->title);
	else if (v->data->sources == 1)
		plot_source_text(out, v->data->source[0]);
	else if (v->data->sources > 1)
		buf_addf(out, "%zu recordings", v->data->sources);
	else
		buf_add_text(out, "Delivery of events");
}

void
plot_report_summary(
    struct buf *out, const struct plot_view *v, const struct plot_report *r)
{
	const struct plot_data *d = v->data;
	unsigned long long lines = d->lines;

	buf_addf(out, "%llu line%s", lines, diag_plural(lines));
	if (d->sources > 0)
		buf_addf(out, " of %zu recording%s", d->sources,
		    diag_plural(d->sources));
	if (d->delivery.count > 0)
		buf_addf(out, ", deliveries to %zu endpoint%s",
		    d->delivery.count, diag_plural(d->delivery.count));
	if (r->is_incomplete)
		buf_add_text(
		    out, "; incomplete: some of the input could not be read");
	if (d->unseen > 0)
		buf_addf(out,
		    "; %llu line%s of further recordings not shown: only the "
		    "first %d are",
		    (unsigned long long)d->unseen, diag_plural(d->unseen),
		    PLOT_SOURCES_MAX);
}

bool
plot_report_item(const struct plot_view *v, const struct plot_panel *p,
    size_t i, struct plot_item *item)
{
	*item = (struct plot_item){0};
	if (p->is_of_endpoints && i < v->data->delivery.count)
		item->endpoint = v->data->delivery.endpoint[i];
	else if (!p->is_of_endpoints && i < v->data->sources)
		item->source = v->data->source[i];
	else
		return false;
	return true;
}

bool
plot_report_has(const struct plot_view *v, const struct plot_panel *p)
{
	struct plot_item item;

	for (size_t i = 0; plot_report_item(v, p, i, &item); i++)
		if (p->has(v, &item))
			return true;
	return false;
}

double
plot_report_height(const struct plot_view *v, const struct plot_panel *p,
    const struct plot_item *item)
{
	return p->has(v, item) ? p->height(v, item) : EMPTY_HEIGHT;
}

void
plot_report_figure(struct plot_svg *g, const struct plot_view *v,
    const struct plot_panel *p, const struct plot_item *item)
{
	struct buf title, text;

	buf_init(&title);
	buf_init(&text);
	buf_addf(&title, "%s: ", p->title);
	plot_item_text(&title, item);
	if (p->has(v, item))
		p->describe(&text, v, item);
	else
		buf_add_text(&text, "Not drawn: there are no such lines.");
	plot_svg_begin(g, plot_report_height(v, p, item), buf_span(&title),
	    buf_span(&text));
	if (p->has(v, item)) {
		p->draw(g, v, item);
	} else {
		plot_figure_title(g, p->title, item);
		plot_figure_reason(g, EMPTY_HEIGHT, "there are no such lines");
	}
	plot_svg_end(g);
	plot_escape_done(g->out, &title);
	plot_escape_done(g->out, &text);
}

enum vital
plot_report_vital(const struct plot_view *v, size_t i)
{
	static const enum vital shown[] = {VITAL_HEART_RATE,
	    VITAL_RESPIRATORY_RATE, VITAL_HRV_SDNN, VITAL_HRV_RMSSD,
	    VITAL_OXYGEN_SATURATION, VITAL_BLOOD_PRESSURE_SYSTOLIC,
	    VITAL_BLOOD_PRESSURE_DIASTOLIC};

	for (size_t k = 0; k < sizeof(shown) / sizeof(shown[0]); k++)
		if ((k < 2 || v->vital[shown[k]].is_shown) && i-- == 0)
			return shown[k];
	return VITAL_COUNT;
}
