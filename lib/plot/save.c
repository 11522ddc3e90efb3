#include "plot/save.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/write.h"

static int
write_to(const char *name, int flags, struct span text, struct err *err)
{
	int fd = open(name, flags, 0666), error = 0;

	if (fd < 0)
		return err_sys(err, errno, "cannot create %s", name);
	if (compat_write(fd, text.p, text.n) < text.n)
		error = errno;
	/* Some file systems report a full disk only here. */
	if (close(fd) != 0 && error == 0)
		error = errno;
	return error == 0 ? 0 : err_sys(err, error, "write failed");
}

int
plot_save(const char *path, struct span text, struct err *err)
{
	struct buf temporary;
	const char *name;
	struct stat st;
	int rc = -1;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_to(path, O_WRONLY | O_CLOEXEC, text, err);
	buf_init(&temporary);
	buf_addf(&temporary, "%s.new", path);
	name = buf_string(&temporary);
	if (name == NULL)
		err_set(err, "out of memory");
	else
		rc = write_to(
		    name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, text, err);
	if (rc == 0 && rename(name, path) != 0)
		rc = err_sys(err, errno, "cannot name the file");
	if (rc != 0 && name != NULL)
		unlink(name);
	buf_release(&temporary);
	return rc;
}
