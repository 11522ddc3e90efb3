#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/write.h"
#include "doctor/private.h"
#include "entrance/entrance.h"

/* The largest spool that vitals-post makes by default, in MiB, and enough for a
 * day of events. */
#define SPACE_ENOUGH 1024
#define SPACE_LEAST 64

static void
check_space(struct doctor *d)
{
	struct statvfs s;
	uintmax_t mib;

	if (statvfs(d->directory, &s) != 0)
		return;
	mib = (uintmax_t)s.f_bavail * (uintmax_t)s.f_frsize >> 20;
	if (mib >= SPACE_ENOUGH)
		doctor_say(d, "disk.space", DOCTOR_OK, NULL,
		    "%" PRIuMAX " MiB free", mib);
	else
		doctor_say(d, "disk.space",
		    mib < SPACE_LEAST ? DOCTOR_FAILED : DOCTOR_WARNING,
		    "free some, or keep spools and stores elsewhere",
		    "%" PRIuMAX " MiB free", mib);
}

/* Write a file named ${path} and sync it.  Return 0, or -1 with errno. */
static int
try_file(const char *path, int *mode)
{
	static const char text[] = "vitals doctor\n";
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;
	int failure = 0;

	if (fd < 0)
		return -1;
	errno = 0; /* a short write sets none */
	if (compat_write(fd, text, sizeof(text) - 1) != sizeof(text) - 1 ||
	    compat_fsync(fd) != 0 || fstat(fd, &st) != 0)
		failure = errno != 0 ? errno : EIO;
	else
		*mode = (int)(st.st_mode & 0777);
	close(fd);
	unlink(path);
	errno = failure;
	return failure == 0 ? 0 : -1;
}

static void
check_writing(struct doctor *d, const char *path)
{
	int mode = 0;

	if (try_file(path, &mode) != 0)
		doctor_say(d, "disk.sync", DOCTOR_FAILED,
		    "run the tools in a directory that their user can write",
		    "cannot write and sync a file in %s: %s", d->directory,
		    strerror(errno));
	else if (mode != 0600)
		doctor_say(d, "disk.permissions", DOCTOR_WARNING,
		    "keep keys on a file system with permissions: a key that "
		    "others can read is refused",
		    "files made with mode 0600 have %04o here", (unsigned)mode);
	else
		doctor_say(d, "disk.sync", DOCTOR_OK, NULL,
		    "files can be written, synced and kept private");
}

/* Does the SQLite of vitals-post work in this directory, with its WAL? */
static void
check_spool(struct doctor *d, const char *path)
{
	static const char *const end[] = {"", "-wal", "-shm", ".lock"};
	char post[ENTRANCE_PATH_MAX], file[ENTRANCE_PATH_MAX + 16];
	const char *argv[] = {post, "-q", "--spool", path, "--drain",
	    "http://127.0.0.1:1/", NULL};
	struct buf out;
	int status;

	if (entrance_find("post", post) != 0)
		return;
	buf_init(&out);
	status = spawn_run(argv, NULL, 60, &out);
	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		snprintf(file, sizeof(file), "%s%s", path, end[i]);
		unlink(file);
	}
	if (status == 0)
		doctor_say(d, "disk.sqlite", DOCTOR_OK, NULL,
		    "a spool can be made and opened");
	else
		doctor_say_failed(d, "disk.sqlite",
		    "keep spools on a local file system, not on NFS or a "
		    "share",
		    "vitals-post", status, &out);
	buf_release(&out);
}

void
doctor_disk(struct doctor *d)
{
	char path[ENTRANCE_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/.vitals-doctor.%ld",
	    d->directory, (long)getpid());

	if (n < 0 || (size_t)n >= sizeof(path)) {
		doctor_say(d, "disk", DOCTOR_FAILED, "use a shorter path",
		    "the path of the directory is too long");
		return;
	}
	check_space(d);
	check_writing(d, path);
	check_spool(d, path);
}
