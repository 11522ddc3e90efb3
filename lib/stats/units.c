/* Durations and shares as people write them. */
#include "stats/stats.h"
#include "json/json.h"

#define DAY_MS INT64_C(86400000)

static const struct {
	const char *name;
	int64_t ms;
} unit[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS},
    {"", 1000}};

/* The number at the start of ${text}, digits with at most one point.  Return its
 * length, or 0. */
static size_t
read_number(const char *text, double *value)
{
	size_t n = strspn(text, "0123456789.");

	if (n == 0 || text[0] == '.' || text[n - 1] == '.')
		return 0;
	return json_number((struct span){text, n}, value) == 0 ? n : 0;
}

int
stats_read_duration(const char *text, int64_t *ms)
{
	double value;
	size_t n = read_number(text, &value);

	for (size_t i = 0; n > 0 && i < sizeof(unit) / sizeof(unit[0]); i++) {
		if (strcmp(text + n, unit[i].name) != 0)
			continue;
		value = value * (double)unit[i].ms + 0.5;
		if (value < 1 || value > (double)(366 * DAY_MS) + 0.5)
			return -1;
		*ms = (int64_t)value;
		return 0;
	}
	return -1;
}

int
stats_read_share(const char *text, int64_t *parts)
{
	double value;
	size_t n = read_number(text, &value);
	const char *point = strchr(text, '.');

	if (n == 0 || strcmp(text + n, "%") != 0 || value <= 0 || value > 100 ||
	    (point != NULL && text + n - point > 5))
		return -1;
	*parts = (int64_t)(value * STATS_PARTS / 100 + 0.5);
	return 0;
}
