/*
 * Linked into every program of `make coverage`: a program also writes its counters
 * when it ends by _exit, as the processes of vitals-extract do, by raise, or by
 * exec.  What a preloaded tests/fault/fault.c makes fail does not fail while it
 * does so.  The counters of a program that is killed are lost.
 */
#include <dlfcn.h>
#include <gcov.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
end_faults(void)
{
	void (*end)(void);

	*(void **)&end = dlsym(RTLD_DEFAULT, "fault_end");
	if (end != NULL)
		end();
}

/* Handlers that the program registers later run before this one. */
__attribute__((constructor)) static void
start(void)
{
	(void)atexit(end_faults);
}

/* Write the counters, and start again from 0. */
static void
store(void)
{
	end_faults();
	__gcov_dump();
	__gcov_reset();
}

void
_exit(int status)
{
	store();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}

int
raise(int signal)
{
	store();
	return (int)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

int
execv(const char *path, char *const argv[])
{
	store();
	return execve(path, argv, environ);
}

int
execl(const char *path, const char *arg, ...)
{
	char *argv[16] = {(char *)(uintptr_t)arg};
	va_list ap;

	va_start(ap, arg);
	for (size_t i = 1; i < 15; i++) {
		argv[i] = va_arg(ap, char *);
		if (argv[i] == NULL)
			break;
	}
	va_end(ap);
	return execv(path, argv);
}
