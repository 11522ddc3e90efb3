#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag/diag.h"
#include "enqueue/internal.h"
#include "instant/instant.h"

/* What the reader reads at once. */
#define READ_SIZE ((size_t)64 << 10)

static bool
reads_pipe(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

bool
enqueue_reads_file(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

static void
take_signal(struct enqueue_run *r, uint32_t number)
{
	int left = 0;

	/* Who writes to the pipe got it, too. */
	if (number == SIGINT && r->stop < 0 && !r->ending && r->more &&
	    reads_pipe()) {
		diag_note("signal SIGINT: ends with the input; again: at once");
		r->ending = true;
		return;
	}
	diag_note("signal %s: ends with what is under way",
	    number == SIGINT       ? "SIGINT"
		: number == SIGHUP ? "SIGHUP"
				   : "SIGTERM");
	if (r->stop >= 0)
		return;
	r->stop = instant_monotonic() + (int64_t)ENQUEUE_GRACE * 1000;
	/* The writer of a pipe believes that what is in it was read.  A file
	 * can be read again. */
	if (!enqueue_reads_file() &&
	    ioctl(STDIN_FILENO, FIONREAD, &left) == 0 && left > 0)
		r->fills = (size_t)left / READ_SIZE + 1;
}

void
enqueue_take_signals(struct enqueue_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) > 0)
		take_signal(r, info.ssi_signo);
}
