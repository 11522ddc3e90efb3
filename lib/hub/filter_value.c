/* Numbers and dates with a prefix. */
#include <stdlib.h>

#include "hub/date.h"
#include "hub/filter_private.h"

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

/* Return half of the last digit of the number ${text}: "72" means 71.5 to
 * 72.5, and "7.2e1" the same (R4, Search, 3.1.1.5.4). */
static double
half_digit(struct span text)
{
	double half = 0.5;
	bool after_point = false;
	int64_t exponent = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.') {
			after_point = true;
		} else if (text.p[i] == 'e' || text.p[i] == 'E') {
			struct span rest = {text.p + i + 1, text.n - i - 1};

			if (rest.n > 0 && rest.p[0] == '+')
				rest = (struct span){rest.p + 1, rest.n - 1};
			/* Finite numbers have no larger ones. */
			if (json_integer(rest, -400, 400, &exponent) != 0)
				exponent = 0;
			break;
		} else if (after_point) {
			half /= 10;
		}
	}
	for (; exponent > 0; exponent--)
		half *= 10;
	for (; exponent < 0; exponent++)
		half /= 10;
	return half;
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
	v->half = half_digit(text);
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
