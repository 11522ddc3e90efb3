#include <stdarg.h>
#include <stdio.h>

#include "doctor/private.h"

const char *
doctor_verdict_name(enum doctor_verdict v)
{
	static const char *const name[] = {
	    [DOCTOR_OK] = "ok",
	    [DOCTOR_MISSING] = "missing",
	    [DOCTOR_WARNING] = "warning",
	    [DOCTOR_FAILED] = "failed",
	};

	return name[v];
}

void
doctor_say(struct doctor *d, const char *name, enum doctor_verdict v,
    const char *fix, const char *found, ...)
{
	struct doctor_result r = {.verdict = v};
	va_list ap;

	snprintf(r.name, sizeof(r.name), "%s", name);
	va_start(ap, found);
	vsnprintf(r.found.text, sizeof(r.found.text), found, ap);
	va_end(ap);
	if (fix != NULL)
		snprintf(r.fix.text, sizeof(r.fix.text), "%s", fix);
	if (v > d->worst)
		d->worst = v;
	d->report(d->context, &r);
}

void
doctor_say_failed(struct doctor *d, const char *name, const char *fix,
    const char *tool, int status, struct buf *out)
{
	const char *text = buf_string(out);
	size_t n = text != NULL ? strcspn(text, "\n") : 0;

	if (n > 0)
		doctor_say(d, name, DOCTOR_FAILED, fix, "%.*s", (int)n, text);
	else if (status < 0)
		doctor_say(
		    d, name, DOCTOR_FAILED, fix, "%s could not be run", tool);
	else if (status > 128)
		doctor_say(d, name, DOCTOR_FAILED, fix,
		    "%s was ended by signal %d, or took too long", tool,
		    status - 128);
	else
		doctor_say(d, name, DOCTOR_FAILED, fix,
		    "%s ended with status %d", tool, status);
}
