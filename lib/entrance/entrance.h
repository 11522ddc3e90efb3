/*
 * entrance: what the command vitals knows of the other tools: their names and
 * jobs, where they are, and their manual pages.
 */
#ifndef ENTRANCE_ENTRANCE_H
#define ENTRANCE_ENTRANCE_H

#include <stdbool.h>
#include <stddef.h>

#define ENTRANCE_PATH_MAX 4096

struct entrance_tool {
	const char *name;    /* without "vitals-" */
	const char *job;     /* NULL: that of the tool before */
	const char *summary; /* what it does, in a few words */
};

/* Row ${i} of the table of tools, in the order of their jobs; NULL after the
 * last. */
const struct entrance_tool *entrance_tool_at(size_t i);

/* Is ${name}, without "vitals-", a tool? */
bool entrance_is_tool(const char *name);

/* Find the program "vitals-${name}": beside this program, in ../libexec/vitals
 * from there, or in the PATH.  Return 0 with its path in ${path}; or -1. */
int entrance_find(const char *name, char path[ENTRANCE_PATH_MAX]);

/* Find the manual page ${name} of section ${section}: that of the installation
 * or of the source that this program belongs to.  Return 0 with its path in
 * ${path}; or -1. */
int entrance_page(const char *name, int section, char path[ENTRANCE_PATH_MAX]);

/* Is the program ${name} in the PATH?  Its path goes to ${path}. */
bool entrance_in_path(const char *name, char path[ENTRANCE_PATH_MAX]);

/* Put the directory of this program first in the PATH, for scripts that run the
 * tools by their names.  Return 0, or -1 if memory ran out. */
int entrance_put_first(void);

#endif
