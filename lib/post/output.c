#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"

int
post_watch_output(struct post_run *r)
{
	struct epoll_event ev = {.events = EPOLLOUT};

	/* While a write of receipts or messages blocks, answers would be read
	 * late and requests time out. */
	ndjson_writer_nowait(r->out.receipts, true);
	diag_nowait(true);
	r->writable = epoll_create1(EPOLL_CLOEXEC);
	if (r->writable < 0) {
		diag_errno(errno, "<stdout>");
		return -1;
	}
	/* A regular file can always be written, and cannot be watched. */
	if (epoll_ctl(r->writable, EPOLL_CTL_ADD, STDOUT_FILENO, &ev) != 0) {
		close(r->writable);
		r->writable = -1;
	}
	return 0;
}

int
post_output_wanted(const struct post_run *r)
{
	return ndjson_unwritten(r->out.receipts) > 0 ? r->writable : -1;
}

/* How long to wait for the reader of receipts, ms; -1: no limit. */
static int
time_left(const struct post_run *r, int64_t since)
{
	int64_t left = since + POST_GRACE * 1000 - instant_monotonic();

	return r->stop < 0 ? -1 : left > 0 ? (int)left : 0;
}

void
post_drain_output(struct post_run *r)
{
	struct ndjson_writer *out = r->out.receipts;
	int64_t since = instant_monotonic();
	int left;

	while (ndjson_flush(out) == 0 && ndjson_unwritten(out) > 0) {
		struct pollfd p[2] = {{.fd = STDOUT_FILENO, .events = POLLOUT},
		    {.fd = r->signals, .events = POLLIN}};

		left = time_left(r, since);
		if (left == 0)
			break;
		if (poll(p, 2, left) > 0 && p[1].revents != 0) {
			if (r->stop < 0)
				since = instant_monotonic();
			post_take_signal(r);
		}
	}
	/* A failed writer has none; that was reported, or will be. */
	if (ndjson_unwritten(out) > 0) {
		diag_error("<stdout>: no reader: %zu bytes of receipts "
			   "are lost",
		    ndjson_unwritten(out));
		r->status = cli_worst(r->status, CLI_SYSTEM);
		return;
	}
	ndjson_writer_nowait(out, false);
	if (r->stop < 0)
		diag_nowait(false);
}
