#include "hub/date.h"

#include <stdbool.h>
#include <stdio.h>

#include "instant/instant.h"

/* The longest text that is read: with nanoseconds and a zone. */
#define TEXT_MAX 40

/* The length of YYYY-MM-DDThh:mm. */
#define MINUTE 16

/* Read ${text} followed by ${rest}. */
static int
parse(struct span text, const char *rest, int64_t *ms)
{
	char all[TEXT_MAX + 32];
	int n = snprintf(all, sizeof(all), "%.*s%s", (int)text.n, text.p, rest);

	return instant_parse((struct span){all, (size_t)n}, ms);
}

/* Does the time ${text} end with a zone? */
static bool
has_zone(struct span text)
{
	for (size_t i = MINUTE; i < text.n; i++) {
		if (strchr("Zz+-", text.p[i]) != NULL)
			return true;
	}
	return false;
}

/* Read a time with the minute, or with the second if ${has_second}. */
static int
parse_time(struct span text, bool has_second, int64_t *ms)
{
	size_t n = has_second ? text.n : MINUTE;
	char rest[TEXT_MAX];

	snprintf(rest, sizeof(rest), "%s%.*s%s", has_second ? "" : ":00",
	    (int)(text.n - n), text.p + n, has_zone(text) ? "" : "Z");
	return parse((struct span){text.p, n}, rest, ms);
}

/* Return the number of ${n} digits at ${p}. */
static int
digits(const char *p, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = 10 * value + (p[i] - '0');
	return value;
}

/* Set the end of the year or month ${text}, which is valid: one before the
 * start of the next. */
static int
parse_end(struct span text, int64_t *end)
{
	int year = digits(text.p, 4);
	int month = text.n == 4 ? 12 : digits(text.p + 5, 2);
	char next[32];

	if (year == 9999 && month == 12) {
		*end = INSTANT_MAX;
		return 0;
	}
	snprintf(next, sizeof(next), "%04d-%02d-01T00:00:00Z",
	    month == 12 ? year + 1 : year, month % 12 + 1);
	if (instant_parse(span_of(next), end) != 0)
		return -1;
	--*end;
	return 0;
}

int
hub_date_read(struct span text, int64_t *start, int64_t *end)
{
	int64_t first, last;
	bool has_second;

	if (text.n < 4 || text.n >= TEXT_MAX)
		return -1;
	switch (text.n) {
	case 4: /* YYYY */
	case 7: /* YYYY-MM */
		if (parse(text,
			text.n == 4 ? "-01-01T00:00:00Z" : "-01T00:00:00Z",
			&first) != 0 ||
		    parse_end(text, &last) != 0)
			return -1;
		break;
	case 10: /* YYYY-MM-DD */
		if (parse(text, "T00:00:00Z", &first) != 0)
			return -1;
		last = first + INT64_C(86400000) - 1;
		break;
	default:
		if (text.n < MINUTE)
			return -1;
		has_second = text.n > MINUTE && text.p[MINUTE] == ':';
		if (parse_time(text, has_second, &first) != 0)
			return -1;
		last = first + (has_second ? 1000 : 60000) - 1;
		if (memchr(text.p, '.', text.n) != NULL)
			last = first;
	}
	*start = first;
	*end = last;
	return 0;
}
