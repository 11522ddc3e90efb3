/* Text of others made safe, and pictures of characters. */
#include "check.h"

#include "plot/blocks.h"
#include "plot/escape.h"

static char *
xml(struct buf *b, struct span text)
{
	buf_clear(b);
	plot_escape_xml(b, text);
	return buf_string(b);
}

static char *
terminal(struct buf *b, struct span text, size_t columns, bool ascii)
{
	buf_clear(b);
	plot_escape_terminal(b, text, columns, ascii);
	return buf_string(b);
}

static void
check_escapes(struct buf *b)
{
	CHECK_TEXT(xml(b, SPAN_LIT("<a href=\"x\" b='y'>&amp;")),
	    "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;",
	    "markup is escaped");
	CHECK_TEXT(xml(b, SPAN_LIT("a\x1b[31m\x7f\0b")), "a?[31m??b",
	    "control characters are question marks");
	CHECK_TEXT(xml(b,
		       SPAN_LIT("a\xc2\x9b\xe2\x80\xae"
				"b\xef\xbf\xbf")),
	    "a??b?", "C1, marks of direction, and what is no character");
	CHECK_TEXT(xml(b, SPAN_LIT("\xff\xc0\xaf\xed\xa0\x80\xf5x\xe2\x82")),
	    "????x?", "what is not UTF-8");
	CHECK_TEXT(xml(b, SPAN_LIT("\xfc\x80\x80\x80")), "?",
	    "a first byte that UTF-8 does not have");
	CHECK_TEXT(xml(b, SPAN_LIT("Gr\xc3\xbc\xc3\x9f")), "Gr\xc3\xbc\xc3\x9f",
	    "other text is unchanged");
}

static void
check_columns(struct buf *b)
{
	CHECK_TEXT(terminal(b, SPAN_LIT("abcdef"), 6, false), "abcdef",
	    "what fits is whole");
	CHECK_TEXT(terminal(b, SPAN_LIT("abcdef"), 5, false), "abcd…",
	    "one more is cut");
	CHECK_TEXT(
	    terminal(b, SPAN_LIT("abcdef"), 5, true), "ab...", "in ASCII, too");
	CHECK_TEXT(terminal(b, SPAN_LIT("abcdef"), 0, false), "", "no room");
	CHECK_TEXT(terminal(b, SPAN_LIT("心拍数"), 5, false), "心拍…",
	    "wide characters take two columns");
	CHECK_TEXT(terminal(b, SPAN_LIT("a\r\n\x1b]0;x\x07"), 9, false),
	    "a???]0;x?", "no control character is printed");
	CHECK_TEXT(
	    terminal(b, SPAN_LIT("é…"), 9, true), "??", "nothing beyond ASCII");
	CHECK(plot_escape_columns(SPAN_LIT("e\xcc\x81心")) == 3,
	    "combining marks take none");
}

static void
check_blocks(struct buf *b)
{
	const double v[] = {0, 0.5, 1, (double)NAN, 2, -1};

	buf_clear(b);
	plot_blocks_row(b, v, 6, 0, 1, false);
	CHECK_TEXT(buf_string(b), "▁▄█×█▁", "one row");
	buf_clear(b);
	plot_blocks_row(b, v, 6, 0, 2, false);
	CHECK_TEXT(buf_string(b), "  █ █ ", "the upper of two");
	buf_clear(b);
	plot_blocks_row(b, v, 6, 1, 2, false);
	CHECK_TEXT(buf_string(b), "▁██×█▁", "the lower of two");
	buf_clear(b);
	plot_blocks_row(b, v, 6, 1, 2, true);
	CHECK_TEXT(buf_string(b), ".##x#.", "in ASCII");
	buf_clear(b);
	plot_blocks_meter(b, 0.56, 10, false);
	CHECK_TEXT(buf_string(b), "█████▋    ", "a meter");
	buf_clear(b);
	plot_blocks_meter(b, 1.5, 4, true);
	CHECK_TEXT(buf_string(b), "====", "a full one in ASCII");
}

int
main(void)
{
	struct buf b;

	buf_init(&b);
	check_escapes(&b);
	check_columns(&b);
	check_blocks(&b);
	buf_release(&b);
	return check_done();
}
