#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "diag/diag.h"
#include "diag/plural.h"
#include "enqueue/internal.h"

/* The most lines taken in one turn. */
#define LINES_A_TURN 4096

/* Bytes of receipts that their reader has not taken; at this size no lines are
 * taken. */
#define UNWRITTEN_MAX ((size_t)1 << 20)

/* ---- Lines -------------------------------------------------------------- */

static void
bad_line(struct enqueue_run *r, const struct ndjson_line *line, bool whole,
    const char *why)
{
	enqueue_fail(r, CLI_DATA);
	if (filter_bad_line(&r->bad, line, whole, why) != 0) {
		r->fatal = true;
		enqueue_fail(r, CLI_SYSTEM);
	}
	if (r->o->strict)
		r->more = false;
}

static void
one_line(struct enqueue_run *r, const struct ndjson_line *line)
{
	const char *why = ndjson_refusal(line);
	struct err err;
	struct outgoing_event *e;
	struct queue_line to;

	if (ascii_trim(line->text).n == 0)
		return;
	if (why != NULL) {
		bad_line(r, line, true, why);
		return;
	}
	e = outgoing_event_read(&r->reader, line->text, 0, &err);
	if (e == NULL && errno == ENOMEM) {
		enqueue_is_fatal(r, CLI_SYSTEM, err.text);
		return;
	}
	if (e == NULL) {
		bad_line(r, line, true, err.text);
		return;
	}
	to = (struct queue_line){.number = line->number,
	    .id = e->id,
	    .session = e->session,
	    .line = line->text,
	    .again = e->replayed};
	enqueue_pass(r, &to);
	outgoing_event_unref(e);
}

static void
read_failed(struct enqueue_run *r)
{
	diag_errno(errno, "<stdin>: read failed");
	enqueue_fail(r, CLI_SYSTEM);
	r->more = false;
}

static void
next_line(struct enqueue_run *r)
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
		bad_line(r, &line, false, "longer than 1 MiB");
		break;
	case NDJSON_FAILED:
	case NDJSON_FLUSH_FAILED:
		read_failed(r);
		break;
	}
}

bool
enqueue_wants_lines(const struct enqueue_run *r)
{
	if (!r->more || r->fatal || ndjson_unwritten(r->out) >= UNWRITTEN_MAX)
		return false;
	if (r->bridge == NULL)
		return queue_producer_has_room(r->p);
	return queue_producer_stuck_since(r->p) >= 0 ||
	    (enqueue_bridge_count(r->bridge) == 0 &&
		queue_producer_has_room(r->p));
}

/* Read once; after a signal only what was in the pipe.  Return false if there
 * is nothing to take. */
static bool
fill(struct enqueue_run *r)
{
	if (r->stop >= 0 && r->fills-- == 0) {
		r->fills = 0;
		r->more = false;
		return false;
	}
	if (ndjson_fill(r->in) == NDJSON_FAILED) {
		read_failed(r);
		return false;
	}
	return ndjson_ready(r->in);
}

void
enqueue_take_lines(struct enqueue_run *r, bool readable)
{
	for (int i = 0; i < LINES_A_TURN && enqueue_wants_lines(r); i++) {
		if (!ndjson_ready(r->in)) {
			if (!readable || !fill(r))
				return;
			readable = false;
		}
		next_line(r);
	}
}

/* ---- What is left ------------------------------------------------------- */

static void
left(struct enqueue_run *r, struct span text, uint64_t *n)
{
	(*n)++;
	if (r->bad.fd >= 0 && ndjson_append(r->bad.fd, text) != 0) {
		diag_errno(errno, "%s: write failed", r->o->rejects);
		enqueue_fail(r, CLI_SYSTEM);
	}
}

static void
report_torn_line(struct enqueue_run *r)
{
	struct ndjson_line line;
	uint64_t bytes, n = 0;

	if (r->stop < 0 || enqueue_reads_file() ||
	    !ndjson_torn(r->in, &line, &bytes))
		return;
	diag_error("<stdin>:%" PRIu64
		   ": bad line: the signal came after %" PRIu64 " byte%s of it",
	    line.number, bytes, diag_plural(bytes));
	left(r, line.text, &n);
	enqueue_fail(r, CLI_DATA);
}

void
enqueue_report_left(struct enqueue_run *r)
{
	struct queue_line line;
	struct ndjson_line text;
	uint64_t n = 0, waiting;

	queue_producer_stop(r->p);
	while (queue_producer_withdraw(r->p, &line))
		if ((line.number & ENQUEUE_SPOOLED) == 0)
			left(r, line.line, &n);
	while (r->in != NULL && (r->more || r->stop >= 0) &&
	    ndjson_ready(r->in) && ndjson_next(r->in, &text) == NDJSON_LINE)
		left(r, text.text, &n);
	report_torn_line(r);
	if (n > 0) {
		diag_error("%" PRIu64 " line%s read and not acknowledged%s%s",
		    n, n == 1 ? " was" : "s were",
		    r->bad.fd >= 0 ? ": they are in " : "",
		    r->bad.fd >= 0 ? r->o->rejects : "");
		enqueue_fail(r, CLI_REMOTE);
	}
	waiting = r->bridge != NULL ? enqueue_bridge_count(r->bridge) : 0;
	if (waiting > 0) {
		diag_error("%s: %" PRIu64
			   " line%s for the queue: run again to send %s",
		    r->o->spool, waiting, waiting == 1 ? " waits" : "s wait",
		    waiting == 1 ? "it" : "them");
		enqueue_fail(r, CLI_REMOTE);
	}
}
