#include "ucum/ucum.h"

#include "check.h"

int
main(void)
{
	static const char *const good[] = {"/min", "%", "mm[Hg]", "{score}",
	    "ms", "{beats}/min", "Cel", "1", "dB", "/s", "[degF]", "m/s2",
	    "kg.m-2", "10*9/L", "10*-3", "10^3", "mmol/L", "(mg/kg)/d",
	    "/{beats}", "s-1", "s+1", "U/L", "[in_i]", "m[H2O]", "dam", "KiBy",
	    "mol{x}", "2.m", "(m)", "''", "uV"};
	static const char *const bad[] = {"", "bpm", "BPM", "mmHg", "ratio",
	    "/", "min/", "m//s", "m..s", "{", "{a", "{a b}", "}", "(m", "m)",
	    "()", "kmin", "m-", "[Hg]", "m s", "\xc2\xb5V", "m[Hg", "k", "-1",
	    "m2{a}{b}", "m{a{b}}"};
	char most[UCUM_MAX + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ucum_valid(span_of(good[i])), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ucum_valid(span_of(bad[i])), bad[i]);
	CHECK(!ucum_valid(SPAN_LIT("m\0")), "a NUL");
	memset(most, 'x', sizeof(most));
	most[0] = '{';
	most[UCUM_MAX - 1] = '}';
	CHECK(ucum_valid((struct span){most, UCUM_MAX}), "the longest");
	most[UCUM_MAX - 1] = 'x';
	most[UCUM_MAX] = '}';
	CHECK(!ucum_valid((struct span){most, UCUM_MAX + 1}), "one longer");
	memset(most, '(', 31);
	most[31] = 'm';
	memset(most + 32, ')', 31);
	CHECK(ucum_valid((struct span){most, 63}), "parentheses");
	return check_done();
}
