/*
 * said: what a function said on standard error, for the unit tests of modules
 * that report themselves.
 *
 *	said_listen();
 *	... call ...
 *	CHECK_TEXT(said(), "test: what: why\n", "and says so");
 *	said_end();
 *
 * Its file has no name, and is as long as one function talks.
 */
#ifndef SAID_H
#define SAID_H

#include <stdio.h>
#include <unistd.h>

#include "check.h"

static FILE *said_file;
static int said_stderr = -1;

static inline void
said_listen(void)
{
	said_file = tmpfile();
	said_stderr = dup(STDERR_FILENO);
	if (said_file == NULL || said_stderr < 0 ||
	    dup2(fileno(said_file), STDERR_FILENO) < 0) {
		printf("Bail out! nowhere to listen\n");
		exit(1);
	}
}

/* All that was said since the last call. */
static inline const char *
said(void)
{
	static char text[4096];
	ssize_t n = pread(STDERR_FILENO, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	if (ftruncate(STDERR_FILENO, 0) != 0 ||
	    lseek(STDERR_FILENO, 0, SEEK_SET) != 0)
		return "cannot listen any more";
	return text;
}

static inline void
said_end(void)
{
	(void)dup2(said_stderr, STDERR_FILENO);
	close(said_stderr);
	fclose(said_file);
}

#endif
