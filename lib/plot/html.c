#include <math.h>

#include "plot/escape.h"
#include "plot/palette.h"
#include "plot/report.h"
#include "plot/words.h"

static void
put(struct buf *out, struct buf *text)
{
	plot_escape_xml(out, buf_span(text));
	plot_escape_again(out, text);
}

/* ---- Style -------------------------------------------------------------- */

static void
put_theme(struct buf *out, const struct plot_palette *p)
{
	const uint32_t *c = p->colour;

	buf_addf(out,
	    ":root{--page:#%06x;--ground:#%06x;--ink:#%06x;--soft:#%06x;"
	    "--rule:#%06x;--accent:#%06x;--second:#%06x;--warn:#%06x}",
	    (unsigned)p->page, (unsigned)p->ground, (unsigned)c[PLOT_INK],
	    (unsigned)c[PLOT_SOFT], (unsigned)c[PLOT_RULE],
	    (unsigned)c[PLOT_ACCENT], (unsigned)c[PLOT_SECOND],
	    (unsigned)c[PLOT_WARN]);
}

/* The styles of a printed page. */
static void
put_paper(struct buf *out)
{
	buf_add_text(out,
	    "@page{size:A4;margin:12mm}"
	    "@media print{");
	put_theme(out, &plot_light);
	buf_add_text(out,
	    "body{font-size:10pt;background:none}"
	    "header,main,footer{padding:0;max-width:none}"
	    "figure,tr,.results{break-inside:avoid}h2{break-after:avoid}"
	    "details:not([open]){display:none}.scroll{overflow:visible}"
	    ".grid-of{grid-template-columns:1fr 1fr}"
	    ".columns-of{columns:2}"
	    ".results{padding:0;border:0;font-size:8.5pt}"
	    ".results th,.results td{padding-right:.3rem}"
	    ".results th[scope=row]{min-width:0}"
	    ".results .sure,.results .of,.results .missing,.results .warnings"
	    "{font-size:7.5pt;white-space:normal}"
	    ".results .meter{display:none}.results .value{white-space:normal}"
	    "}\n");
}

static void
put_style(struct buf *out)
{
	buf_add_text(out, "<style>:root{color-scheme:light dark}");
	put_theme(out, &plot_light);
	buf_add_text(out, "@media (prefers-color-scheme:dark){");
	put_theme(out, &plot_dark);
	buf_add_text(out,
	    "}\n*{box-sizing:border-box}"
	    "body{margin:0;background:var(--page);color:var(--ink);"
	    "font:16px/1.45 system-ui,\"DejaVu Sans\",sans-serif}"
	    "header,main,footer{max-width:82rem;margin:0 auto;padding:.8rem "
	    "1rem}"
	    "h1{font-size:1.5rem;margin:.2rem 0;overflow-wrap:anywhere}"
	    "h2{font-size:1.15rem;margin:1.6rem 0 .3rem;overflow-wrap:anywhere}"
	    "p{margin:.3rem 0;max-width:46rem;overflow-wrap:anywhere}"
	    ".how,footer,.of{color:var(--soft);font-size:.875rem}"
	    ".scroll{overflow-x:auto}"
	    ":focus-visible{outline:3px solid var(--second);outline-offset:2px}"
	    ".grid-of{display:grid;gap:.8rem;align-items:start;"
	    "grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr)"
	    ")}"
	    ".columns-of{columns:23rem 3;column-gap:.8rem}"
	    ".columns-of figure{break-inside:avoid;margin-bottom:.8rem}"
	    "figure{margin:0;background:var(--ground);border:1px solid "
	    "var(--rule);border-radius:.5rem;padding:.4rem .4rem .6rem;"
	    "min-width:0}"
	    "figure svg{display:block;width:100%;height:auto}"
	    "figcaption,details{font-size:.875rem;padding:.2rem .5rem;"
	    "overflow-wrap:anywhere}"
	    "summary{cursor:pointer;color:var(--second)}"
	    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
	    "caption{text-align:left;color:var(--soft);font-size:.875rem;"
	    "padding:.2rem 0}"
	    "th,td{text-align:left;vertical-align:top;padding:.25rem .8rem "
	    ".25rem 0;border-bottom:1px solid var(--rule)}"
	    "details table{font-size:.8125rem}"
	    ".results{background:var(--ground);border:1px solid var(--rule);"
	    "border-radius:.5rem;padding:.2rem .8rem .6rem}"
	    ".results th[scope=row]{min-width:9rem;max-width:18rem;"
	    "overflow-wrap:anywhere}.results .of{display:block;font-weight:400}"
	    ".value{font-weight:600;white-space:nowrap}"
	    ".sure{display:block;font-size:.8125rem;white-space:nowrap}"
	    ".missing,.warnings{color:var(--warn)}"
	    ".missing{font-size:.875rem}"
	    ".warnings{margin:.3rem 0;padding-left:1.2rem;font-size:.875rem;"
	    "font-weight:400}"
	    ".meter{display:inline-block;width:3.5rem;height:.55rem;"
	    "border:1px solid var(--soft);vertical-align:baseline}"
	    ".meter i{display:block;height:100%;background:var(--soft)}\n");
	put_paper(out);
	plot_palette_css(out);
	buf_add_text(out, "</style>\n");
}

