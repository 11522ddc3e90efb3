/*
 * sandbox: what a process gives up before it touches untrusted bytes.
 *
 * There are two, both made of the kernel's system call filter (seccomp) and of
 * Landlock, and both last until the process ends.  If VITALS_SANDBOX is "off" in
 * the environment, neither is entered: for valgrind, and for a name service that
 * the second one breaks.  Enter before threads start: Landlock holds for the
 * calling thread, and for those that it starts from then on.
 *
 * For a decoder: after sandbox_enter the process has no network, starts no program, opens no
 * file and makes none: system calls outside of a short list (reading and
 * writing descriptors that are open, memory, time, threads, waiting) fail with
 * EPERM (seccomp), and where the kernel has it Landlock shuts the file system
 * as well.  Open all inputs and outputs first.  Children inherit it, none can
 * undo it.
 *
 * For a server: after sandbox_enter_server it still reads files, makes
 * connections and starts threads, but no program and no other process; it cannot
 * make memory executable, trace or signal others, mount, or make sockets other
 * than of IP and Unix.  Those calls fail with ENOSYS.  Where the kernel has
 * Landlock, files are opened for writing, made, renamed and removed only in the
 * folders that it names; files that are open stay as they are.  From Linux 6.7
 * it cannot listen on another TCP port either.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "diag/err.h"

struct sandbox {
	bool seccomp;  /* the system call filter holds */
	bool landlock; /* Landlock holds as well */
	/* What is not there and why, in words for -v; "": all is. */
	struct err lacks;
};

/* Files whose folders a server goes on writing to: those that it opens by name
 * again, as SQLite does beside a database, or replaces.  Both the folder of the
 * name and that of a link's target count.  With any of them, SQLite's folder
 * for temporary files can be written to as well. */
struct sandbox_files {
	const char *const *written; /* NULL elements are ignored */
	size_t count;
};

/*
 * Enter.  Return 0 and say in ${sandbox} what holds, both false if the
 * kernel has neither; or -1 and set ${err} if the kernel has it and it
 * failed: then nothing untrusted should be read.
 */
int sandbox_enter(struct sandbox *sandbox, struct err *err);
int sandbox_enter_server(const struct sandbox_files *files,
    struct sandbox *sandbox, struct err *err);

#endif
