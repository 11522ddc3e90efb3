#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "compat/same.h"
#include "ndjson/ndjson.h"

int
ndjson_open_append(const char *path)
{
	struct stat st;
	int fd = -1;

	/* A FIFO that is opened for reading, too, has a reader: what nobody else
	 * reads would be lost without an error. */
	if (stat(path, &st) != 0 || !S_ISFIFO(st.st_mode)) {
		fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd >= 0 ||
		    (errno != EINVAL && errno != EACCES && errno != ENXIO))
			return fd;
	}
	/* A FIFO, a device, or a file that may be written but not read.
	 * O_NONBLOCK: do not wait for the reader of a FIFO. */
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && fcntl(fd, F_SETFL, O_APPEND) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
ndjson_check_input(
    int in, const char *name, int out, const char *option, struct err *err)
{
	if (!compat_same_file(in, out))
		return 0;
	if (option == NULL)
		return err_set(err, "%s: input is also the output", name);
	return err_set(err, "%s: input is also the file of %s", name, option);
}

bool
ndjson_lacks_newline(int fd)
{
	struct stat st;
	char last;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    compat_pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

int
ndjson_append(int fd, struct span line)
{
	struct ndjson_writer *w = ndjson_writer_new(fd);
	int rc;

	if (w == NULL) {
		errno = ENOMEM;
		return -1;
	}
	rc = ndjson_lacks_newline(fd) ? ndjson_put(w, SPAN_LIT("")) : 0;
	if (rc == 0 && ndjson_put(w, line) == 0)
		rc = ndjson_flush(w);
	else
		rc = -1;
	ndjson_writer_free(w);
	return rc;
}
