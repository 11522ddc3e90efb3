#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"

int
cli_watch_signals(void)
{
	sigset_t set;
	int fd = -1;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		diag_errno(errno, "signals");
	return fd;
}

int
cli_watch_output(struct ndjson_writer *out, int *fd)
{
	struct epoll_event ev = {.events = EPOLLOUT};

	ndjson_writer_nowait(out, true);
	diag_nowait(true);
	*fd = epoll_create1(EPOLL_CLOEXEC);
	if (*fd < 0) {
		diag_errno(errno, "<stdout>");
		return -1;
	}
	/* A regular file can always be written, and cannot be watched. */
	if (epoll_ctl(*fd, EPOLL_CTL_ADD, STDOUT_FILENO, &ev) != 0) {
		close(*fd);
		*fd = -1;
	}
	return 0;
}
