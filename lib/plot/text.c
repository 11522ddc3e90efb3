#include "plot/text.h"
#include "diag/plural.h"
#include "plot/escape.h"

#include <math.h>
#include <stdio.h>

#include "plot/words.h"

/* The table of several recordings: columns of the name, of a reading and of the
 * signal. */
#define NAME_COLUMNS 22
#define READING_COLUMNS 17
#define SIGNAL_COLUMNS 7

/* ---- Several recordings ------------------------------------------------- */

/* The columns of the name: fewer if there were no room for the heart rate. */
static size_t
name_columns(const struct plot_text *t)
{
	size_t room = t->width - READING_COLUMNS - SIGNAL_COLUMNS;

	return room < NAME_COLUMNS ? room : NAME_COLUMNS;
}

static size_t
vitals_that_fit(const struct plot_text *t)
{
	const struct plot_view *v = t->v;
	size_t n = 0;

	while (plot_report_vital(v, n) != VITAL_COUNT &&
	    name_columns(t) + (n + 1) * READING_COLUMNS + SIGNAL_COLUMNS <=
		t->width)
		n++;
	return n;
}

static void
put_reading(struct plot_text *t, const struct plot_reading *r, enum vital v)
{
	char text[64], value[32], confidence[16];

	if (!r->present) {
		snprintf(text, sizeof(text), "no line");
	} else if (isnan(r->value)) {
		snprintf(text, sizeof(text), "%s",
		    plot_reason_words(t->v->data->reason[r->reason]));
	} else {
		plot_value_text(value, sizeof(value), v, r->value);
		plot_confidence_text(
		    confidence, sizeof(confidence), r->confidence);
		if (isnan(r->confidence))
			snprintf(text, sizeof(text), "%7s (none)", value);
		else
			snprintf(text, sizeof(text), "%7s (%s%s)", value,
			    confidence,
			    plot_sure_of_reading(r) == PLOT_UNSURE ? "?" : "");
	}
	plot_text_cell(t, span_of(text), READING_COLUMNS - 1);
	buf_add_byte(t->out, ' ');
}

static void
put_batch(struct plot_text *t)
{
	const struct plot_view *v = t->v;
	const struct plot_data *d = v->data;
	size_t n = vitals_that_fit(t);
	struct buf name;
	char head[64];

	buf_init(&name);
	plot_text_cell(t, SPAN_LIT("Recording"), name_columns(t) - 1);
	buf_add_byte(t->out, ' ');
	for (size_t k = 0; k < n; k++) {
		enum vital sign = plot_report_vital(v, k);

		snprintf(head, sizeof(head), "%s %s", plot_vital_title(sign),
		    plot_vital_unit(sign));
		plot_text_cell(t, span_of(head), READING_COLUMNS - 1);
		buf_add_byte(t->out, ' ');
	}
	buf_add_text(t->out, "Signal\n");
	for (size_t i = 0; i < d->sources; i++) {
		const struct plot_source *s = d->source[i];

		plot_escape_again(t->out, &name);
		plot_source_text(&name, s);
		plot_text_cell(t, buf_span(&name), name_columns(t) - 1);
		buf_add_byte(t->out, ' ');
		for (size_t k = 0; k < n; k++)
			put_reading(t, &s->reading[plot_report_vital(v, k)],
			    plot_report_vital(v, k));
		if (isnan(s->quality.signal))
			buf_addf(t->out, "%6s\n", "?");
		else
			buf_addf(t->out, "%6.2f\n", s->quality.signal);
	}
	plot_escape_done(t->out, &name);
	plot_text_wrap(t,
	    SPAN_LIT("In brackets: the confidence; ? is unsure. Not a medical "
		     "device."),
	    2);
	plot_text_wrap(
	    t, SPAN_LIT("With pictures: vitals-plot --output report.html"), 2);
}

static void
put_unseen(struct plot_text *t, uint64_t lines)
{
	char text[80];

	snprintf(text, sizeof(text),
	    "%llu line%s of further recordings not shown",
	    (unsigned long long)lines, diag_plural(lines));
	plot_text_wrap(t, span_of(text), 2);
}

void
plot_text_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r)
{
	struct plot_text t = {
	    .out = out, .v = v, .width = r->width, .is_ascii = r->is_ascii};
	const struct plot_data *d = v->data;

	if (r->title != NULL)
		plot_text_wrap(&t, span_of(r->title), 0);
	if (r->is_incomplete)
		plot_text_wrap(&t,
		    SPAN_LIT("! Incomplete: some of the input could not be "
			     "read."),
		    2);
	if (d->sources == 1)
		plot_text_source(&t, d->source[0]);
	else if (d->sources > 1)
		put_batch(&t);
	if (d->unseen > 0)
		put_unseen(&t, d->unseen);
	for (size_t i = 0; i < d->delivery.count; i++) {
		if (i > 0 || d->sources > 0)
			buf_add_byte(out, '\n');
		plot_text_endpoint(&t, d->delivery.endpoint[i]);
	}
}
