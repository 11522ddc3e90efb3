/* Text as a terminal shows it: widths, cuts, what is not shown. */
#include "table/shown.h"

#include "check.h"

static char shown[256];
static size_t width;

static const char *
show(struct span text, size_t max)
{
	struct buf b;

	buf_init(&b);
	width = shown_put(&b, text, max);
	snprintf(shown, sizeof(shown), "%s", buf_string(&b));
	buf_release(&b);
	return shown;
}

int
main(void)
{
	CHECK_TEXT(show(SPAN_LIT("clip.mp4"), 40), "clip.mp4", "ASCII");
	CHECK(width == 8, "its width");
	CHECK_TEXT(show(SPAN_LIT(""), 4), "", "nothing");
	CHECK(width == 0, "its width");

	CHECK_TEXT(show(SPAN_LIT("\xe5\xbf\x83\xe6\x8b\x8d"), 4),
	    "\xe5\xbf\x83\xe6\x8b\x8d", "two wide characters in four columns");
	CHECK(width == 4, "their width");
	CHECK_TEXT(show(SPAN_LIT("\xe5\xbf\x83\xe6\x8b\x8d"), 3),
	    "\xe5\xbf\x83\xe2\x80\xa6", "one of them in three");
	CHECK(width == 3, "its width with the mark");
	CHECK_TEXT(show(SPAN_LIT("\xe5\xbf\x83\xe6\x8b\x8d"), 2),
	    "\xe2\x80\xa6", "none in two beside the mark");
	CHECK_TEXT(show(SPAN_LIT("e\xcc\x81t\xc3\xa9"), 3),
	    "e\xcc\x81t\xc3\xa9", "a combining mark has no width");
	CHECK(width == 3, "its width");

	CHECK_TEXT(show(SPAN_LIT("abcdef"), 6), "abcdef", "at the limit");
	CHECK_TEXT(show(SPAN_LIT("abcdefg"), 6), "abcde\xe2\x80\xa6",
	    "one past the limit");
	CHECK(width == 6, "its width");

	CHECK_TEXT(show(SPAN_LIT("a\tb\nc\x1b[2Jd\x7f\0e"), 40),
	    "a?b?c?[2Jd??e", "control characters");
	CHECK_TEXT(show(SPAN_LIT("a\xc2\x9b"
				 "b"),
		       40),
	    "a?b", "a control character of C1");
	CHECK_TEXT(show(SPAN_LIT("a\xe2\x80\xae"
				 "b\xe2\x81\xa6"
				 "c"),
		       40),
	    "a?b?c", "characters that change the direction");
	return check_done();
}
