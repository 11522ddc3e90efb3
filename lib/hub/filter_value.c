/* Numbers and dates with a prefix. */
#include <math.h>
#include <stdlib.h>

#include "hub/date.h"
#include "hub/filter_private.h"

/* The largest power of ten that is a double, and the double from which on there
 * are no halves: 2^52. */
#define EXACT_POWER 22
#define EXACT_HALVES 4503599627370496.0

/* Remove the prefix of ${text} and return it. */
static enum hub_prefix
take_prefix(struct span *text)
{
	static const char name[][3] = {
	    [HUB_EQ] = "eq",
	    [HUB_NE] = "ne",
	    [HUB_GT] = "gt",
	    [HUB_LT] = "lt",
	    [HUB_GE] = "ge",
	    [HUB_LE] = "le",
	    [HUB_SA] = "sa",
	    [HUB_EB] = "eb",
	    [HUB_AP] = "ap",
	};

	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (text->n > 2 && memcmp(text->p, name[i], 2) == 0) {
			text->p += 2;
			text->n -= 2;
			return (enum hub_prefix)i;
		}
	}
	return HUB_EQ;
}

/* Return the decimals of the number ${text}: 1 for "7.2", 0 for "72" and
 * "7.2e1", -1 for "7e1". */
static int64_t
decimals_of(struct span text)
{
	const char *point = memchr(text.p, '.', text.n);
	int64_t exponent = 0, decimals = 0;
	size_t e = 0;

	while (e < text.n && text.p[e] != 'e' && text.p[e] != 'E')
		e++;
	if (point != NULL)
		decimals = text.p + e - point - 1;
	if (e < text.n) {
		struct span rest = {text.p + e + 1, text.n - e - 1};

		if (rest.n > 0 && rest.p[0] == '+')
			rest = (struct span){rest.p + 1, rest.n - 1};
		/* Finite numbers have no larger ones. */
		if (json_integer(rest, -400, 400, &exponent) != 0)
			exponent = 0;
	}
	return decimals - exponent;
}

/* Set the range of ${v}, whose number is written as ${text}: "72" means 71.5 to
 * less than 72.5, and "7.2e1" the same (R4, Search, 3.1.1.5.4).  The bounds are
 * quotients of exact numbers: a value that is written like a bound is equal to
 * it. */
static void
set_range(struct hub_value *v, struct span text)
{
	int64_t decimals = decimals_of(text);
	double power = 1, digits;

	v->low = v->high = v->number;
	if (decimals > EXACT_POWER)
		return;
	for (int64_t i = 0; i < decimals || i < -decimals; i++)
		power *= 10;
	if (decimals < 0) {
		v->low = v->number - 0.5 * power;
		v->high = v->number + 0.5 * power;
		return;
	}
	digits = rint(v->number * power);
	/* Beyond that, a half is lost, and the range is the number. */
	if (fabs(digits) >= EXACT_HALVES)
		return;
	v->low = (digits - 0.5) / power;
	v->high = (digits + 0.5) / power;
}

/* Is ${text} a number of JSON?  A sign '+' and a missing digit are refused. */
static bool
is_number(struct span text)
{
	struct json_scan scan;
	bool good;

	json_scan_init(&scan);
	json_scan_start(&scan, text);
	good = json_scan_next(&scan) == JSON_NUMBER && scan.span.n == text.n &&
	    json_scan_next(&scan) == JSON_END;
	json_scan_release(&scan);
	return good;
}

int
hub_value_quantity(struct hub_value *v, struct span text, struct err *err)
{
	v->prefix = take_prefix(&text);
	if (!is_number(text) || json_number(text, &v->number) != 0)
		return err_set(err, "'%.*s' is not a number",
		    (int)(text.n > 40 ? 40 : text.n), text.p);
	set_range(v, text);
	return 0;
}

int
hub_value_date(struct hub_value *v, struct span text, struct err *err)
{
	v->prefix = take_prefix(&text);
	if (v->prefix == HUB_AP)
		return err_set(err, "ap is not supported for dates");
	if (hub_date_read(text, &v->start, &v->end) != 0)
		return err_set(err, "'%.*s' is not a date or time",
		    (int)(text.n > 40 ? 40 : text.n), text.p);
	return 0;
}
