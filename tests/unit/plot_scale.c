/* Ticks, scales, colours and the cells of series. */
#include "check.h"

#include "plot/palette.h"
#include "plot/scale.h"
#include "plot/series.h"

static void
check_ticks(void)
{
	static const struct {
		double low, high;
		unsigned wanted;
		double first, step;
		size_t count;
		int digits;
	} c[] = {
	    {0, 10, 5, 0, 2, 6, 0},
	    {0, 60, 6, 0, 10, 7, 0},
	    {61.2, 78.9, 4, 65, 5, 3, 0},
	    {-1, 1, 4, -1, 0.5, 5, 1},
	    {0.1, 0.35, 5, 0.1, 0.05, 6, 2},
	    {0, 1e6, 5, 0, 2e5, 6, 0},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct plot_ticks t =
		    plot_ticks_make(c[i].low, c[i].high, c[i].wanted);
		char what[80];

		snprintf(what, sizeof(what), "ticks of %g to %g", c[i].low,
		    c[i].high);
		CHECK(fabs(t.first - c[i].first) < 1e-9 &&
			fabs(t.step - c[i].step) < 1e-9 &&
			t.count == c[i].count && t.digits == c[i].digits,
		    what);
	}
}

static void
check_bounds(void)
{
	bool good = true;

	/* Whatever the range, ticks are inside, and there are not too many. */
	for (int i = 0; i < 2000; i++) {
		double low = sin(i) * pow(10, i % 13 - 6);
		double high = low + (1.01 + cos(i)) * pow(10, i % 11 - 5);
		struct plot_ticks t =
		    plot_ticks_make(low, high, 1 + (unsigned)i % 12);

		good = good && t.count <= PLOT_TICKS_MAX;
		for (size_t k = 0; k < t.count; k++) {
			double at = plot_ticks_at(&t, k);

			good = good && at >= low - 1e-6 * t.step &&
			    at <= high + 1e-6 * t.step;
		}
	}
	CHECK(good, "ticks are within their range, and few");
	CHECK(plot_ticks_make(5, 5, 4).count == 1, "an empty range has one");
	CHECK(plot_ticks_make((double)NAN, 1, 4).count == 1,
	    "a range that is not a number is harmless");
}

static void
check_scale(void)
{
	struct plot_scale s = {10, 20, 100, 0, false};
	struct plot_scale l = {0.01, 100, 0, 400, true};
	double low = 61.5, high = 74;

	CHECK_NEAR(plot_scale_at(&s, 12.5), 75, 1e-9, "a falling scale");
	CHECK_NEAR(plot_scale_at(&s, 99), 0, 1e-9, "is cut at its end");
	CHECK_NEAR(plot_scale_at(&l, 1), 200, 1e-9, "a logarithmic scale");
	plot_range_round(&low, &high, 1);
	CHECK(low <= 61.5 && high >= 74 && fmod(low, 1) == 0, "round ends");
	low = high = 5;
	plot_range_round(&low, &high, 2);
	CHECK(low <= 3 && high >= 7, "a single value gets a margin");
}

/* Add ${value} at ${time}. */
static void
add(struct plot_series *s, double time, double value)
{
	struct plot_point p = {time, time, value, 0.5, 3, 0};

	if (plot_series_add(s, &p) != 0)
		exit(1);
}

static void
check_series(void)
{
	struct plot_series s;
	const struct plot_cell *c;
	double low = HUGE_VAL, high = -HUGE_VAL, least = 0, most = 0;
	size_t i = 0, values = 0, missing = 0;

	plot_series_init(&s, 1, 16);
	add(&s, 3.5, 71.55);
	add(&s, 5.25, 8);
	c = plot_series_next(&s, &i);
	CHECK(c != NULL && fabs(c->from - 3.5) < 1e-12 && c->low == 71.55 &&
		c->values == 1,
	    "a single value is kept exactly");
	c = plot_series_next(&s, &i);
	CHECK(c != NULL && c->high == 8.0, "and the next one");
	CHECK(plot_series_next(&s, &i) == NULL, "and no more");
	for (int k = 0; k < 100000; k++) {
		double v = sin(k) * k;

		least = fmin(least, v);
		most = fmax(most, v);
		add(&s, k % 2 == 0 ? k * 0.1 : -k * 0.1,
		    k == 77777 ? (double)NAN : v);
	}
	for (i = 0; (c = plot_series_next(&s, &i)) != NULL;) {
		if (c->values > 0) {
			low = fmin(low, (double)c->low);
			high = fmax(high, (double)c->high);
		}
		values += c->values;
		missing += c->missing;
	}
	CHECK(s.count <= 16, "there are never more cells than allowed");
	CHECK(values == 100001 && missing == 1, "every value is counted");
	CHECK(fabs(low - least) < 0.01 && fabs(high - most) < 0.01,
	    "the extremes are kept");
	plot_series_release(&s);
	CHECK(s.cell == NULL, "released");
}

static void
check_far(void)
{
	struct plot_series s;
	size_t i = 0, n = 0;

	plot_series_init(&s, 0.125, 512);
	add(&s, -1e12, 1);
	add(&s, 1e12, 2);
	while (plot_series_next(&s, &i) != NULL)
		n++;
	CHECK(n == 2 && s.count <= 512, "times that are far apart");
	plot_series_release(&s);
}

static double
linear(uint32_t byte)
{
	double c = byte / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double
luminance(uint32_t c)
{
	return 0.2126 * linear(c >> 16 & 0xff) +
	    0.7152 * linear(c >> 8 & 0xff) + 0.0722 * linear(c & 0xff);
}

/* The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
static double
contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a), y = luminance(b);

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* ${top} over ${ground} with the opacity ${share}. */
static uint32_t
mix(uint32_t top, uint32_t ground, double share)
{
	uint32_t mixed = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		double a = top >> shift & 0xff, b = ground >> shift & 0xff;

		mixed |= (uint32_t)lrint(share * a + (1 - share) * b) << shift;
	}
	return mixed;
}

static void
check_palette(const struct plot_palette *p, const char *name)
{
	uint32_t tint = mix(p->colour[PLOT_ACCENT], p->ground, PLOT_TINT_MAX);
	char what[80];

	for (int c = 0; c < PLOT_COLOURS; c++) {
		if (c == PLOT_RULE)
			continue;
		snprintf(
		    what, sizeof(what), "%s: colour %d is readable", name, c);
		CHECK(contrast(p->colour[c], p->ground) >= PLOT_CONTRAST_MIN &&
			contrast(p->colour[c], p->page) >= PLOT_CONTRAST_MIN,
		    what);
	}
	snprintf(what, sizeof(what), "%s: text on the darkest tint", name);
	CHECK(contrast(p->colour[PLOT_INK], tint) >= PLOT_CONTRAST_MIN, what);
	snprintf(what, sizeof(what), "%s: what is missing, on its box", name);
	CHECK(contrast(p->colour[PLOT_WARN],
		  mix(p->colour[PLOT_WARN], p->ground, 0.08)) >=
		PLOT_CONTRAST_MIN,
	    what);
}

int
main(void)
{
	check_ticks();
	check_bounds();
	check_scale();
	check_series();
	check_far();
	CHECK_NEAR(contrast(0x000000, 0xffffff), 21, 1e-9,
	    "black on white has the contrast 21");
	CHECK_NEAR(contrast(0x777777, 0xffffff), 4.478, 1e-3,
	    "and this grey one that is published");
	check_palette(&plot_light, "light");
	check_palette(&plot_dark, "dark");
	return check_done();
}
