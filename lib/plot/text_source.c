/* The view of one recording. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plot/blocks.h"
#include "plot/escape.h"
#include "plot/text.h"
#include "plot/words.h"

#define LABEL_COLUMNS 14
#define VALUE_COLUMNS 13
#define METER_COLUMNS 10

/* There is room for a meter, and for words. */
#define METER_WIDTH 60
#define WORDS_WIDTH 80

/* Rows of their own; the others are in one line. */
static bool
has_row(size_t v)
{
	return v == VITAL_HEART_RATE || v == VITAL_RESPIRATORY_RATE ||
	    v == VITAL_OXYGEN_SATURATION || v == VITAL_HRV_SDNN ||
	    v == VITAL_HRV_RMSSD || v == VITAL_BLOOD_PRESSURE_SYSTOLIC ||
	    v == VITAL_BLOOD_PRESSURE_DIASTOLIC;
}

static void
put_head(struct plot_text *t, const struct plot_source *s)
{
	const char *dot = t->is_ascii ? ", " : " · ";
	struct buf name, about;
	char length[32];
	size_t room;

	buf_init(&name);
	buf_init(&about);
	plot_source_text(&name, s);
	plot_time_text(length, sizeof(length), s->to - s->from);
	buf_add_text(&about, length);
	if (s->measurements > 1)
		buf_addf(&about, "%s%llu windows", dot,
		    (unsigned long long)s->measurements);
	if (s->device[0] != '\0')
		buf_addf(&about, "%s%s", dot, s->device);
	room = plot_escape_columns(buf_span(&about)) + 2;
	plot_text_cell(
	    t, buf_span(&name), t->width > room ? t->width - room : 10);
	buf_add_text(t->out, "  ");
	plot_escape_terminal(t->out, buf_span(&about),
	    t->width > 12 ? t->width - 12 : 0, t->is_ascii);
	buf_add_byte(t->out, '\n');
	plot_escape_done(t->out, &name);
	plot_escape_done(t->out, &about);
}

/* The row of a vital sign that has a line: all that is known of it. */
static void
put_row(struct plot_text *t, const struct plot_reading *r, enum vital v)
{
	const struct vital_info *info = vital_info(v);
	size_t used = 2 + LABEL_COLUMNS + VALUE_COLUMNS;
	char value[32], text[96], confidence[16];

	buf_add_text(t->out, "  ");
	plot_text_cell(t, span_of(plot_vital_title(v)), LABEL_COLUMNS);
	if (isnan(r->value)) {
		buf_add_text(t->out, "   ");
		snprintf(text, sizeof(text), "%s  %s", plot_text_dash(t),
		    plot_reason_words(t->v->data->reason[r->reason]));
		plot_escape_terminal(t->out, span_of(text),
		    t->width - LABEL_COLUMNS - 5, t->is_ascii);
		buf_add_byte(t->out, '\n');
		return;
	}
	plot_value_text(value, sizeof(value), v, r->value);
	snprintf(text, sizeof(text), "%6s %s", value, plot_vital_unit(v));
	plot_text_cell(t, span_of(text), VALUE_COLUMNS);
	if (isnan(r->confidence)) {
		buf_add_text(t->out, "confidence not known\n");
		return;
	}
	if (t->width >= METER_WIDTH) {
		plot_blocks_meter(
		    t->out, r->confidence, METER_COLUMNS, t->is_ascii);
		buf_add_text(t->out, "  ");
		used += METER_COLUMNS + 2;
	}
	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	snprintf(text, sizeof(text), "%s: %-6s %s%g%s", confidence,
	    plot_sure_word(plot_sure_of_reading(r)), plot_text_tolerance(t),
	    info->tolerance,
	    !r->is_uncalibrated           ? ""
		: t->width >= WORDS_WIDTH ? ", uncalibrated: a trend"
					  : ", uncal.");
	plot_escape_terminal(
	    t->out, span_of(text), t->width - used, t->is_ascii);
	buf_add_byte(t->out, '\n');
}

