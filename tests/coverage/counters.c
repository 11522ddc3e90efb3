/*
 * Linked into every program of `make coverage`: a program also writes its counters
 * when it ends by _exit, as the processes of vitals-extract do, or by raise.  What
 * a preloaded tests/fault/fault.c makes fail does not fail while it does so.  The
 * counters of a program that is killed are lost.
 */
#include <dlfcn.h>
#include <gcov.h>
#include <signal.h>
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

void
_exit(int status)
{
	end_faults();
	__gcov_dump();
	for (;;)
		(void)syscall(SYS_exit_group, status);
}

int
raise(int signal)
{
	end_faults();
	__gcov_dump();
	__gcov_reset();
	return (int)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}
