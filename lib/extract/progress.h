/*
 * extract_progress: one line on a terminal that says how far a file is and
 * how long it will take.
 */
#ifndef EXTRACT_PROGRESS_H
#define EXTRACT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct extract_progress {
	const char *name;
	int64_t start, last; /* ms, monotonic */
	bool shown;
};

void extract_progress_init(struct extract_progress *p, const char *name);

/* ${context} is a struct extract_progress; ${share} of the file is read, 0 to
 * 1, negative where nobody knows.  Shows something at most four times a
 * second, and nothing in the first. */
void extract_progress_show(void *context, double share);

/* As above, of a batch of which ${done} of ${all} files are done. */
void extract_progress_files(
    struct extract_progress *p, size_t done, size_t all);

/* Make room on the terminal for a message, where another process shows a
 * line. */
void extract_progress_give_way(void);

/* Wipe the line. */
void extract_progress_clear(struct extract_progress *p);

#endif
