#include "compat/orphan.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

void
compat_orphan_end(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		(void)raise(SIGTERM);
}
