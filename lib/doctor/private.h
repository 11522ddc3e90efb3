/* Private to lib/doctor. */
#ifndef DOCTOR_PRIVATE_H
#define DOCTOR_PRIVATE_H

#include "buf/buf.h"
#include "doctor/doctor.h"

struct doctor {
	const char *directory;
	doctor_fn *report;
	void *context;
	enum doctor_verdict worst;
};

/* ---- say.c ---- */

/* Pass on the result of the check ${name}: what was ${found}, and how to
 * ${fix} it, which is NULL if it is good. */
void doctor_say(struct doctor *d, const char *name, enum doctor_verdict v,
    const char *fix, const char *found, ...)
    __attribute__((format(printf, 5, 6)));

/* ---- spawn.c ---- */

/* Run ${argv}, whose first is a path, with the environment and ${extra} (NULL, or
 * one more NAME=VALUE), and add what it prints to both outputs to ${out}, at
 * most 64 KiB.  When it has ended, or after ${seconds}, kill what is left of it and
 * of its children; a signal that ends this process does so too.  Return its
 * status; 128 and the signal, that of SIGKILL if the time was over; or -1 if it
 * could not be run. */
int spawn_run(
    const char *const argv[], const char *extra, int seconds, struct buf *out);

/* Report that ${tool}, which was run for the check ${name}, failed with ${status}:
 * with the first line that it printed, if it did. */
void doctor_say_failed(struct doctor *d, const char *name, const char *fix,
    const char *tool, int status, struct buf *out);

/* ---- The checks ---- */

void doctor_programs(struct doctor *d);     /* programs.c */
void doctor_kernel(struct doctor *d);       /* machine.c */
void doctor_clock(struct doctor *d);        /* machine.c */
void doctor_limits(struct doctor *d);       /* machine.c */
void doctor_disk(struct doctor *d);         /* disk.c */
void doctor_surroundings(struct doctor *d); /* surroundings.c */

#endif
