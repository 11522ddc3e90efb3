#include "plot/svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "plot/escape.h"

/* The longest text of ours. */
#define TEXT_MAX 400

/* A tenth of a pixel is enough. */
static void
put(struct buf *out, double v)
{
	char text[32];
	int n;

	if (!isfinite(v))
		v = 0;
	n = snprintf(text, sizeof(text), "%.1f", v);
	if (n > 2 && text[n - 1] == '0')
		n -= 2;
	if (n == 2 && text[0] == '-' && text[1] == '0')
		buf_add_byte(out, '0');
	else
		buf_add(out, text, (size_t)n);
}

static void
attribute(struct plot_svg *g, const char *name, double v)
{
	buf_addf(g->out, " %s=\"", name);
	put(g->out, v);
	buf_add_byte(g->out, '"');
}

void
plot_svg_begin(struct plot_svg *g, double height, struct span title,
    struct span description)
{
	unsigned id = ++g->ids;

	buf_addf(g->out, "<svg class=\"plot\" viewBox=\"0 0 %d %.0f\"",
	    PLOT_SVG_WIDTH, height);
	if (g->is_nested) {
		attribute(g, "x", g->x);
		attribute(g, "y", g->y);
		attribute(g, "width", PLOT_SVG_WIDTH);
		attribute(g, "height", height);
	}
	buf_addf(g->out,
	    " role=\"img\" aria-labelledby=\"t%u d%u\">\n"
	    "<title id=\"t%u\">",
	    id, id, id);
	plot_escape_xml(g->out, title);
	buf_addf(g->out, "</title>\n<desc id=\"d%u\">", id);
	plot_escape_xml(g->out, description);
	buf_add_text(g->out, "</desc>\n");
}

void
plot_svg_end(struct plot_svg *g)
{
	buf_add_text(g->out, "</svg>\n");
}

void
plot_svg_line(struct plot_svg *g, const char *class, double x1, double y1,
    double x2, double y2)
{
	buf_addf(g->out, "<line class=\"%s\"", class);
	attribute(g, "x1", x1);
	attribute(g, "y1", y1);
	attribute(g, "x2", x2);
	attribute(g, "y2", y2);
	buf_add_text(g->out, "/>\n");
}

void
plot_svg_rect(struct plot_svg *g, const char *class, double x, double y,
    double width, double height)
{
	buf_addf(g->out, "<rect class=\"%s\"", class);
	attribute(g, "x", x);
	attribute(g, "y", y);
	attribute(g, "width", fmax(width, 0));
	attribute(g, "height", fmax(height, 0));
	buf_add_text(g->out, "/>\n");
}

void
plot_svg_circle(
    struct plot_svg *g, const char *class, double x, double y, double r)
{
	buf_addf(g->out, "<circle class=\"%s\"", class);
	attribute(g, "cx", x);
	attribute(g, "cy", y);
	attribute(g, "r", r);
	buf_add_text(g->out, "/>\n");
}

void
plot_svg_text(
    struct plot_svg *g, const char *class, double x, double y, struct span text)
{
	buf_addf(g->out, "<text class=\"%s\"", class);
	attribute(g, "x", x);
	attribute(g, "y", y);
	buf_add_byte(g->out, '>');
	plot_escape_xml(g->out, text);
	buf_add_text(g->out, "</text>\n");
}

void
plot_svg_textf(struct plot_svg *g, const char *class, double x, double y,
    const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	plot_svg_text(g, class, x, y, span_of(text));
}

void
plot_svg_path(struct plot_svg *g, const char *class)
{
	buf_addf(g->out, "<path class=\"%s\" d=\"", class);
	g->pen_down = false;
}

void
plot_svg_point(struct plot_svg *g, double x, double y)
{
	buf_add_byte(g->out, g->pen_down ? 'L' : 'M');
	put(g->out, x);
	buf_add_byte(g->out, ' ');
	put(g->out, y);
	g->pen_down = true;
}

void
plot_svg_box(
    struct plot_svg *g, double x, double y, double width, double height)
{
	g->pen_down = false;
	plot_svg_point(g, x, y);
	buf_add_byte(g->out, 'h');
	put(g->out, width);
	buf_add_byte(g->out, 'v');
	put(g->out, height);
	buf_add_byte(g->out, 'h');
	put(g->out, -width);
	buf_add_byte(g->out, 'z');
	g->pen_down = false;
}

void
plot_svg_break(struct plot_svg *g)
{
	g->pen_down = false;
}

void
plot_svg_path_end(struct plot_svg *g)
{
	/* An empty path is valid only with some command. */
	if (g->out->len > 0 && !buf_failed(g->out) &&
	    g->out->data[g->out->len - 1] == '"')
		buf_add_text(g->out, "M0 0");
	buf_add_text(g->out, "\"/>\n");
}
