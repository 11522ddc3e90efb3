#include <stdarg.h>
#include <stdio.h>

#include "deliver/internal.h"

void
deliver_note(struct deliver *d, enum deliver_note what,
    const struct deliver_endpoint *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->out->report(d->out->context, what, e->shown, text);
}
