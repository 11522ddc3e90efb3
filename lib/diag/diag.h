/*
 * diag: the only code that writes to standard error.
 *
 * A message is one line, "program: where: what: reason", without level
 * words, time or colour, and is written with one write(2), so that messages of
 * several processes on one terminal do not mix.  Control bytes, and bytes that
 * are not UTF-8, are shown as '?'.
 */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include <stdbool.h>

#include "diag/plural.h"

enum diag_level {
	DIAG_QUIET = -1, /* -q: only errors */
	DIAG_NORMAL = 0,
	DIAG_VERBOSE = 1 /* -v */
};

/* Set the name at the start of every line; ${program} is not copied. */
void diag_program(const char *program);

void diag_set_level(enum diag_level level);
enum diag_level diag_get_level(void);

/* An error: always printed. */
void diag_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An error with the text of ${errnum} appended. */
void diag_errno(int errnum, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A notice: printed unless -q. */
void diag_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A detail: printed with -v. */
void diag_verbose(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Text as it is, without "program: " and newline, for usage lines. */
void diag_raw(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* From now on drop messages while standard error would block, and report their
 * number when it can be written again; or, with ${nowait} false, wait again. */
void diag_nowait(bool nowait);

/* May progress be shown: is standard error a terminal that can overwrite a
 * line, and -q not given? */
bool diag_progress_wanted(void);

/* Show one line of progress in place of the last one, cut to the width of the
 * terminal.  A message, or the end, removes it. */
void diag_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void diag_progress_end(void);

#endif
