#include "plot/save.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/replace.h"
#include "compat/write.h"

/* To what is not a regular file. */
static int
write_to(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -1;
	if (compat_write(fd, text.p, text.n) < text.n)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

int
plot_save(const char *path, struct span text, struct err *err)
{
	struct stat st;
	int rc;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		rc = write_to(path, text);
	else
		rc = compat_replace(path, text.p, text.n, 0666, false);
	return rc == 0 ? 0 : err_sys(err, errno, "cannot be written");
}
