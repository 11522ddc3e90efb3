#include "compat/kernel.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* LANDLOCK_CREATE_RULESET_VERSION: older headers do not have it. */
#define VERSION_FLAG 1

/* SECCOMP_MODE_FILTER of linux/seccomp.h. */
#define MODE_FILTER 2

int
compat_kernel_landlock(void)
{
#ifdef SYS_landlock_create_ruleset
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_FLAG);

	return version > 0 ? (int)version : 0;
#else
	return 0;
#endif
}

int
compat_kernel_seccomp(void)
{
	/* A filter at address 0 is not read before the mode is accepted. */
	return prctl(PR_SET_SECCOMP, MODE_FILTER, NULL, 0, 0) == -1 &&
	    errno == EFAULT;
}

int
compat_kernel_clock(void)
{
	struct timex t = {.modes = 0};

	if (adjtimex(&t) < 0)
		return -1;
	return (t.status & STA_UNSYNC) == 0;
}
