#include <stdio.h>
#include <string.h>

#include "http/http.h"
#include "instant/instant.h"

/* The longest value that is looked at: the long day names of RFC 850. */
#define VALUE_MAX 40

static int
month_of(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++) {
		if (memcmp(names + 3 * m, name, 3) == 0)
			return m + 1;
	}
	return 0;
}

struct date {
	int day, year, hour, minute, second;
	char month[4];
};

/* Did the conversion of ${text} reach its end, with all of ${want} found? */
static bool
complete(const char *text, int found, int want, int used)
{
	return found == want && used > 0 && text[used] == '\0';
}

/* The three forms of RFC 9110, 5.6.7. */
static bool
read_date(const char *s, struct date *d)
{
	int used = 0, n;

	n = sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
	    &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second,
	    &used);
	if (complete(s, n, 6, used))
		return true;
	used = 0;
	n = sscanf(s, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
	    &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second,
	    &used);
	if (complete(s, n, 6, used)) {
		d->year += d->year < 70 ? 2000 : 1900;
		return true;
	}
	used = 0;
	n = sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", d->month,
	    &d->day, &d->hour, &d->minute, &d->second, &d->year, &used);
	return complete(s, n, 6, used);
}

static int64_t
until_date(const char *s, int64_t now)
{
	struct date d = {0};
	char text[40];
	int64_t at;
	int n;

	if (!read_date(s, &d) || strlen(d.month) != 3 ||
	    month_of(d.month) == 0 || d.year < 0 || d.year > 9999 ||
	    d.day < 0 || d.hour < 0 || d.minute < 0 || d.second < 0)
		return -1;
	n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year, month_of(d.month), d.day, d.hour, d.minute, d.second);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    instant_parse(span_of(text), &at) != 0)
		return -1;
	return at > now ? at - now : 0;
}

int64_t
http_retry_after(struct span value, int64_t now)
{
	char text[VALUE_MAX + 1];
	int64_t wait = 0;
	size_t i;

	if (value.n == 0)
		return -1;
	for (i = 0; i < value.n && value.p[i] >= '0' && value.p[i] <= '9';
	     i++) {
		if (wait < HTTP_RETRY_AFTER_MAX)
			wait = wait * 10 + (value.p[i] - '0') * 1000;
	}
	if (i == 0) {
		if (value.n > VALUE_MAX)
			return -1;
		memcpy(text, value.p, value.n);
		text[value.n] = '\0';
		if (strlen(text) != value.n)
			return -1;
		wait = until_date(text, now);
	} else if (i < value.n) {
		return -1;
	}
	return wait < HTTP_RETRY_AFTER_MAX ? wait : HTTP_RETRY_AFTER_MAX;
}
