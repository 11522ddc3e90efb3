/*
 * diag: the only code that writes to standard error.
 *
 * A message is one line, "program: where: what: reason", without level
 * words, time or colour, and leaves in one write(2), so that messages of
 * several processes on one terminal do not mix.  Control bytes, and bytes
 * that are not UTF-8, of foreign text are shown as '?'.
 */
#ifndef DIAG_DIAG_H
#define DIAG_DIAG_H

#include <stdbool.h>

enum diag_level {
	DIAG_QUIET = -1, /* -q: errors alone */
	DIAG_NORMAL = 0,
	DIAG_VERBOSE = 1 /* -v */
};

/* Set the name that starts every line; ${program} is not copied. */
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

/* Text without the "program: " before it and as it is, for usage lines.  No
 * newline is added. */
void diag_raw(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Drop messages from now on where standard error would have to be waited for,
 * and tell how many those were when it can be written again; or, with ${nowait}
 * false, wait again. */
void diag_nowait(bool nowait);

/* Is standard error a terminal that can take lines back, and -q not given?
 * Then progress may be shown. */
bool diag_progress_wanted(void);

/* Show one line of progress in place of the last one.  Messages, and the end,
 * take its place; what does not fit into the terminal's width is left away. */
void diag_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void diag_progress_end(void);

#endif
