/* buf/ascii.h */
#include "buf/ascii.h"

#include "check.h"

int
main(void)
{
	static const char tokens[] = "!#$%&'*+-.^_`|~";
	unsigned wrong = 0;

	for (int c = 0; c < 256; c++) {
		char one = (char)c;
		bool upper = c >= 'A' && c <= 'Z';
		bool token = upper || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9') ||
		    (c != 0 && strchr(tokens, c) != NULL);

		wrong += ascii_lower(one) != (upper ? (char)(c + 32) : one);
		wrong += ascii_token((struct span){&one, 1}) != token;
	}
	CHECK(wrong == 0, "each byte");
	CHECK(!ascii_token(SPAN_LIT("")) && ascii_token(SPAN_LIT("X-a")) &&
		!ascii_token(SPAN_LIT("X a")),
	    "tokens");
	CHECK(ascii_same(SPAN_LIT("Close"), "close"), "same in any case");
	CHECK(!ascii_same(SPAN_LIT("clo"), "close") &&
		!ascii_same(SPAN_LIT("closed"), "close") &&
		!ascii_same(SPAN_LIT("close\0"), "close"),
	    "not shorter, not longer");
	CHECK(span_is(ascii_trim(SPAN_LIT(" \t a b\t ")), "a b") &&
		ascii_trim(SPAN_LIT(" \t ")).n == 0 &&
		ascii_trim(SPAN_LIT("")).n == 0,
	    "blanks go at both ends");
	return check_done();
}
