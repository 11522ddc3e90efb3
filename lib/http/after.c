#include <stdio.h>
#include <string.h>

#include "http/http.h"
#include "instant/instant.h"

/* The longest value that is looked at: the long day names of RFC 850. */
#define VALUE_MAX 40

struct date {
	int day, month, year, hour, minute, second;
};

/* The number of the month named by three letters, or 0. */
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

/* The number of ${n} digits at ${s}, or -1. */
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

/* Read the field of a date that ${kind} tells at ${s}.  Return how many
 * characters it takes, or 0 where it is not there. */
static size_t
read_field(const char *s, char kind, struct date *d)
{
	int pad = kind == 'd' && *s == ' ';
	int n = kind == 'Y' ? 4 : 2;
	int value = kind == 'M' ? month_of(s) : digits(s + pad, n - pad);

	switch (kind) {
	case 'N': /* the day's name, which nobody needs */
		return letters(s);
	case 'z':
		return strncmp(s, "GMT", 3) == 0 ? 3 : 0;
	case 'M':
		d->month = value;
		return value > 0 ? 3 : 0;
	case 'D':
	case 'd':
		d->day = value;
		break;
	case 'Y':
		d->year = value;
		break;
	case 'y':
		d->year = value + (value < 70 ? 2000 : 1900);
		break;
	case 'h':
		d->hour = value;
		break;
	case 'm':
		d->minute = value;
		break;
	case 's':
		d->second = value;
		break;
	default:
		return *s == kind;
	}
	return value < 0 ? 0 : (size_t)n;
}

/* Is ${s} a date of the form ${form}: letters for read_field, and what stands
 * between them as it is? */
static bool
read_form(const char *s, const char *form, struct date *d)
{
	for (; *form != '\0'; form++) {
		size_t n = read_field(s, *form, d);

		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

/* The three forms of RFC 9110, 5.6.7. */
static bool
read_date(const char *s, struct date *d)
{
	static const char *const forms[] = {
	    "N, D M Y h:m:s z", "N, D-M-y h:m:s z", "N M d h:m:s Y"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (read_form(s, forms[i], d))
			return true;
	}
	return false;
}

static int64_t
until_date(const char *s, int64_t now)
{
	struct date d = {0};
	char text[80]; /* the compiler does not know how small they are */
	int64_t at;
	int n;

	if (!read_date(s, &d))
		return -1;
	n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    d.year, d.month, d.day, d.hour, d.minute, d.second);
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
