#include "diag/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef err_set
#undef err_sys

int
err_set(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	char reason[128] = "";
	va_list ap;
	size_t n;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (strerror_r(errnum, reason, sizeof(reason)) != 0)
		snprintf(reason, sizeof(reason), "error %d", errnum);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", reason);
	return -1;
}

bool
err_is_memory(const struct err *e)
{
	static const char words[] = "out of memory";
	size_t n = strlen(e->text);

	return n >= sizeof(words) - 1 &&
	    strcmp(e->text + n - (sizeof(words) - 1), words) == 0;
}
