/* Opening files to append lines. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

#include "check.h"
#include "folder.h"

/* Seconds after which a blocked open is killed. */
#define BLOCKED 60

/* Open "fifo" in a process that may not read it: root may read everything.
 * Return the exit status: 0 when it was opened, otherwise errno. */
static int
open_unprivileged(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(BLOCKED);
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(errno);
		_exit(ndjson_open_append("fifo") >= 0 ? 0 : errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* A FIFO that may be read, too.  Opened for both it would be its own reader: what
 * is written would be lost without an error. */
static void
own_fifo(void)
{
	int reader, fd;
	char got[8];

	CHECK(mkfifo("own", 0600) == 0 && ndjson_open_append("own") < 0 &&
		errno == ENXIO,
	    "nor of one that may be read, too");
	reader = open("own", O_RDONLY | O_NONBLOCK);
	fd = ndjson_open_append("own");
	CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0 &&
		ndjson_append(fd, SPAN_LIT("a")) == 0,
	    "a line for its reader");
	CHECK(read(reader, got, sizeof(got)) == 2 && memcmp(got, "a\n", 2) == 0,
	    "who gets it");
	close(reader);
	CHECK(ndjson_append(fd, SPAN_LIT("b")) != 0 && errno == EPIPE,
	    "a reader that is gone is noticed");
	close(fd);
}

int
main(void)
{
	int reader, fd;

	signal(SIGPIPE, SIG_IGN);

	folder_enter("ndjson_append");
	CHECK(chmod(".", 0711) == 0 && mkfifo("fifo", 0600) == 0 &&
		chmod("fifo", 0222) == 0,
	    "a FIFO that can only be written");
	CHECK(open_unprivileged() == ENXIO,
	    "opening it does not wait for a reader");
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	if (reader < 0) /* not root: make it readable temporarily */
		reader = chmod("fifo", 0600) == 0
		    ? open("fifo", O_RDONLY | O_NONBLOCK)
		    : -1;
	CHECK(chmod("fifo", 0222) == 0 && open_unprivileged() == 0,
	    "with a reader it can be opened");
	close(reader);
	own_fifo();
	fd = ndjson_open_append("file");
	CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0,
	    "a file is opened for blocking writes");
	CHECK(ndjson_append(fd, SPAN_LIT("a")) == 0 &&
		ndjson_append(fd, SPAN_LIT("b")) == 0,
	    "and lines can be appended");
	close(fd);
	folder_leave();
	return check_done();
}
