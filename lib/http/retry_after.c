#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/http.h"
#include "instant/instant.h"

/* The longest date: with the long day names of RFC 850. */
#define VALUE_MAX 40

struct date {
	int day, month, year, hour, minute, second;
	int zone; /* minutes ahead of GMT */
};

/* Return the number of the month named by three letters, or 0. */
static int
month_of(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++) {
		if (strncmp(names + (size_t)m * 3, name, 3) == 0)
			return m + 1;
	}
	return 0;
}

/* Return the number in the ${n} digits at ${s}, or -1. */
static int
digits(const char *s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

static size_t
letters(const char *s)
{
	size_t n = 0;

	while ((s[n] >= 'A' && s[n] <= 'Z') || (s[n] >= 'a' && s[n] <= 'z'))
		n++;
	return n;
}

/* Read a zone at ${s}: GMT or a synonym, an offset as in RFC 5322 or RFC 3339,
 * or nothing, since all dates of HTTP are GMT.  Return how many characters it
 * has, or -1. */
static int
read_zone(const char *s, int *minutes)
{
	static const char *const gmt[] = {"GMT", "UTC", "UT", "Z"};
	int hour, minute, colon;

	if (*s == '\0')
		return 0;
	if (*s == ' ')
		s++;
	for (size_t i = 0; i < sizeof(gmt) / sizeof(gmt[0]); i++) {
		if (strcasecmp(s, gmt[i]) == 0)
			return 1 + (int)strlen(gmt[i]);
	}
	if (*s != '+' && *s != '-')
		return -1;
	hour = digits(s + 1, 2);
	colon = hour >= 0 && s[3] == ':';
	minute = hour >= 0 ? digits(s + 3 + colon, 2) : -1;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return -1;
	*minutes = (hour * 60 + minute) * (*s == '-' ? -1 : 1);
	return 1 + 5 + colon;
}

/* Read the day of the month: one or two digits. */
static int
read_day(const char *s, int *day)
{
	int pad = *s == ' ';
	int n = s[pad] != '\0' && digits(s + pad + 1, 1) >= 0 ? 2 : 1;

	*day = digits(s + pad, n);
	return *day < 0 ? -1 : pad + n;
}

/* Read the field ${kind} of a date at ${s}.  Return how many characters it has,
 * or -1 if there is none. */
static int
read_field(const char *s, char kind, struct date *d)
{
	int value, *to = NULL;

	switch (kind) {
	case 'N': /* the name of the day is not needed */
		value = (int)letters(s);
		return value > 0 ? value : -1;
	case 'z':
		return read_zone(s, &d->zone);
	case 'M':
		d->month = month_of(s);
		return d->month > 0 ? 3 : -1;
	case 'D':
		return read_day(s, &d->day);
	case 'Y':
		d->year = digits(s, 4);
		return d->year < 0 ? -1 : 4;
	case 'y':
		value = digits(s, 2);
		d->year = value + (value < 70 ? 2000 : 1900);
		return value < 0 ? -1 : 2;
	case 'h':
		to = &d->hour;
		break;
	case 'm':
		to = &d->minute;
		break;
	case 's':
		to = &d->second;
		break;
	default:
		return *s == kind ? 1 : -1;
	}
	*to = digits(s, 2);
	return *to < 0 ? -1 : 2;
}

/* Is ${s} a date of the form ${form}: letters for read_field, and literal
 * characters? */
static bool
read_form(const char *s, const char *form, struct date *d)
{
	for (; *form != '\0'; form++) {
		int n = read_field(s, *form, d);

		if (n < 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

/* The three forms of RFC 9110, 5.6.7, and variants in use: without the name of
 * the day, or with hyphens and a year of four digits. */
static bool
read_date(const char *s, struct date *d)
{
	static const char *const forms[] = {"N, D M Y h:m:sz", "D M Y h:m:sz",
	    "N, D-M-y h:m:sz", "N, D-M-Y h:m:sz", "N M D h:m:s Y"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		*d = (struct date){0};
		if (read_form(s, forms[i], d))
			return true;
	}
	return false;
}

static int64_t
until_date(const char *s, int64_t now)
{
	struct date d = {0};
	char text[80]; /* the compiler cannot bound the fields */
	int64_t at;
	int n;

	/* HTTP has no RFC 3339 time, but its meaning is clear. */
	if (instant_parse(span_of(s), &at) == 0)
		return at > now ? at - now : 0;
	if (!read_date(s, &d))
		return -1;
	n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year, d.month, d.day, d.hour, d.minute, d.second);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    instant_parse(span_of(text), &at) != 0)
		return -1;
	at -= (int64_t)d.zone * 60000;
	return at > now ? at - now : 0;
}

/* Read what follows the whole seconds: nothing, or a fraction, which is rounded
 * up.  Return it in ms, or -1 if it is neither. */
static int64_t
fraction(struct span value)
{
	bool more = false;

	if (value.n > 0 && value.p[0] != '.')
		return -1;
	for (size_t i = 1; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return -1;
		more = more || value.p[i] != '0';
	}
	return more ? 1000 : 0;
}

int64_t
http_retry_after(struct span value, int64_t now)
{
	char text[VALUE_MAX + 1];
	int64_t wait = 0, rest;
	size_t i;

	if (value.n == 0)
		return -1;
	for (i = 0; i < value.n && value.p[i] >= '0' && value.p[i] <= '9';
	     i++) {
		if (wait < HTTP_RETRY_AFTER_MAX)
			wait = wait * 10 + (value.p[i] - '0') * 1000;
	}
	rest = fraction((struct span){value.p + i, value.n - i});
	if (i > 0 && rest >= 0) {
		wait += rest;
	} else {
		if (value.n > VALUE_MAX)
			return -1;
		memcpy(text, value.p, value.n);
		text[value.n] = '\0';
		if (strlen(text) != value.n)
			return -1;
		wait = until_date(text, now);
	}
	return wait < HTTP_RETRY_AFTER_MAX ? wait : HTTP_RETRY_AFTER_MAX;
}
