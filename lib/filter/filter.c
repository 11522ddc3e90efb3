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
#include "filter/bad.h"

struct run {
	struct filter *f;
	struct ndjson_writer *out;
	struct filter_bad bad;
};

static int
bad_line(
    struct run *r, const struct ndjson_line *line, bool whole, const char *why)
{
	ndjson_discard(r->out);
	return filter_bad_line(&r->bad, line, whole, why) == 0 ? CLI_DATA
							       : CLI_SYSTEM;
}

static int
one_line(struct run *r, const struct ndjson_line *line)
{
	struct err err = {""};
	const char *why;

	if (ascii_trim(line->text).n == 0)
		return CLI_OK;
	why = ndjson_refusal(line);
	if (why != NULL)
		return bad_line(r, line, true, why);
	switch (r->f->line(r->f->context, line, r->out, &err)) {
	case VERDICT_GOOD:
		filter_bad_line(&r->bad, line, true, NULL);
		if (!ndjson_pending(r->out))
			return CLI_OK;
		if (ndjson_commit(r->out) != 0)
			return CLI_SYSTEM; /* cli_finish says so */
		return CLI_OK;
	case VERDICT_BAD:
		if (err_is_memory(&err))
			break; /* not the line's fault */
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

static int
long_line(struct run *r, const struct ndjson_line *line)
{
	size_t max = r->f->line_max > 0 ? r->f->line_max : NDJSON_LINE_MAX;
	char why[64];

	snprintf(why, sizeof(why), "bad line: longer than %zu MiB", max >> 20);
	return bad_line(r, line, false, why);
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
	struct ndjson_reader *reader;
	struct ndjson_line line;
	struct err err;
	int status = CLI_OK;
	bool more = true;

	if (ndjson_check_input(fd, name, STDOUT_FILENO, NULL, &err) != 0 ||
	    ndjson_check_input(fd, name, r->bad.fd, "--rejects", &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	reader = ndjson_reader_new(fd, r->f->line_max);
	if (reader == NULL) {
		diag_errno(ENOMEM, "%s", name);
		return CLI_SYSTEM;
	}
	ignore_first_interrupt(fd);
	r->f->source = name;
	filter_bad_begin(&r->bad, name);
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
			rc = long_line(r, &line);
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
	filter_bad_end(&r->bad);
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
	struct run r = {.f = f, .out = out};
	int status = CLI_OK;

	if (filter_bad_open(&r.bad, f->rejects) != 0)
		return CLI_SYSTEM;
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
	return filter_bad_close(&r.bad) == 0 ? status : CLI_SYSTEM;
}
