#include "synth/profile.h"

#include <string.h>

#include "json/json.h"

#define TIME_MAX 1e6

/* Read the number at *${p} up to one of ${stop} or the end. */
static int
number(const char **p, const char *stop, double min, double max, double *value)
{
	struct span text = {*p, strcspn(*p, stop)};

	if (text.n == 0 || strspn(text.p, "0123456789.") < text.n ||
	    json_number(text, value) != 0)
		return -1;
	*p += text.n;
	return *value >= min && *value <= max ? 0 : -1;
}

int
synth_profile_parse(const char *text, double min, double max,
    struct synth_profile *c, struct err *err)
{
	const char *p = text;
	double value, time;

	c->count = 0;
	for (;;) {
		if (c->count == SYNTH_PROFILE_MAX)
			return err_set(
			    err, "more than %d points", SYNTH_PROFILE_MAX);
		if (number(&p, "@,", min, max, &value) != 0)
			return err_set(err,
			    "'%s': needs a number from %g to "
			    "%g",
			    text, min, max);
		time = 0;
		if (*p == '@') {
			p++;
			if (number(&p, ",", 0, TIME_MAX, &time) != 0)
				return err_set(err,
				    "'%s': needs seconds "
				    "after '@'",
				    text);
		} else if (c->count > 0 || *p == ',') {
			return err_set(err,
			    "'%s': each of several values "
			    "needs '@SECONDS'",
			    text);
		}
		if (c->count > 0 && time <= c->point[c->count - 1].time)
			return err_set(
			    err, "'%s': the times must increase", text);
		c->point[c->count].value = value;
		c->point[c->count++].time = time;
		if (*p == '\0')
			return 0;
		p++;
	}
}

void
synth_profile_constant(struct synth_profile *c, double value)
{
	c->count = 1;
	c->point[0].time = 0;
	c->point[0].value = value;
}

double
synth_profile_at(const struct synth_profile *c, double time)
{
	double a, b, share;

	if (time <= c->point[0].time)
		return c->point[0].value;
	for (unsigned i = 1; i < c->count; i++) {
		if (time >= c->point[i].time)
			continue;
		a = c->point[i - 1].time;
		b = c->point[i].time;
		share = (time - a) / (b - a);
		return c->point[i - 1].value * (1 - share) +
		    c->point[i].value * share;
	}
	return c->point[c->count - 1].value;
}
