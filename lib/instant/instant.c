#include "instant/instant.h"

#include <string.h>
#include <time.h>

#include "json/json.h"

#define MS_PER_DAY 86400000LL
#define MINUTES_PER_DAY 1440

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
instant_now(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
instant_monotonic(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and
 * back: the usual count in 400-year eras that start on the 1st of March. */
static int64_t
days_of(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
date_of(int64_t days, int *y, int *m, int *d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* Write ${n} digits of ${v} and the byte ${after}; return what follows. */
static char *
put_digits(char *p, int64_t v, int n, char after)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	p[n] = after;
	return p + n + 1;
}

void
instant_format(int64_t ms, char text[INSTANT_TEXT_MAX])
{
	int64_t days, rest;
	char *p = text;
	int y, m, d;

	if (ms < INSTANT_MIN)
		ms = INSTANT_MIN;
	if (ms > INSTANT_MAX)
		ms = INSTANT_MAX;
	days = ms / MS_PER_DAY;
	rest = ms % MS_PER_DAY;
	if (rest < 0) {
		rest += MS_PER_DAY;
		days--;
	}
	date_of(days, &y, &m, &d);
	p = put_digits(p, y, 4, '-');
	p = put_digits(p, m, 2, '-');
	p = put_digits(p, d, 2, 'T');
	p = put_digits(p, rest / 3600000, 2, ':');
	p = put_digits(p, rest / 60000 % 60, 2, ':');
	p = put_digits(p, rest / 1000 % 60, 2, '.');
	p = put_digits(p, rest % 1000, 3, 'Z');
	*p = '\0';
}

void
instant_put(struct json_writer *w, const char *key, int64_t ms)
{
	char text[INSTANT_TEXT_MAX];

	json_key(w, key);
	if (ms == 0) {
		json_put_null(w);
		return;
	}
	instant_format(ms, text);
	json_put_text(w, text);
}

/* Read exactly ${n} digits at *${p}, then the byte ${after} unless it is 0;
 * a letter in either case. */
static bool
digits(const char **p, const char *end, int n, char after, int *value)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (*p >= end || **p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*value = v;
	if (after == '\0')
		return true;
	if (*p == end || (**p != after && (after != 'T' || **p != 't')))
		return false;
	(*p)++;
	return true;
}

static int
month_days(int y, int m)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

/* ".123" or nothing: milliseconds, further digits cut. */
static bool
fraction(const char **p, const char *end, int *ms)
{
	int scale = 100, n = 0;

	*ms = 0;
	if (*p >= end || **p != '.')
		return true;
	for ((*p)++; *p < end && **p >= '0' && **p <= '9'; (*p)++, n++) {
		*ms += (**p - '0') * scale;
		scale /= 10;
	}
	return n > 0;
}

static bool
offset(const char **p, const char *end, int *minutes)
{
	int h, m, sign;

	*minutes = 0;
	if (*p >= end)
		return false;
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	sign = *(*p)++ == '+' ? 1 : -1;
	if (!digits(p, end, 2, ':', &h) || !digits(p, end, 2, '\0', &m) ||
	    h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

int
instant_parse(struct span s, int64_t *ms)
{
	const char *p = s.p, *end = s.p + s.n;
	int y, mo, d, h, mi, sec, frac, off;
	int64_t minute, t;

	if (!digits(&p, end, 4, '-', &y) || !digits(&p, end, 2, '-', &mo) ||
	    !digits(&p, end, 2, 'T', &d) || !digits(&p, end, 2, ':', &h) ||
	    !digits(&p, end, 2, ':', &mi) || !digits(&p, end, 2, '\0', &sec) ||
	    !fraction(&p, end, &frac) || !offset(&p, end, &off) || p != end)
		return -1;
	if (mo < 1 || mo > 12 || d < 1 || d > month_days(y, mo) || h > 23 ||
	    mi > 59 || sec > 60)
		return -1;
	minute = days_of(y, mo, d) * MINUTES_PER_DAY + h * 60 + mi - off;
	/* Leap seconds end a day of UTC. */
	if (sec == 60 && (minute + 1) % MINUTES_PER_DAY != 0)
		return -1;
	t = minute * 60000 + sec * 1000LL + frac;
	if (t < INSTANT_MIN || t > INSTANT_MAX)
		return -1;
	*ms = t;
	return 0;
}

/* The digits of the second's fraction, without trailing zeros. */
static struct span
fraction_digits(struct span s)
{
	const char *dot = memchr(s.p, '.', s.n);
	struct span f = {s.p, 0};

	if (dot == NULL)
		return f;
	f.p = dot + 1;
	while (f.p + f.n < s.p + s.n && f.p[f.n] >= '0' && f.p[f.n] <= '9')
		f.n++;
	while (f.n > 0 && f.p[f.n - 1] == '0')
		f.n--;
	return f;
}

bool
instant_same(struct span a, struct span b)
{
	struct span x = fraction_digits(a), y = fraction_digits(b);
	int64_t s, t;

	return instant_parse(a, &s) == 0 && instant_parse(b, &t) == 0 &&
	    s == t && x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}
