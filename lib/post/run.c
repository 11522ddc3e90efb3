#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "diag/diag.h"
#include "diag/plural.h"
#include "instant/instant.h"
#include "post/internal.h"
#include "sandbox/sandbox.h"

/* The most lines taken in one turn; with a spool, whose lines share one wait
 * for the disk. */
#define LINES_A_TURN 256
#define LINES_A_COMMIT 4096

/* Bytes of rejects that their reader has not taken; at this size no lines are
 * taken. */
#define REJECTS_MAX ((size_t)256 << 10)

/* What the reader reads at once. */
#define READ_SIZE ((size_t)64 << 10)

static void
fail(struct post_run *r, int status)
{
	r->status = cli_worst(r->status, status);
}

static void
bad_line(struct post_run *r, const struct ndjson_line *line, const char *why)
{
	diag_error("<stdin>:%" PRIu64 ": %s%s", line->number, why,
	    line->newline ? "" : " (the last line has no newline: cut off?)");
	post_reject(r, line->text);
	fail(r, CLI_DATA);
	r->bad++;
	if (r->o->strict)
		post_read_no_more(r);
}

static void
one_line(struct post_run *r, const struct ndjson_line *line)
{
	struct err err = {""};

	if (ascii_trim(line->text).n == 0)
		return;
	if (memchr(line->text.p, '\0', line->text.n) != NULL) {
		bad_line(r, line, "bad line: contains a NUL byte");
		return;
	}
	switch (deliver_take(r->d, line->text, &err)) {
	case DELIVER_TAKEN:
		break;
	case DELIVER_BAD_LINE:
		bad_line(r, line, err.text);
		break;
	case DELIVER_FAILED:
		diag_error("<stdin>:%" PRIu64 ": %s", line->number, err.text);
		post_reject(r, line->text);
		fail(r, CLI_SYSTEM);
		post_read_no_more(r);
		break;
	}
}

static void
next_line(struct post_run *r)
{
	struct ndjson_line line;

	switch (ndjson_next(r->in, &line)) {
	case NDJSON_END:
		r->more = post_read_on(r);
		break;
	case NDJSON_LINE:
		one_line(r, &line);
		break;
	case NDJSON_TOO_LONG:
		bad_line(r, &line, "bad line: longer than 1 MiB");
		break;
	case NDJSON_FAILED:
	case NDJSON_FLUSH_FAILED:
		diag_errno(errno, "<stdin>: read failed");
		fail(r, CLI_SYSTEM);
		post_read_no_more(r);
		break;
	}
}

static bool
wants_lines(const struct post_run *r)
{
	return r->more && post_unwritten_rejects(r) < REJECTS_MAX &&
	    deliver_wants_lines(r->d);
}

static bool
readable_now(void)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* Read once.  Return false if that fails. */
static bool
fill(struct post_run *r)
{
	r->waits = false;
	if (ndjson_fill(r->in) != NDJSON_FAILED)
		return true;
	diag_errno(errno, "<stdin>: read failed");
	fail(r, CLI_SYSTEM);
	post_read_no_more(r);
	return false;
}

/* Take the lines that are there without blocking. */
static void
take_lines(struct post_run *r, bool readable)
{
	int most = r->spool != NULL ? LINES_A_COMMIT : LINES_A_TURN;

	for (int i = 0; i < most && wants_lines(r); i++) {
		if (!ndjson_ready(r->in)) {
			if (!readable &&
			    !(r->spool != NULL && i > 0 && readable_now()))
				return;
			readable = false;
			if (!fill(r) || !ndjson_ready(r->in))
				return;
		}
		next_line(r);
	}
}

