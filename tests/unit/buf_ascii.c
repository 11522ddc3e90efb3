/* buf/ascii.h */
#include "buf/ascii.h"

#include "check.h"

int
main(void)
{
	static const char tokens[] = "!#$%&'*+-.^_`|~";
	unsigned wrong = 0;
	uint64_t n = 7;

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
	CHECK(ascii_starts(SPAN_LIT("CE-id"), "ce-") &&
		ascii_starts(SPAN_LIT("ce-"), "ce-") &&
		!ascii_starts(SPAN_LIT("ce"), "ce-") &&
		!ascii_starts(SPAN_LIT("x-ce-"), "ce-"),
	    "starts in any case");
	CHECK(!ascii_number(SPAN_LIT(""), &n) &&
		!ascii_number(SPAN_LIT("-1"), &n) &&
		!ascii_number(SPAN_LIT("1 "), &n) &&
		!ascii_number(SPAN_LIT("1000000000000000000"), &n) && n == 7,
	    "not numbers");
	CHECK(ascii_number(SPAN_LIT("0"), &n) && n == 0, "zero");
	CHECK(ascii_number(SPAN_LIT("999999999999999999"), &n) &&
		n == 999999999999999999,
	    "18 digits");
	CHECK(span_is(ascii_trim(SPAN_LIT(" \t a b\t ")), "a b") &&
		ascii_trim(SPAN_LIT(" \t ")).n == 0 &&
		ascii_trim(SPAN_LIT("")).n == 0,
	    "blanks go at both ends");
	return check_done();
}
