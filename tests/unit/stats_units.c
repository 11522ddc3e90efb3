/* Durations and shares, as people write them. */
#include "check.h"
#include "stats/stats.h"

int
main(void)
{
	static const struct {
		const char *text;
		int64_t ms; /* 0: refused */
	} duration[] = {{"30s", 30000}, {"30", 30000}, {"500ms", 500},
	    {"1ms", 1}, {"0.5s", 500}, {"1.5h", 5400000}, {"15m", 900000},
	    {"7d", 604800000}, {"366d", 31622400000}, {"0.001", 1}, {"367d", 0},
	    {"0", 0}, {"0.4ms", 0}, {"", 0}, {"s", 0}, {"-1s", 0}, {"+1s", 0},
	    {"1 s", 0}, {"1S", 0}, {"1w", 0}, {"1.s", 0}, {"1..5s", 0},
	    {".5s", 0}, {"1e3", 0}, {"1sx", 0}, {"nan", 0},
	    {"99999999999999999999h", 0}};
	static const struct {
		const char *text;
		int64_t parts;
	} share[] = {{"99.9%", 999000}, {"100%", 1000000}, {"50%", 500000},
	    {"99.9999%", 999999}, {"0.0001%", 1}, {"99.99999%", 0},
	    {"100.1%", 0}, {"0%", 0}, {"0.999", 0}, {"99.9", 0}, {"%", 0},
	    {"-1%", 0}, {"99.9 %", 0}, {"99.9%%", 0}, {"", 0}};

	for (size_t i = 0; i < sizeof(duration) / sizeof(duration[0]); i++) {
		int64_t ms = 0;
		int rc = stats_read_duration(duration[i].text, &ms);

		CHECK(rc == (duration[i].ms == 0 ? -1 : 0) &&
			ms == duration[i].ms,
		    duration[i].text);
	}
	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		int64_t parts = 0;
		int rc = stats_read_share(share[i].text, &parts);

		CHECK(rc == (share[i].parts == 0 ? -1 : 0) &&
			parts == share[i].parts,
		    share[i].text);
	}
	return check_done();
}
