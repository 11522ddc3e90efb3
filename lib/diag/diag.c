#include "diag/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buf/plain.h"

#define DIAG_LINE_MAX 2048

/* Go to the first column and clear the line. */
#define TAKE_BACK "\r\033[K"

static const char *program = "vitals";
static enum diag_level level = DIAG_NORMAL;
static bool progress; /* a line of progress is on the terminal */
static bool nowait;
static uint64_t dropped; /* messages dropped since the last one written */

void
diag_program(const char *name)
{
	program = name;
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

/* Can a message be written without blocking, or is blocking allowed? */
static bool
may_write(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	return !nowait || poll(&p, 1, 0) > 0;
}

static void
write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(STDERR_FILENO, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN && !nowait) {
			struct pollfd more = {STDERR_FILENO, POLLOUT, 0};

			poll(&more, 1, -1);
			continue;
		}
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

static void
report_dropped(void)
{
	char text[128];
	int n = snprintf(text, sizeof(text),
	    "%s: %" PRIu64 " %s dropped because nobody read them\n", program,
	    dropped, dropped == 1 ? "message was" : "messages were");

	dropped = 0;
	if (n > 0)
		write_all(text, strlen(text));
}

void
diag_nowait(bool on)
{
	nowait = on;
	if (!nowait && dropped > 0)
		report_dropped();
}

static void emit(int errnum, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
emit(int errnum, const char *fmt, va_list ap)
{
	char whole[sizeof(TAKE_BACK) + DIAG_LINE_MAX], reason[128];
	char *line = whole + sizeof(TAKE_BACK) - 1;
	size_t n, room = DIAG_LINE_MAX - 1; /* for the newline */
	int len;

	if (!may_write()) {
		dropped++;
		return;
	}
	if (dropped > 0) {
		report_dropped();
		/* That may have used up the room. */
		if (!may_write()) {
			dropped++;
			return;
		}
	}
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
	/* Foreign text may contain escape sequences for the terminal. */
	plain_make(line);
	n = strlen(line);
	line[n++] = '\n';
	if (!progress) {
		write_all(line, n);
		return;
	}
	/* One write, so that nothing comes in between. */
	memcpy(whole, TAKE_BACK, sizeof(TAKE_BACK) - 1);
	write_all(whole, sizeof(TAKE_BACK) - 1 + n);
	progress = false;
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
	const char *term = getenv("TERM");

	return level >= DIAG_NORMAL && isatty(STDERR_FILENO) == 1 &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

/* Cut ${text} to ${columns}, taking each character for one column. */
static void
cut(char *text, size_t columns)
{
	unsigned char *p = (unsigned char *)text;

	for (; *p != '\0' && columns > 0; columns--) {
		do
			p++;
		while ((*p & 0xc0) == 0x80);
	}
	*p = '\0';
}

void
diag_progress(const char *fmt, ...)
{
	char text[DIAG_LINE_MAX] = TAKE_BACK;
	char *line = text + sizeof(TAKE_BACK) - 1;
	struct winsize size;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, DIAG_LINE_MAX - sizeof(TAKE_BACK) + 1, fmt, ap);
	va_end(ap);
	/* Foreign text may contain escape sequences for the terminal. */
	plain_make(line);
	/* A line that wraps could not be removed.  Some terminals wrap at the
	 * last column already: leave it free. */
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		cut(line, size.ws_col - 1U);
	write_all(text, strlen(text));
	progress = true;
}

void
diag_progress_end(void)
{
	if (progress)
		write_all(TAKE_BACK, sizeof(TAKE_BACK) - 1);
	progress = false;
}
