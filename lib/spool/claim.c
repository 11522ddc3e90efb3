#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/claim.h"
#include "compat/real.h"
#include "spool/internal.h"

/* "FILE.lock" */
static int
lock_name(const char *path, char name[PATH_MAX], struct err *err)
{
	int n = snprintf(name, PATH_MAX, "%s.lock", path);

	if (n < 0 || n >= PATH_MAX)
		return err_set(err, "the name is too long");
	return 0;
}

/* The write-ahead log is beside the file, under the file's name.  Whoever opens
 * the file by another hard link after a crash does not find the log, and its
 * content is lost; whoever opens the old name later applies a stale log.  The
 * name under which the spool is used has the lock file beside it. */
static int
check_links(const char *path, const struct stat *st, struct err *err)
{
	char name[PATH_MAX];

	if (st->st_nlink < 2)
		return 0;
	if (lock_name(path, name, err) != 0)
		return -1;
	if (access(name, F_OK) == 0)
		return 0;
	return err_set(err,
	    "is a hard link to a spool that belongs to another name: use that, "
	    "or a symbolic link");
}

/* Lock FILE.lock and write our process ID to it, for the message of another
 * process that finds it locked. */
static int
lock_beside(struct spool *s, struct err *err)
{
	char name[PATH_MAX], pid[24];
	int n;

	if (lock_name(s->path, name, err) != 0)
		return -1;
	s->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return err_sys(err, errno, "cannot be locked");
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		ssize_t got = errno == EWOULDBLOCK
		    ? compat_pread(s->lock, pid, sizeof(pid) - 1, 0)
		    : 0;

		pid[got > 0 ? got : 0] = '\0';
		return err_set(err, "is in use by another process%s%s",
		    got > 0 ? ", " : "", pid);
	}
	n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (ftruncate(s->lock, 0) != 0 ||
	    compat_pwrite(s->lock, pid, (size_t)n, 0) < 0)
		return 0; /* the process ID is only for the message */
	return 0;
}

static int
find(struct spool *s, const char *path, struct err *err)
{
	s->path = compat_real_path(path);
	if (s->path != NULL)
		return 0;
	return errno == ENOMEM ? err_set(err, "out of memory")
			       : err_sys(err, errno, "cannot be opened");
}

int
spool_claim(
    struct spool *s, const char *path, enum spool_mode mode, struct err *err)
{
	struct stat st;

	if (mode == SPOOL_READ) {
		if (find(s, path, err) != 0)
			return -1;
		return stat(s->path, &st) == 0 ? check_links(s->path, &st, err)
					       : 0;
	}
	s->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->file < 0)
		return err_sys(err, errno, "cannot be opened");
	if (find(s, path, err) != 0)
		return -1;
	if (fstat(s->file, &st) != 0)
		return err_sys(err, errno, "cannot be opened");
	if (check_links(s->path, &st, err) != 0 || lock_beside(s, err) != 0)
		return -1;
	/* Lock the file itself, too: FILE.lock covers only one name, and
	 * SQLite's own locks come and go. */
	if (compat_claim(s->file) == 0)
		return 0;
	if (errno == EAGAIN)
		return err_set(err, "is in use by another process");
	return err_sys(err, errno, "cannot be locked");
}
