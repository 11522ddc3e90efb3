/*
 * What the preloaded libraries that make calls fail share: which code is the program's
 * own, and a log with a byte for each failure.  A library is one source file, so all of
 * it is here.  _GNU_SOURCE must be defined.
 */
#ifndef FAULT_PROGRAM_H
#define FAULT_PROGRAM_H

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where no program looks for a descriptor of its own. */
#define PROGRAM_LOG_FD 200

static const char *program_text, *program_text_end;
static int program_log_fd = -1;

/* The first object is the program. */
static int
program_find(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || (p->p_flags & PF_X) == 0)
			continue;
		program_text = (const char *)(info->dlpi_addr + p->p_vaddr);
		program_text_end = program_text + p->p_memsz;
	}
	return 1;
}

/* Find the program, and open ${log}, a path or NULL.  Call it at the start: in a sandbox
 * nothing can be opened. */
static void
program_begin(const char *log)
{
	long fd;

	dl_iterate_phdr(program_find, NULL);
	if (log == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, log,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	program_log_fd =
	    (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, PROGRAM_LOG_FD);
	(void)syscall(SYS_close, fd);
}

/* Is ${caller}, a return address, in the program's own code? */
static bool
program_calls(const void *caller)
{
	const char *p = caller;

	return p >= program_text && p < program_text_end;
}

static void
program_note(void)
{
	if (program_log_fd >= 0)
		(void)syscall(SYS_write, program_log_fd, "x", 1);
}

#endif