/* ---- The table of results ----------------------------------------------- */

static void
put_reading(struct buf *out, const struct plot_data *d,
    const struct plot_reading *r, enum vital v)
{
	struct buf text;
	char value[32], confidence[16];

	if (!r->present) {
		buf_add_text(out, "<td class=\"missing\">no line</td>");
		return;
	}
	if (isnan(r->value)) {
		buf_init(&text);
		buf_add_text(&text, plot_reason_words(d->reason[r->reason]));
		buf_add_text(out, "<td class=\"missing\">missing: ");
		put(out, &text);
		buf_add_text(out, "</td>");
		plot_escape_done(out, &text);
		return;
	}
	plot_value_text(value, sizeof(value), v, r->value);
	buf_addf(out, "<td><span class=\"value\">%s %s</span>", value,
	    plot_vital_unit(v));
	plot_confidence_text(confidence, sizeof(confidence), r->confidence);
	if (isnan(r->confidence))
		buf_add_text(out,
		    "<span class=\"sure\">confidence not known</span></td>");
	else
		buf_addf(out,
		    "<span class=\"sure\"><span class=\"meter\" "
		    "aria-hidden=\"true\"><i "
		    "style=\"width:%.0f%%\"></i></span> "
		    "confidence %s: %s%s</span></td>",
		    100 * r->confidence, confidence,
		    plot_sure_word(plot_sure_of_reading(r)),
		    r->is_uncalibrated ? ", uncalibrated" : "");
}

static void
put_warnings(
    struct buf *out, const struct plot_data *d, const struct plot_source *s)
{
	struct buf text;
	size_t n = 0;

	buf_init(&text);
	while (plot_warning(&text, d, s, n)) {
		buf_add_text(
		    out, n++ == 0 ? "<ul class=\"warnings\"><li>" : "<li>");
		put(out, &text);
		buf_add_text(out, "</li>");
	}
	if (n > 0)
		buf_add_text(out, "</ul>");
	plot_escape_done(out, &text);
}

static void
put_result(
    struct buf *out, const struct plot_view *v, const struct plot_source *s)
{
	const struct plot_data *d = v->data;
	struct buf text;
	char time[32];
	enum vital k;

	buf_init(&text);
	plot_source_text(&text, s);
	buf_add_text(out, "<tr><th scope=\"row\">");
	put(out, &text);
	buf_add_text(&text, s->device);
	buf_add_text(out, " <span class=\"of\">");
	put(out, &text);
	buf_add_text(out, "</span>");
	put_warnings(out, d, s);
	buf_add_text(out, "</th><td>");
	plot_time_text(time, sizeof(time), s->to - s->from);
	buf_addf(out, "%s", time);
	if (s->measurements > 1)
		buf_addf(out, "<span class=\"sure\">%llu windows</span>",
		    (unsigned long long)s->measurements);
	buf_add_text(out, "</td>");
	for (size_t i = 0; (k = plot_report_vital(v, i)) != VITAL_COUNT; i++)
		put_reading(out, d, &s->reading[k], k);
	if (isnan(s->quality.signal))
		buf_add_text(out, "<td class=\"missing\">not known</td>");
	else
		buf_addf(out, "<td>%.2f</td>", s->quality.signal);
	buf_add_text(out, "</tr>\n");
	plot_escape_done(out, &text);
}

