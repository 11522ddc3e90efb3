/* What people write as options of extraction, and what does not go together. */
#include "extract/spec.h"

#include "check.h"

static struct extract_options out;
static struct err err;

/* Read it; what was there before must not shine through. */
static int
read_spec(const struct extract_spec *spec)
{
	memset(&out, 0, sizeof(out));
	err.text[0] = '\0';
	return extract_spec_read(spec, &out, &err);
}

static void
refuse(const struct extract_spec *spec, const char *why)
{
	int status = read_spec(spec);

	CHECK(status == -1, "is refused");
	CHECK_TEXT(err.text, why, "and says why");
}

static void
lists(void)
{
	CHECK(read_spec(&(struct extract_spec){0}) == 0 &&
		out.measure.emit == MEASURE_MEASUREMENT && out.sandbox,
	    "nothing is a measurement in a sandbox");
	CHECK(read_spec(&(struct extract_spec){.live = true}) == 0 &&
		out.measure.emit == (MEASURE_MEASUREMENT | MEASURE_SAMPLE),
	    "live adds samples");
	CHECK(read_spec(&(struct extract_spec){.emit = "wave,trace"}) == 0 &&
		out.measure.emit == (MEASURE_WAVE | MEASURE_TRACE),
	    "a list takes the place of the default");
	CHECK(read_spec(&(struct extract_spec){.emit = "wave", .live = true}) ==
		    0 &&
		out.measure.emit == (MEASURE_WAVE | MEASURE_SAMPLE),
	    "but live has samples all the same");
	refuse(&(struct extract_spec){.emit = "sample"},
	    "--emit sample goes with --live");
	static const char *const bad[] = {
	    "", "wave,", ",wave", "waves", "wave,wave", "Wave"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(read_spec(&(struct extract_spec){.emit = bad[i]}) == -1,
		    "a bad list");
}

static void
places(void)
{
	struct extract_spec s = {.site = SKIN_SITE_SKIN, .roi = "0,1.5,2,8192"};

	CHECK(read_spec(&s) == 0 && out.skin.roi.x == 0 &&
		out.skin.roi.y == 1.5 && out.skin.roi.width == 2 &&
		out.skin.roi.height == 8192,
	    "a region of interest");
	static const char *const bad[] = {"", "1,2,3", "1,2,3,4,5", "1,2,3,",
	    "-1,2,3,4", "1,2,0,4", "1,2,3,8193", "1,2,3,nan", "a,b,c,d",
	    "1, 2,3,4", "1,2,3,4 "};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s.roi = bad[i];
		CHECK(read_spec(&s) == -1, "no region of interest");
	}
	refuse(&(struct extract_spec){.roi = "1,2,3,4"},
	    "--roi goes with --site skin");
	refuse(
	    &(struct extract_spec){.all_faces = true, .site = SKIN_SITE_FINGER},
	    "--all-faces goes with --site face");
	refuse(&(struct extract_spec){.all_faces = true, .method = RPPG_FVP},
	    "--all-faces and --method fvp exclude each other");
}

static void
windows(void)
{
	CHECK(read_spec(&(struct extract_spec){.window = 10}) == 0 &&
		out.measure.every == 10,
	    "windows follow each other");
	CHECK(
	    read_spec(&(struct extract_spec){.window = 600, .every = 1}) == 0 &&
		out.measure.every == 1,
	    "or overlap");
	CHECK(read_spec(
		  &(struct extract_spec){.window = 7200, .every = 7200}) == 0,
	    "long ones, too, if they do not");
	refuse(&(struct extract_spec){.window = 601, .every = 600},
	    "--every 600: windows longer than 600 s do not overlap");
	refuse(
	    &(struct extract_spec){.every = 5}, "--every goes with --window");
	refuse(&(struct extract_spec){.window = 5, .every = 6},
	    "--every 6 would leave gaps between windows of 5 s");
}

static void
times(void)
{
	CHECK(read_spec(&(struct extract_spec){
		  .start = "2026-11-23T06:33:30+01:00"}) == 0 &&
		out.has_start,
	    "a time with an offset");
	refuse(&(struct extract_spec){.start = "2026-11-23T06:33:30"},
	    "--start-time: '2026-11-23T06:33:30' is not an RFC 3339 time with "
	    "offset");
	CHECK(read_spec(&(struct extract_spec){0}) == 0 && !out.has_start,
	    "none");
}

int
main(void)
{
	lists();
	places();
	windows();
	times();
	return check_done();
}
