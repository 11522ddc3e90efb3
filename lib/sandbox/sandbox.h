/*
 * sandbox: what a process gives up before it touches untrusted bytes.
 *
 * After sandbox_enter the process has no network, starts no program, opens no
 * file and makes none: system calls outside of a short list (reading and
 * writing descriptors that are open, memory, time, threads, waiting) fail with
 * EPERM (seccomp), and where the kernel has it Landlock shuts the file system
 * as well.  Open all inputs and outputs first.  Children inherit it, none can
 * undo it.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "diag/err.h"

struct sandbox {
	bool seccomp;  /* the system call filter holds */
	bool landlock; /* the file system is shut as well */
	/* What is not there and why, in words for -v; "": all is. */
	struct err lacks;
};

/*
 * Enter.  Return 0 and say in ${sandbox} what holds, both false where the
 * kernel has neither; or -1 and set ${err} where the kernel has it and it
 * failed: then nothing untrusted should be read.
 */
int sandbox_enter(struct sandbox *sandbox, struct err *err);

#endif