/* A file can be read again. */
static bool
reads_file(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

/* Return how many bytes wait in a pipe.  Their writer takes them for delivered,
 * so they must not be lost silently. */
static size_t
left_in_pipe(void)
{
	int n = 0;

	if (reads_file() || ioctl(STDIN_FILENO, FIONREAD, &n) != 0 || n < 0)
		return 0;
	return (size_t)n;
}

/* Report a line of which the signal left only a part. */
static void
report_torn_line(struct post_run *r)
{
	struct ndjson_line line;
	uint64_t bytes;

	if (reads_file() || !ndjson_torn(r->in, &line, &bytes))
		return;
	diag_error("<stdin>:%" PRIu64
		   ": bad line: the signal came after %" PRIu64 " byte%s of it",
	    line.number, bytes, diag_plural(bytes));
	post_reject(r, line.text);
	r->bad++;
	fail(r, CLI_DATA);
}

/* Reject or abandon, on record, what was read or is in the pipe and can no
 * longer be sent. */
static void
give_up(struct post_run *r, const char *reason)
{
	size_t fills =
	    r->more && r->stop >= 0 ? left_in_pipe() / READ_SIZE + 1 : 0;
	struct err err;

	for (;;) {
		while (r->more && ndjson_ready(r->in))
			next_line(r);
		if (!r->more || fills-- == 0 || !readable_now())
			break;
		fill(r);
	}
	if (r->more && r->stop >= 0)
		report_torn_line(r);
	if (deliver_abandon(r->d, reason, &err) != 0 && !r->fatal) {
		diag_error("%s", err.text);
		fail(r, CLI_SYSTEM);
		r->fatal = true;
	}
}

/* One turn of the loop.  Return false at the end. */
static bool
turn(struct post_run *r)
{
	bool at_hand = wants_lines(r) && ndjson_ready(r->in);
	int fd[5] = {r->signals, wants_lines(r) && !at_hand ? STDIN_FILENO : -1,
	    post_output_wanted(r)};
	bool readable[5] = {false};
	int64_t wait = at_hand              ? 0
	    : post_unwritten_rejects(r) > 0 ? POST_FIFO_EVERY
	    : r->progress                   ? 500
					    : -1;
	struct err err;

	post_queue_fds(r, fd + 3);
	if (r->stop >= 0)
		post_queue_leave(r);
	post_queue_take(r);

	if (!r->more)
		post_close_input(r);
	if (r->fatal)
		return false;
	if (r->stop >= 0) {
		int64_t left = r->stop - instant_monotonic();

		if (left <= 0 || deliver_idle(r->d))
			return false;
		wait = left;
	} else if (!r->more && deliver_idle(r->d)) {
		return false;
	}
	wait = post_queue_wait(r, wait);
	if (deliver_turn(r->d, fd, readable, 5, wait, &err) != 0) {
		diag_error("%s", err.text);
		fail(r, CLI_SYSTEM);
		deliver_stop(r->d);
		r->fatal = true;
		return false;
	}
	post_flush_rejects(r);
	if (deliver_closed(r->d))
		r->more = false;
	if (readable[0])
		post_take_signal(r);
	else
		take_lines(r, readable[1]);
	post_progress(r);
	return true;
}

static void
conclude(struct post_run *r)
{
	struct deliver_counts c;
	struct err err;

	if (deliver_write_metrics(r->d, &err) != 0) {
		diag_error("%s", err.text);
		fail(r, CLI_SYSTEM);
	}
	deliver_count(r->d, &c);
	if (c.dead + c.expired + c.known_lost + c.stranded > 0 ||
	    (c.pending > 0 && r->stop < 0))
		fail(r, CLI_REMOTE);
	post_summary(r);
}

/* All files are open: give up what delivering does not need. */
static int
confine(const struct post_options *o)
{
	const char *const written[] = {
	    o->spool, o->metrics, o->dead_letter, o->audit, o->rejects};
	const struct sandbox_files files = {
	    written, sizeof(written) / sizeof(written[0])};
	struct sandbox sandbox;
	struct err err;

	if (sandbox_enter_server(&files, &sandbox, &err) != 0) {
		diag_error("%s", err.text);
		return -1;
	}
	if (sandbox.lacks.text[0] != '\0')
		diag_verbose("sandbox: %s", sandbox.lacks.text);
	return 0;
}

int
post_run(const struct post_options *o, struct ndjson_writer **out)
{
	struct post_run r = {.o = o, .stop = -1};

	/* --drain, replays and --retry-dead only work on the spool. */
	r.more = o->queue == NULL && !o->drain && o->replay == NULL &&
	    o->replay_id.count == 0 && !o->retry_dead;

	/* Receipts on the same terminal are progress enough. */
	r.progress = diag_progress_wanted() && isatty(STDOUT_FILENO) != 1;
	if (post_setup(&r, *out) != 0 || confine(o) != 0) {
		r.status = CLI_SYSTEM;
	} else {
		while (turn(&r))
			;
		post_queue_leave(&r);
		give_up(&r, "interrupted");
		post_queue_finish(&r);
		post_drain_output(&r);
		conclude(&r);
	}
	post_release(&r);
	if (r.output_failed) {
		ndjson_writer_free(*out);
		*out = NULL;
	}
	return r.status;
}
