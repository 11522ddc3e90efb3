#include "filter/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf/ascii.h"
#include "diag/diag.h"

/* How many consecutive bad lines with the same reason are reported. */
#define ALIKE_SHOWN 10

struct run {
	struct filter *f;
	struct ndjson_writer *out;
	int rejects; /* descriptor, or -1 */
	/* Of the file being read: */
	const char *seems; /* the kind of file, if not NDJSON; NULL: unknown */
	uint64_t bad, hidden;
	uint64_t alike; /* consecutive lines that are bad for one reason */
	bool no_json;   /* which is that they are not JSON */
	char why[ERR_TEXT_MAX]; /* otherwise this */
};

/* Copy the bad line unchanged to the rejects file.  Return 0, or -1
 * (reported). */
static int
reject(struct run *r, const struct ndjson_line *line, bool whole)
{
	if (r->rejects < 0)
		return 0;
	if (!whole && r->alike <= ALIKE_SHOWN)
		diag_error("%s:%" PRIu64 ": only the start of the line is kept "
			   "in %s",
		    r->f->source, line->number, r->f->rejects);
	if (ndjson_append(r->rejects, line->text) == 0)
		return 0;
	diag_errno(errno, "%s: write failed", r->f->rejects);
	return -1;
}

/* Is ${line}, rejected because of ${why}, not a JSON object at all? */
static bool
is_no_json(const struct ndjson_line *line, const char *why)
{
	struct span text = ascii_trim(line->text);

	return text.n == 0 || text.p[0] != '{' ||
	    strncmp(why, "byte ", 5) == 0 ||
	    memchr(text.p, '\0', text.n) != NULL;
}

/* Count the bad ${line}.  Return whether to report it. */
static bool
count_bad(struct run *r, const struct ndjson_line *line, const char *why)
{
	bool no_json = is_no_json(line, why);

	if (r->alike > 0 && no_json == r->no_json &&
	    (no_json || strcmp(why, r->why) == 0)) {
		r->alike++;
	} else {
		r->alike = 1;
		r->no_json = no_json;
		snprintf(r->why, sizeof(r->why), "%s", why);
	}
	r->bad++;
	if (r->alike <= ALIKE_SHOWN || diag_get_level() == DIAG_VERBOSE)
		return true;
	r->hidden++;
	if (r->alike > ALIKE_SHOWN + 1)
		return false;
	if (!no_json)
		diag_error("%s: and so on: more lines like these are counted "
			   "and not shown",
		    r->f->source);
	else
		diag_error("%s: not JSON lines%s%s: more of them are counted "
			   "and not shown",
		    r->f->source, r->seems != NULL ? "; it seems to be " : "",
		    r->seems != NULL ? r->seems : "");
	return false;
}

static int
bad_line(
    struct run *r, const struct ndjson_line *line, bool whole, const char *why)
{
	bool shown;

	ndjson_discard(r->out);
	if (line->number == 1 && is_no_json(line, why))
		r->seems = ndjson_seems(line->text);
	shown = count_bad(r, line, why);
	if (shown && line->number == 1 && r->seems != NULL)
		diag_error("%s:1: %s (it seems to be %s)", r->f->source, why,
		    r->seems);
	else if (shown)
		diag_error(
		    "%s:%" PRIu64 ": %s", r->f->source, line->number, why);
	if (reject(r, line, whole) != 0)
		return CLI_SYSTEM;
	return CLI_DATA;
}

static int
one_line(struct run *r, const struct ndjson_line *line)
{
	struct err err = {""};

	if (ascii_trim(line->text).n == 0)
		return CLI_OK;
	if (memchr(line->text.p, '\0', line->text.n) != NULL)
		return bad_line(r, line, true, "bad line: contains a NUL byte");
	if (line->number == 1 && ndjson_marked(line->text))
		return bad_line(r, line, true,
		    "byte 1: a byte order mark: save the text without it");
	switch (r->f->line(r->f->context, line, r->out, &err)) {
	case VERDICT_GOOD:
		r->alike = 0;
		if (!ndjson_pending(r->out))
			return CLI_OK;
		if (ndjson_commit(r->out) != 0)
			return CLI_SYSTEM; /* cli_finish says so */
		return CLI_OK;
	case VERDICT_BAD:
		if (err_is_memory(&err))
			break; /* not the line's fault */
		if (!line->newline && err.text[0] != '\0') {
			char why[ERR_TEXT_MAX + 64];

			snprintf(why, sizeof(why),
			    "%s (the last line has no "
			    "newline: cut off?)",
			    err.text);
			return bad_line(r, line, true, why);
		}
		return bad_line(r, line, true, err.text);
	case VERDICT_SYSTEM:
		break;
	case VERDICT_OUTPUT:
		ndjson_discard(r->out);
		return CLI_SYSTEM; /* cli_finish says so */
	}
	ndjson_discard(r->out);
	diag_error("%s:%" PRIu64 ": %s", r->f->source, line->number, err.text);
	return CLI_SYSTEM;
}

