#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"

/* Lines taken between two turns of the deliveries. */
#define LINES_A_TURN 256

static void
fail(struct post_run *r, int status)
{
	r->status = cli_worst(r->status, status);
}

static bool
blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ' ' && s.p[i] != '\t')
			return false;
	}
	return true;
}

static void
reject(struct post_run *r, const struct ndjson_line *line)
{
	struct ndjson_writer *w;

	if (r->rejects < 0)
		return;
	w = ndjson_writer_new(r->rejects);
	if (w == NULL || ndjson_put(w, line->text) != 0 ||
	    ndjson_flush(w) != 0) {
		diag_errno(errno, "%s: write failed", r->o->rejects);
		fail(r, CLI_SYSTEM);
		r->more = false;
	}
	ndjson_writer_free(w);
}

static void
bad_line(struct post_run *r, const struct ndjson_line *line, const char *why)
{
	diag_error("<stdin>:%" PRIu64 ": %s%s", line->number, why,
	    line->newline ? "" : " (the last line has no newline: cut off?)");
	reject(r, line);
	fail(r, CLI_DATA);
	if (r->o->strict)
		r->more = false;
}

static void
one_line(struct post_run *r, const struct ndjson_line *line)
{
	struct err err = {""};

	if (blank(line->text))
		return;
	if (memchr(line->text.p, '\0', line->text.n) != NULL) {
		bad_line(r, line, "bad line: holds a NUL byte");
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
		reject(r, line);
		fail(r, CLI_SYSTEM);
		r->more = false;
		break;
	}
}

static void
next_line(struct post_run *r)
{
	struct ndjson_line line;

	switch (ndjson_next(r->in, &line)) {
	case NDJSON_END:
		r->more = false;
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
		r->more = false;
		break;
	}
}

static bool
hungry(const struct post_run *r)
{
	return r->more && deliver_hungry(r->d);
}

/* Take the lines that are at hand, reading at most once. */
static void
take_lines(struct post_run *r, bool readable)
{
	if (readable && ndjson_fill(r->in) == NDJSON_FAILED) {
		diag_errno(errno, "<stdin>: read failed");
		fail(r, CLI_SYSTEM);
		r->more = false;
	}
	for (int i = 0; i < LINES_A_TURN && hungry(r) && ndjson_ready(r->in);
	     i++)
		next_line(r);
}

static void
begin_stop(struct post_run *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) > 0)
		diag_note("signal %s: ends with what is under way",
		    info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
	if (r->stop < 0)
		r->stop = instant_monotonic() + POST_GRACE * 1000;
	deliver_stop(r->d);
}

/* What was read and cannot be sent any more must not vanish. */
static void
give_up(struct post_run *r, const char *reason)
{
	struct err err;

	while (r->more && ndjson_ready(r->in))
		next_line(r);
	if (deliver_abandon(r->d, reason, &err) != 0) {
		diag_error("%s", err.text);
		fail(r, CLI_SYSTEM);
	}
}

/* One turn of the loop.  Return false when all is done. */
static bool
turn(struct post_run *r)
{
	bool at_hand = hungry(r) && ndjson_ready(r->in);
	int fd[2] = {r->signals, hungry(r) && !at_hand ? STDIN_FILENO : -1};
	bool readable[2] = {false, false};
	int64_t wait = at_hand ? 0 : r->progress ? 500 : -1;
	struct err err;

	if (r->stop >= 0) {
		int64_t left = r->stop - instant_monotonic();

		if (left <= 0 || deliver_idle(r->d))
			return false;
		wait = left;
	} else if (!r->more && deliver_idle(r->d)) {
		return false;
	}
	if (deliver_turn(r->d, fd, readable, 2, wait, &err) != 0) {
		diag_error("%s", err.text);
		fail(r, CLI_SYSTEM);
		deliver_stop(r->d);
		return false;
	}
	if (deliver_output_failed(r->d))
		r->more = false;
	if (readable[0])
		begin_stop(r);
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
	if (c.dead + c.expired > 0)
		fail(r, CLI_REMOTE);
	post_summary(r);
}

int
post_run(const struct post_options *o, struct ndjson_writer *out)
{
	struct post_run r = {.o = o, .more = true, .stop = -1};

	r.progress = diag_progress_wanted();
	if (post_setup(&r, out) != 0) {
		r.status = CLI_SYSTEM;
	} else {
		while (turn(&r))
			;
		give_up(&r, "interrupted");
		conclude(&r);
	}
	post_release(&r);
	return r.status;
}
