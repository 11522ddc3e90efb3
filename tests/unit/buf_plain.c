/* Text of others, made plain. */
#include "check.h"

#include "buf/plain.h"

static void
check(const char *text, const char *want, const char *what)
{
	char copy[64];
	struct buf b;

	buf_init(&b);
	plain_put(&b, span_of(text));
	CHECK_TEXT(buf_string(&b), want, what);
	buf_release(&b);
	CHECK(strlen(text) < sizeof(copy), "the text fits");
	memcpy(copy, text, strlen(text) + 1);
	plain_make(copy);
	CHECK_TEXT(copy, want, what);
}

int
main(void)
{
	struct span cut = {"\xf0\x9f\x92", 3};

	check("", "", "nothing");
	check("a b~Gr\xc3\xbc\xc3\x9f \xe5\xbf\x83 \xf0\x9f\x92\x93",
	    "a b~Gr\xc3\xbc\xc3\x9f \xe5\xbf\x83 \xf0\x9f\x92\x93",
	    "letters of one to four bytes");
	check("\x1b[31m\t\r\n\x7f", "?[31m????", "C0 and DEL");
	check("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "???\xc2\xa0",
	    "C1, and the first after it");
	check("a\xe2\x80\xae"
	      "b\xe2\x81\xa6\xe2\x80\x8e\xd8\x9c\xe2\x80\xa8",
	    "a?b????", "marks of direction, and a line separator");
	check("\xff\xc0\xaf\xed\xa0\x80\xf5x\xe2\x82", "????x?",
	    "what is not UTF-8");
	check("\xf4\x8f\xbf\xbd\xf4\x90\x80\x80", "\xf4\x8f\xbf\xbd?",
	    "the last character, and one past it");
	CHECK(plain_next(&cut) == '?' && cut.n == 0,
	    "a character that is cut off");
	return check_done();
}