/* The vital signs without a row, in one line or two. */
static void
put_others(struct plot_text *t, const struct plot_source *s)
{
	struct buf text;
	char value[32], confidence[16];
	size_t n = 0;

	buf_init(&text);
	for (size_t v = 0; v < VITAL_COUNT; v++) {
		const struct plot_reading *r = &s->reading[v];

		if (has_row(v) || !r->present || isnan(r->value))
			continue;
		plot_value_text(value, sizeof(value), (enum vital)v, r->value);
		buf_addf(&text, "%s%s %s%s%s", n++ == 0 ? "  Also " : ", ",
		    plot_vital_title((enum vital)v), value,
		    plot_vital_unit((enum vital)v)[0] != '\0' ? " " : "",
		    plot_vital_unit((enum vital)v));
		plot_confidence_text(
		    confidence, sizeof(confidence), r->confidence);
		if (isnan(r->confidence))
			buf_add_text(&text, " (confidence not known)");
		else
			buf_addf(&text, " (%s%s)", confidence,
			    plot_sure_of_reading(r) == PLOT_UNSURE ? ": unsure"
								   : "");
	}
	plot_text_wrap(t, buf_span(&text), 7);
	plot_escape_done(t->out, &text);
}

/* Missing ones, by their reason. */
static void
put_missing(struct plot_text *t, const struct plot_source *s)
{
	struct buf text;
	size_t reasons = 0;

	buf_init(&text);
	for (size_t reason = 0; reason < t->v->data->reasons; reason++) {
		size_t n = 0;

		for (size_t v = 0; v < VITAL_COUNT; v++) {
			const struct plot_reading *r = &s->reading[v];

			if (v == VITAL_HEART_RATE ||
			    v == VITAL_RESPIRATORY_RATE || !r->present ||
			    !isnan(r->value) || r->reason != reason)
				continue;
			buf_addf(&text, "%s%s",
			    n++ > 0             ? ", "
				: reasons++ > 0 ? "; "
						: "  Missing: ",
			    plot_vital_title((enum vital)v));
		}
		if (n > 0)
			buf_addf(&text, " (%s)",
			    plot_reason_words(t->v->data->reason[reason]));
	}
	plot_text_wrap(t, buf_span(&text), 11);
	plot_escape_done(t->out, &text);
}

/* " NAME 0.67", or nothing if it is not known. */
static void
put_share(struct buf *out, const char *name, double value, bool percent)
{
	if (isnan(value))
		return;
	buf_addf(out, percent ? "  %s %.0f %%" : "  %s %.2f", name,
	    percent ? 100 * value : value);
}

static void
put_quality(struct plot_text *t, const struct plot_source *s)
{
	const struct plot_quality *q = &s->quality;
	struct buf text;

	buf_init(&text);
	put_share(&text, "signal", q->signal, false);
	if (!isnan(q->snr_db))
		buf_addf(&text, "  SNR %.1f dB", q->snr_db);
	if (!isnan(q->motion))
		buf_addf(&text, "  movement %.1f %%", 100 * q->motion);
	put_share(&text, "light", q->illumination, true);
	put_share(&text, "in view", q->coverage, true);
	if (text.len > 0) {
		buf_add_text(t->out, "Quality");
		t->width -= 7;
		plot_text_wrap(t, buf_span(&text), 2);
		t->width += 7;
	}
	plot_escape_again(t->out, &text);
	for (size_t i = 0; plot_warning(&text, t->v->data, s, i); i++) {
		buf_add_text(t->out, "! ");
		t->width -= 2;
		plot_text_wrap(t, buf_span(&text), 2);
		t->width += 2;
		plot_escape_again(t->out, &text);
	}
	plot_escape_done(t->out, &text);
}

void
plot_text_source(struct plot_text *t, const struct plot_source *s)
{
	bool any = false;

	put_head(t, s);
	for (size_t v = 0; v < VITAL_COUNT; v++) {
		const struct plot_reading *r = &s->reading[v];
		bool is_first =
		    v == VITAL_HEART_RATE || v == VITAL_RESPIRATORY_RATE;

		any = any || r->present;
		if (has_row(v) && r->present && (is_first || !isnan(r->value)))
			put_row(t, r, (enum vital)v);
	}
	if (!any)
		plot_text_wrap(t,
		    SPAN_LIT("  There is no measurement of it in the lines."),
		    2);
	put_others(t, s);
	put_missing(t, s);
	if (s->wave != NULL)
		plot_text_wave(t, s);
	plot_text_trend(t, s);
	buf_add_byte(t->out, '\n');
	put_quality(t, s);
	if (s->wave == NULL)
		plot_text_wrap(t,
		    SPAN_LIT("For the pulse wave: vitals-extract --emit "
			     "measurement,wave FILE | vitals-plot"),
		    2);
	buf_add_text(t->out, "Estimates; not a medical device.\n");
}