static void
ignore_signal(int signal)
{
	(void)signal;
}

/* A terminal sends SIGINT to all processes of a pipeline.  The reader of a pipe
 * must still read what the writer writes until it exits, so it survives the
 * first SIGINT; the second one ends it.  An existing handler or SIG_IGN
 * stays. */
static void
ignore_first_interrupt(int fd)
{
	struct sigaction now,
	    once = {.sa_handler = ignore_signal,
		.sa_flags = SA_RESTART | (int)SA_RESETHAND};
	struct stat st;

	if (fstat(fd, &st) != 0 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode)) ||
	    sigaction(SIGINT, NULL, &now) != 0 || now.sa_handler != SIG_DFL)
		return;
	sigemptyset(&once.sa_mask);
	sigaction(SIGINT, &once, NULL);
}

static int
run_fd(struct run *r, int fd, const char *name)
{
	struct ndjson_reader *reader = ndjson_reader_new(fd, 0);
	struct ndjson_line line;
	int status = CLI_OK;
	bool more = true;

	if (reader == NULL) {
		diag_errno(ENOMEM, "%s", name);
		return CLI_SYSTEM;
	}
	ignore_first_interrupt(fd);
	r->f->source = name;
	r->seems = NULL;
	r->bad = r->hidden = r->alike = 0;
	ndjson_reader_tie(reader, r->out);
	while (more) {
		int rc = CLI_OK;

		switch (ndjson_next(reader, &line)) {
		case NDJSON_END:
			more = false;
			break;
		case NDJSON_LINE:
			rc = one_line(r, &line);
			break;
		case NDJSON_TOO_LONG:
			rc = bad_line(
			    r, &line, false, "bad line: longer than 1 MiB");
			break;
		case NDJSON_FAILED:
			diag_errno(errno, "%s: read failed", name);
			rc = CLI_SYSTEM;
			break;
		case NDJSON_FLUSH_FAILED:
			rc = CLI_SYSTEM; /* cli_finish says so */
			break;
		}
		status = cli_worst(status, rc);
		if (rc == CLI_SYSTEM || (rc == CLI_DATA && r->f->strict))
			more = false;
	}
	ndjson_reader_free(reader);
	if (r->hidden > 0)
		diag_error("%s: %" PRIu64 " bad lines, %" PRIu64 " of them "
			   "not shown",
		    name, r->bad, r->hidden);
	return status;
}

static int
run_file(struct run *r, const char *path)
{
	int fd, status;

	if (strcmp(path, "-") == 0)
		return run_fd(r, STDIN_FILENO, "<stdin>");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		diag_errno(errno, "%s", path);
		return CLI_SYSTEM;
	}
	status = run_fd(r, fd, path);
	close(fd);
	return status;
}

int
filter_run(
    struct filter *f, char *const operand[], int n, struct ndjson_writer *out)
{
	struct run r = {.f = f, .out = out, .rejects = -1};
	int status = CLI_OK;

	if (f->rejects != NULL) {
		r.rejects = ndjson_open_append(f->rejects);
		if (r.rejects < 0) {
			diag_errno(errno, "%s", f->rejects);
			return CLI_SYSTEM;
		}
	}
	if (n == 0 && isatty(STDIN_FILENO))
		diag_note("reading lines from the terminal (Ctrl-D ends them, "
			  "see --help for more)");
	if (n == 0)
		status = run_fd(&r, STDIN_FILENO, "<stdin>");
	for (int i = 0; i < n; i++) {
		int rc = run_file(&r, operand[i]);

		status = cli_worst(status, rc);
		if (rc == CLI_DATA && f->strict)
			break;
	}
	if (r.rejects >= 0 && close(r.rejects) != 0) {
		diag_errno(errno, "%s: write failed", f->rejects);
		status = CLI_SYSTEM;
	}
	return status;
}
