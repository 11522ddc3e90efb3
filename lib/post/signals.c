#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"

void
post_stop(struct post_run *r)
{
	if (r->stop < 0)
		r->stop = instant_monotonic() + POST_GRACE * 1000;
	deliver_stop(r->d);
}

/* Does something write to stdin that also got a SIGINT from the terminal? */
static bool
reads_pipe(const struct post_run *r)
{
	struct stat st;

	return r->more && !r->closed && !r->waits &&
	    fstat(STDIN_FILENO, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static void
take(struct post_run *r, uint32_t signal)
{
	if (signal == SIGINT && r->stop < 0 && !r->ending && reads_pipe(r)) {
		diag_note("signal SIGINT: ends with the input; again: at once");
		r->ending = true;
		deliver_unfollow(r->d);
		return;
	}
	diag_note("signal %s: ends with what is under way",
	    signal == SIGINT       ? "SIGINT"
		: signal == SIGHUP ? "SIGHUP"
				   : "SIGTERM");
	post_stop(r);
}

void
post_take_signal(struct post_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) > 0)
		take(r, info.ssi_signo);
}
