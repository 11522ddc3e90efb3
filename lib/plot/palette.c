#include "plot/palette.h"

/* Those of web/dashboard.css where it has the same thing. */
const struct plot_palette plot_light = {
    .page = 0xf3f5f6,
    .ground = 0xffffff,
    .colour =
	{
	    [PLOT_INK] = 0x13202a,
	    [PLOT_SOFT] = 0x4d5b66,
	    [PLOT_RULE] = 0xdbe2e6,
	    [PLOT_ACCENT] = 0xb3261e,
	    [PLOT_SECOND] = 0x0b57d0,
	    [PLOT_WARN] = 0x7a5600,
	},
};

const struct plot_palette plot_dark = {
    .page = 0x0c1216,
    .ground = 0x151e24,
    .colour =
	{
	    [PLOT_INK] = 0xe8eef2,
	    [PLOT_SOFT] = 0xa6b4be,
	    [PLOT_RULE] = 0x2a3740,
	    [PLOT_ACCENT] = 0xff9c92,
	    [PLOT_SECOND] = 0x8ab4f8,
	    [PLOT_WARN] = 0xf0c35c,
	},
};

/* The rules that depend on the theme.  Custom properties would be shorter, but
 * programs that draw SVG, such as rsvg-convert, do not know them. */
static void
theme(struct buf *out, const struct plot_palette *p)
{
	static const struct {
		const char *selector, *property;
		enum plot_colour colour;
	} rule[] = {
	    {".ink", "fill", PLOT_INK},
	    {".soft", "fill", PLOT_SOFT},
	    {".accent", "fill", PLOT_ACCENT},
	    {".second", "fill", PLOT_SECOND},
	    {".warn", "fill", PLOT_WARN},
	    {".grid", "stroke", PLOT_RULE},
	    {".axis", "stroke", PLOT_SOFT},
	    {".line", "stroke", PLOT_ACCENT},
	    {".line2", "stroke", PLOT_SECOND},
	    {".line3", "stroke", PLOT_WARN},
	    {".line0", "stroke", PLOT_INK},
	};

	buf_addf(out, ".ground{fill:#%06x}.hollow{fill:#%06x}",
	    (unsigned)p->ground, (unsigned)p->ground);
	for (size_t i = 0; i < sizeof(rule) / sizeof(rule[0]); i++)
		buf_addf(out, "%s{%s:#%06x}", rule[i].selector,
		    rule[i].property, (unsigned)p->colour[rule[i].colour]);
	buf_addf(out, ".halo{stroke:#%06x}", (unsigned)p->ground);
}

void
plot_palette_css(struct buf *out)
{
	buf_add_text(out,
	    ".plot text{font:11px system-ui,\"DejaVu Sans\",sans-serif}"
	    ".plot .small{font-size:9.5px}.plot .tiny{font-size:8.5px}"
	    ".plot .big{font-size:13px;font-weight:600}"
	    ".plot .bold{font-weight:600}"
	    ".plot .end{text-anchor:end}.plot .mid{text-anchor:middle}"
	    ".grid,.axis,.line,.line2,.line3,.line0{fill:none;stroke-width:1}"
	    ".line,.line2,.line0{stroke-width:1.4}"
	    ".thick{stroke-width:2.4}"
	    ".dash{stroke-dasharray:5 3}.dot{stroke-dasharray:1.5 2.5}"
	    ".halo{stroke-width:3;paint-order:stroke;stroke-linejoin:round}"
	    ".t1{fill-opacity:.08}.t2{fill-opacity:.16}.t3{fill-opacity:.24}"
	    ".t4{fill-opacity:.32}.t5{fill-opacity:.4}"
	    ".h1{fill-opacity:.12}.h2{fill-opacity:.3}.h3{fill-opacity:.5}"
	    ".h4{fill-opacity:.75}.h5{fill-opacity:1}");
	theme(out, &plot_light);
	buf_add_text(out, "@media (prefers-color-scheme:dark){");
	theme(out, &plot_dark);
	buf_add_text(out, "}@media print{");
	theme(out, &plot_light);
	buf_add_text(out, "}");
}
