/*
 * sandbox/rules: which system calls a process may make, and which files it may
 * use.  Private to sandbox.
 *
 * A call is allowed if it is in the list, or if one of its rules holds.  What
 * makes a thread is the same for all: clone with CLONE_THREAD.  clone3, which
 * hides its flags in memory, does not exist, and glibc then uses clone.  A
 * process may signal only itself.
 */
#ifndef SANDBOX_RULES_H
#define SANDBOX_RULES_H

#include <stddef.h>
#include <stdint.h>

#include <seccomp.h>

#include "sandbox/sandbox.h"

/* Allowed if (argument & mask) == value. */
struct sandbox_rule {
	int call;
	unsigned argument;
	scmp_datum_t mask, value;
};

#define SANDBOX_ALL_BITS (~(scmp_datum_t)0)

struct sandbox_rules {
	const int *allowed;
	size_t allowed_count;
	const struct sandbox_rule *conditional;
	size_t conditional_count;
	int otherwise; /* errno of any other call */
};

extern const struct sandbox_rules sandbox_decoder, sandbox_server;

/* Enter Landlock, if the kernel has it, and say so in ${sandbox}: with ${files}
 * NULL no file can be opened; otherwise it is as for a server.  Return 0, or -1
 * with ${err}. */
int sandbox_landlock(const struct sandbox_files *files, struct sandbox *sandbox,
    struct err *err);

#endif
