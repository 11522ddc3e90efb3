#include <inttypes.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "compat/kernel.h"
#include "doctor/private.h"

/* A server with its default of 1000 clients needs more. */
#define FILES_ENOUGH 1024
#define FILES_LEAST 64

/* 2025-01-01: no clock that works is before. */
#define TIME_LEAST 1735689600

void
doctor_kernel(struct doctor *d)
{
	struct utsname name;
	int landlock = compat_kernel_landlock();

	if (uname(&name) == 0)
		doctor_say(d, "kernel", DOCTOR_OK, NULL, "%s %s, %s",
		    name.sysname, name.release, name.machine);
	if (compat_kernel_seccomp())
		doctor_say(d, "kernel.seccomp", DOCTOR_OK, NULL,
		    "the decoder of videos can be confined");
	else
		doctor_say(d, "kernel.seccomp", DOCTOR_WARNING,
		    "use a kernel with CONFIG_SECCOMP_FILTER, or allow the "
		    "calls prctl and seccomp in the container",
		    "no filters of system calls: a video that attacks the "
		    "decoder meets one barrier less");
	if (landlock > 0)
		doctor_say(d, "kernel.landlock", DOCTOR_OK, NULL,
		    "version %d: the decoder sees no files, "
		    "servers write only beside theirs",
		    landlock);
	else
		doctor_say(d, "kernel.landlock", DOCTOR_WARNING,
		    "use a kernel from 5.13 on with \"landlock\" in its "
		    "parameter lsm=, or allow its calls in the container",
		    "none: seccomp confines the decoder without it");
}

void
doctor_clock(struct doctor *d)
{
	int synchronised = compat_kernel_clock();
	time_t now = time(NULL);

	if (now < TIME_LEAST)
		doctor_say(d, "clock", DOCTOR_FAILED,
		    "set the clock: receivers refuse signatures that are more "
		    "than five minutes off",
		    "it is before 2025");
	else if (synchronised == 1)
		doctor_say(d, "clock", DOCTOR_OK, NULL, "synchronised");
	else
		doctor_say(d, "clock", DOCTOR_WARNING,
		    "apt-get install systemd-timesyncd, or chrony; in a "
		    "container this is for the host",
		    synchronised == 0
			? "not synchronised: receivers refuse signatures "
			  "that are more than five minutes off"
			: "the kernel does not say whether it is "
			  "synchronised");
}

void
doctor_limits(struct doctor *d)
{
	struct rlimit files, size;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		uintmax_t n = (uintmax_t)files.rlim_cur;

		if (n >= FILES_ENOUGH)
			doctor_say(d, "limits.files", DOCTOR_OK, NULL,
			    "%" PRIuMAX " open files", n);
		else
			doctor_say(d, "limits.files",
			    n < FILES_LEAST ? DOCTOR_FAILED : DOCTOR_WARNING,
			    "ulimit -n 4096, or LimitNOFILE= in the unit",
			    "%" PRIuMAX " open files: too few for a server "
			    "with many clients",
			    n);
	}
	if (getrlimit(RLIMIT_FSIZE, &size) == 0 &&
	    size.rlim_cur != RLIM_INFINITY)
		doctor_say(d, "limits.size", DOCTOR_WARNING,
		    "ulimit -f unlimited",
		    "files can have at most %" PRIuMAX " bytes",
		    (uintmax_t)size.rlim_cur);
}
