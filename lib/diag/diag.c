#include "diag/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DIAG_LINE_MAX 2048

static const char *program = "vitals";
static enum diag_level level = DIAG_NORMAL;

void
diag_program(const char *name)
{
	program = name;
}

const char *
diag_program_name(void)
{
	return program;
}

void
diag_set_level(enum diag_level l)
{
	level = l;
}

enum diag_level
diag_get_level(void)
{
	return level;
}

static void
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(STDERR_FILENO, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

/* How many bytes of the well-formed UTF-8 sequence at ${p}?  0 if none. */
static size_t
utf8_len(const unsigned char *p)
{
	size_t n = p[0] < 0x80            ? 1
	    : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
	    : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
	    : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
					  : 0;

	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return n;
}

/* Foreign text may hold escape sequences that a terminal obeys. */
static void
sanitise(char *s)
{
	unsigned char *p = (unsigned char *)s;

	while (*p != '\0') {
		size_t n = utf8_len(p);

		/* U+0080..U+009F are controls too. */
		if (n == 0 || *p < 0x20 || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0)) {
			*p++ = '?';
			continue;
		}
		p += n;
	}
}

static void emit(int errnum, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
emit(int errnum, const char *fmt, va_list ap)
{
	char line[DIAG_LINE_MAX], reason[128];
	size_t n, room = sizeof(line) - 1; /* for the newline */
	int len;

	len = snprintf(line, room, "%s: ", program);
	n = len < 0 ? 0 : (size_t)len;
	if (n < room) {
		vsnprintf(line + n, room - n, fmt, ap);
		n = strlen(line);
	}
	if (errnum != 0 && n < room) {
		if (strerror_r(errnum, reason, sizeof(reason)) != 0)
			snprintf(reason, sizeof(reason), "error %d", errnum);
		snprintf(line + n, room - n, ": %s", reason);
	}
	sanitise(line);
	n = strlen(line);
	line[n++] = '\n';
	write_all(line, n);
}

void
diag_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(0, fmt, ap);
	va_end(ap);
}

void
diag_errno(int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(errnum, fmt, ap);
	va_end(ap);
}

void
diag_note(const char *fmt, ...)
{
	va_list ap;

	if (level < DIAG_NORMAL)
		return;
	va_start(ap, fmt);
	emit(0, fmt, ap);
	va_end(ap);
}

void
diag_verbose(const char *fmt, ...)
{
	va_list ap;

	if (level < DIAG_VERBOSE)
		return;
	va_start(ap, fmt);
	emit(0, fmt, ap);
	va_end(ap);
}

void
diag_raw(const char *fmt, ...)
{
	char text[DIAG_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	write_all(text, strlen(text));
}

bool
diag_progress_wanted(void)
{
	return level >= DIAG_NORMAL && isatty(STDERR_FILENO) == 1;
}
