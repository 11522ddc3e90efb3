/*
 * A disk that hangs: preloaded, fsync and fdatasync do not return while the file
 * exists that VITALS_HANG names.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
hang(void)
{
	const struct timespec pause = {0, 2000000};
	const char *file = getenv("VITALS_HANG");

	while (file != NULL && access(file, F_OK) == 0)
		nanosleep(&pause, NULL);
}

int
fsync(int fd)
{
	hang();
	return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
	hang();
	return (int)syscall(SYS_fdatasync, fd);
}
