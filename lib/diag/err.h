/*
 * err: the text of one failure.
 *
 * Library code never prints.  It returns a status and, on failure, describes
 * the failure here, in words that follow "where: ".  The command, which knows
 * the name of the file or the number of the line, prints it.
 */
#ifndef DIAG_ERR_H
#define DIAG_ERR_H

#include <stdbool.h>

#define ERR_TEXT_MAX 320

struct err {
	char text[ERR_TEXT_MAX]; /* always terminated; cut when too long */
};

/* Format into ${e}, which may be NULL.  Return -1, so that a function can
 * `return err_set(e, ...)`. */
int err_set(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Does ${e} report a lack of memory, which is not a fault of the data?  All
 * such texts end with "out of memory". */
bool err_is_memory(const struct err *e);

/* As err_set, then append ": " and the text of ${errnum}.  Return -1. */
int err_sys(struct err *e, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The analyzer does not know what err.c returns. */
#ifdef __clang_analyzer__
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_sys(...) (err_sys(__VA_ARGS__), -1)
#endif

#endif
