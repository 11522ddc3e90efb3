#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag/diag.h"
#include "post/internal.h"

void
post_read_no_more(struct post_run *r)
{
	r->more = false;
	deliver_unfollow(r->d);
}

void
post_close_input(struct post_run *r)
{
	int fd;

	if (r->closed)
		return;
	r->closed = true;
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	close(fd);
}

static bool
is_fifo(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Nothing written from now on would be read: a service must not continue. */
static bool
end_service(struct post_run *r)
{
	diag_errno(errno, "<stdin>: cannot be opened for its next writer");
	r->status = cli_worst(r->status, CLI_SYSTEM);
	post_stop(r);
	return false;
}

bool
post_read_on(struct post_run *r)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	int fd;

	if (!r->o->follow || r->stop >= 0 || r->ending ||
	    deliver_closed(r->d) || !is_fifo())
		return false;
	/* A descriptor whose writers have left reports the end permanently; a
	 * new one waits for the next writer. */
	fd = open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return end_service(r);
	/* A writer that came and left before that would go unnoticed on the new
	 * one; the old one still reports it. */
	if (poll(&p, 1, 0) <= 0 || (p.revents & POLLIN) == 0) {
		if (fcntl(fd, F_SETFL, O_RDONLY) != 0 ||
		    dup2(fd, STDIN_FILENO) < 0) {
			close(fd);
			return end_service(r);
		}
		r->waits = true;
	}
	close(fd);
	ndjson_resume(r->in);
	return true;
}