static void
put_results(struct buf *out, const struct plot_view *v)
{
	const struct plot_data *d = v->data;
	enum vital k;

	if (d->sources == 0)
		return;
	buf_add_text(out,
	    "<section class=\"results\"><h2>Results</h2>"
	    "<p class=\"how\">The longest measurement of each recording, or "
	    "the "
	    "last of several. The confidence is the probability that a value "
	    "is "
	    "within its tolerance.</p>"
	    "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
	    "aria-label=\"Results\"><table><thead>"
	    "<tr><th scope=\"col\">Recording</th><th "
	    "scope=\"col\">Length</th>");
	for (size_t i = 0; (k = plot_report_vital(v, i)) != VITAL_COUNT; i++)
		buf_addf(out,
		    "<th scope=\"col\">%s<span class=\"sure\">\u00b1 %g "
		    "%s</span></th>",
		    plot_vital_title(k), vital_info(k)->tolerance,
		    plot_vital_unit(k));
	buf_add_text(out,
	    "<th scope=\"col\">Signal<span class=\"sure\">0 to 1</span></th>"
	    "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < d->sources; i++)
		put_result(out, v, d->source[i]);
	buf_add_text(out, "</tbody></table></div></section>\n");
}

/* ---- Figures ------------------------------------------------------------ */

static void
put_numbers(struct buf *out, const struct plot_view *v,
    const struct plot_panel *p, const struct plot_item *item)
{
	struct buf text, name;
	struct plot_table t = {.out = &text};

	buf_init(&text);
	buf_init(&name);
	p->numbers(&t, v, item);
	if (text.len > 0) {
		buf_addf(&name, "%s of ", p->title);
		plot_item_text(&name, item);
		buf_add_text(out,
		    "<details><summary>Numbers</summary>"
		    "<div class=\"scroll\" tabindex=\"0\" "
		    "role=\"group\" aria-label=\"");
		put(out, &name);
		buf_add_text(out, "\">");
		buf_add_span(out, buf_span(&text));
		buf_add_text(out, "</div></details>\n");
	}
	plot_escape_done(out, &text);
	plot_escape_done(out, &name);
}

static void
put_figure(struct plot_svg *g, const struct plot_view *v,
    const struct plot_panel *p, const struct plot_item *item, bool explain)
{
	struct buf text;

	buf_init(&text);
	buf_add_text(g->out, "<figure>");
	plot_report_figure(g, v, p, item);
	buf_add_text(g->out, "<figcaption>");
	if (p->has(v, item) && !p->speaks_for_itself)
		p->describe(&text, v, item);
	put(g->out, &text);
	if (explain)
		buf_addf(g->out, "<p class=\"how\">%s</p>", p->reading);
	buf_add_text(g->out, "</figcaption>");
	if (p->has(v, item))
		put_numbers(g->out, v, p, item);
	buf_add_text(g->out, "</figure>\n");
	plot_escape_done(g->out, &text);
}

/* One section with all figures of a single recording. */
static void
put_single(struct plot_svg *g, const struct plot_view *v)
{
	const struct plot_panel *p;
	struct plot_item item;

	buf_add_text(
	    g->out, "<section><h2>Pictures</h2><div class=\"columns-of\">\n");
	for (size_t i = 0; (p = plot_panel_at(i)) != NULL; i++)
		if (!p->is_of_endpoints && plot_report_item(v, p, 0, &item) &&
		    p->has(v, &item))
			put_figure(g, v, p, &item, true);
	buf_add_text(g->out, "</div></section>\n");
}

/* A section of small multiples. */
static void
put_section(
    struct plot_svg *g, const struct plot_view *v, const struct plot_panel *p)
{
	struct plot_item item;

	buf_addf(g->out,
	    "<section><h2>%s</h2><p class=\"how\">%s All figures of this "
	    "section have the same scales.</p><div class=\"grid-of\">\n",
	    p->title, p->reading);
	for (size_t i = 0; plot_report_item(v, p, i, &item); i++)
		put_figure(g, v, p, &item, false);
	buf_add_text(g->out, "</div></section>\n");
}

static void
put_footer(struct buf *out, const struct plot_view *v)
{
	const struct plot_panel *p;
	bool any = false;

	buf_add_text(out, "<footer>");
	for (size_t i = 0; (p = plot_panel_at(i)) != NULL; i++) {
		if (plot_report_has(v, p))
			continue;
		buf_addf(out, "%s%s (<code>%s</code>)",
		    any ? ", "
			: "<p>Not in this report, because there are no "
			  "lines for it: ",
		    p->title, p->needs);
		any = true;
	}
	if (any)
		buf_add_text(out, ".</p>");
	buf_add_text(out,
	    "<p>The readings are estimates. This is not a medical device.</p>"
	    "<p>vitals-plot " VITALS_VERSION "</p></footer>\n");
}

void
plot_html_write(
    struct buf *out, const struct plot_view *v, const struct plot_report *r)
{
	struct plot_svg g = {.out = out};
	const struct plot_panel *p;
	struct buf text;

	buf_init(&text);
	buf_add_text(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	plot_report_title(&text, v, r);
	put(out, &text);
	buf_add_text(out, "</title>\n");
	put_style(out);
	buf_add_text(out, "</head>\n<body>\n<header><h1>");
	plot_report_title(&text, v, r);
	put(out, &text);
	buf_add_text(out, "</h1><p class=\"of\">");
	plot_report_summary(&text, v, r);
	put(out, &text);
	buf_add_text(out, "</p></header>\n<main>\n");
	put_results(out, v);
	if (v->data->sources == 1)
		put_single(&g, v);
	for (size_t i = 0; (p = plot_panel_at(i)) != NULL; i++)
		if ((p->is_of_endpoints || v->data->sources > 1) &&
		    plot_report_has(v, p))
			put_section(&g, v, p);
	buf_add_text(out, "</main>\n");
	put_footer(out, v);
	buf_add_text(out, "</body>\n</html>\n");
	plot_escape_done(out, &text);
}
