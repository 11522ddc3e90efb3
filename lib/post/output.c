#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"

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

int
post_open_rejects(struct post_run *r)
{
	struct stat st;

	if (r->rejects < 0 || fstat(r->rejects, &st) != 0 ||
	    !S_ISFIFO(st.st_mode))
		return 0;
	r->rejected = ndjson_writer_new(r->rejects);
	if (r->rejected == NULL) {
		diag_errno(ENOMEM, "%s", r->o->rejects);
		return -1;
	}
	ndjson_writer_nowait(r->rejected, true);
	return 0;
}

static void
rejects_failed(struct post_run *r)
{
	diag_errno(errno, "%s: write failed", r->o->rejects);
	r->status = cli_worst(r->status, CLI_SYSTEM);
	post_read_no_more(r);
	ndjson_writer_free(r->rejected);
	r->rejected = NULL;
}

void
post_reject(struct post_run *r, struct span line)
{
	int rc;

	if (r->rejects < 0)
		return;
	if (r->rejected == NULL)
		rc = ndjson_append(r->rejects, line);
	else
		rc = ndjson_put(r->rejected, line);
	if (rc != 0)
		rejects_failed(r);
	else
		post_flush_rejects(r);
}

void
post_flush_rejects(struct post_run *r)
{
	if (r->rejected != NULL && ndjson_flush(r->rejected) != 0)
		rejects_failed(r);
}

size_t
post_unwritten_rejects(const struct post_run *r)
{
	return r->rejected != NULL ? ndjson_unwritten(r->rejected) : 0;
}

/* Bytes that wait for the reader of a FIFO. */
static size_t
unwritten(const struct post_run *r)
{
	return deliver_unwritten_letters(r->d) + deliver_unwritten_audit(r->d) +
	    post_unwritten_rejects(r);
}

/* Write what can be written without waiting.  Return whether anything is
 * left. */
static bool
flush_all(struct post_run *r)
{
	struct err err;

	if (!r->fatal && deliver_flush(r->d, &err) != 0) {
		diag_error("%s", err.text);
		r->status = cli_worst(r->status, CLI_SYSTEM);
		r->fatal = true;
	}
	/* Receipts are written even if nothing else can be: of a full disk, say,
	 * they say what became of each event.  A failure is reported at the
	 * end. */
	if (r->fatal)
		(void)ndjson_flush(r->out.receipts);
	post_flush_rejects(r);
	return ndjson_unwritten(r->out.receipts) > 0 ||
	    (!r->fatal && unwritten(r) > 0);
}

static void
report_lost(struct post_run *r, const char *name, size_t n, const char *what)
{
	if (n == 0)
		return;
	diag_error("%s: no reader: %zu bytes%s are lost", name, n, what);
	r->status = cli_worst(r->status, CLI_SYSTEM);
}

void
post_drain_output(struct post_run *r)
{
	struct ndjson_writer *out = r->out.receipts;
	int64_t since = instant_monotonic();
	int left;

	while (flush_all(r)) {
		int receipts = ndjson_unwritten(out) > 0 ? STDOUT_FILENO : -1;
		struct pollfd p[2] = {{.fd = receipts, .events = POLLOUT},
		    {.fd = r->signals, .events = POLLIN}};

		left = time_left(r, since);
		if (left == 0)
			break;
		if (unwritten(r) > 0 && (left < 0 || left > POST_FIFO_EVERY))
			left = POST_FIFO_EVERY;
		if (poll(p, 2, left) > 0 && p[1].revents != 0) {
			if (r->stop < 0)
				since = instant_monotonic();
			post_take_signal(r);
		}
	}
	/* A failed writer has none; that was reported, or will be. */
	report_lost(r, "<stdout>", ndjson_unwritten(out), " of receipts");
	report_lost(r, r->o->dead_letter, deliver_unwritten_letters(r->d), "");
	report_lost(r, r->o->rejects, post_unwritten_rejects(r), "");
	if (!r->fatal)
		report_lost(r, r->o->audit, deliver_unwritten_audit(r->d), "");
	if (ndjson_unwritten(out) > 0)
		return;
	ndjson_writer_nowait(out, false);
	if (r->stop < 0)
		diag_nowait(false);
}
