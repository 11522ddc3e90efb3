/* vitals-audit: verify audit files, and compute from them how delivery did.
 * See vitals-audit(1). */
#include <inttypes.h>

#include "audit/check.h"
#include "audit/line.h"
#include "audit/sort.h"
#include "audit/trace.h"
#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "options/options.h"
#include "stats/stats.h"

enum {
	FORMAT_LINES,
	FORMAT_TABLE
};

static struct options {
	const char *head, *write_head, *every, *slo, *within;
	struct options_keys keys;
	unsigned format;
} opt = {.keys = OPTIONS_KEYS_INIT("VITALS_KEY_FILE")};

static const struct cli_option table[] = {
    CLI_HEADING("verify"),
    CLI_FILE("head", 0, "FILE", "the chains must reach the heads in FILE",
	&opt.head),
    CLI_WRITTEN("write-head", 0, "FILE",
	"if all is good, write the heads of the chains to FILE",
	&opt.write_head),
    OPTIONS_KEYS(&opt.keys, "sign and check heads with", "VITALS_KEY_FILE"),
    CLI_HEADING("stats"),
    CLI_TEXT("every", 0, "TIME", "a row for each TIME, such as 1h", &opt.every),
    CLI_TEXT("slo", 0, "PERCENT", "this share must be delivered, such as 99.9%",
	&opt.slo),
    CLI_TEXT("within", 0, "TIME", "in time means within TIME, such as 30s",
	&opt.within),
    CLI_HEADING("stats and trace"),
    CLI_CHOICE("format", 0, "lines|table",
	"JSON lines, or a table for people (default: lines)", &opt.format),
};

static const struct cli cli = {
    .name = "vitals-audit",
    .operands = "verify|stats|trace ID [FILE ...]",
    .summary = "Verify audit files, and see from them how delivery did.",
    .example = "  vitals-audit verify --head audit.head audit.1 audit\n"
	       "  vitals-audit stats --slo 99.9% --within 30s audit",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static int
no_memory(void)
{
	diag_error("out of memory");
	return CLI_SYSTEM;
}

/* ---- verify ------------------------------------------------------------- */

/* An audit_report.  The context is whether there was a fault. */
static void
report(void *context, const struct audit_fault *f)
{
	if (audit_fault_is_note(f->kind)) {
		diag_note("%s", f->text.text);
		return;
	}
	diag_error("%s", f->text.text);
	*(bool *)context = true;
}

/* Read all files, also after one that cannot be opened, which sets *${status}.
 * Return 0, or -1 if it is of no use to continue.  Failures are reported. */
static int
read_files(struct audit_check *c, char **file, int files, int *status)
{
	enum verdict v = VERDICT_GOOD;
	struct err err;

	for (int i = 0; v != VERDICT_SYSTEM && (i < files || i == 0); i++) {
		v = audit_check_path(c, files > 0 ? file[i] : "-", &err);
		if (v != VERDICT_GOOD) {
			diag_error("%s", err.text);
			*status = CLI_SYSTEM;
		}
	}
	return v == VERDICT_SYSTEM ? -1 : 0;
}

static int
verify(struct audit_check *c, struct sign_keys *keys, char **file, int files,
    struct ndjson_writer *out)
{
	const struct audit_chain *chain;
	enum verdict v = VERDICT_GOOD;
	int status = CLI_OK;
	bool faulty = false;
	struct err err;

	if (opt.head != NULL)
		v = audit_check_expect_file(c, opt.head, keys, &err);
	if (v == VERDICT_GOOD && read_files(c, file, files, &status) != 0)
		return status;
	if (v == VERDICT_GOOD && audit_check_end(c, report, &faulty, &err) != 0)
		v = VERDICT_SYSTEM;
	for (size_t i = 0; (chain = audit_check_chain(c, i)) != NULL; i++) {
		audit_chain_put(ndjson_record(out), chain);
		if (ndjson_commit(out) != 0)
			return CLI_SYSTEM; /* cli_finish says so */
	}
	if (faulty)
		status = cli_worst(status, CLI_DATA);
	if (v == VERDICT_GOOD && status == CLI_OK && opt.write_head != NULL &&
	    audit_check_write_heads(c, opt.write_head, keys, &err) != 0)
		v = VERDICT_SYSTEM;
	if (v != VERDICT_GOOD)
		diag_error("%s", err.text);
	return cli_worst(status, cli_status(v));
}

static int
run_verify(char **file, int files, struct ndjson_writer *out)
{
	struct audit_check *check = audit_check_new();
	struct sign_keys *keys = NULL;
	int status = check != NULL ? CLI_GO : no_memory();

	if (status == CLI_GO && (opt.head != NULL || opt.write_head != NULL) &&
	    options_keys_given(&opt.keys))
		status =
		    options_sign_keys(&cli, &opt.keys, sign_scheme(0), &keys);
	if (status == CLI_GO)
		status = verify(check, keys, file, files, out);
	sign_keys_free(keys);
	audit_check_free(check);
	return status;
}

/* ---- stats -------------------------------------------------------------- */

struct reader {
	struct filter filter;
	struct stats *stats;
	struct audit_trace *trace;
	bool failed; /* by a limit: the counts are useless */
};

/* A filter_fn for both stats and trace. */
static enum verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	struct reader *r = context;
	const char *name = r->filter.source;
	enum verdict v = r->stats != NULL
	    ? stats_take(r->stats, line->text, err)
	    : audit_trace_take(r->trace, name, line->number, line->text, err);

	(void)out;
	r->failed = r->failed || v == VERDICT_SYSTEM;
	if (v == VERDICT_BAD && !line->newline &&
	    audit_line_is_torn(line->text)) {
		diag_note("%s:%" PRIu64 ": incomplete: the last line", name,
		    line->number);
		v = VERDICT_GOOD;
	}
	return v;
}

static int
run_stats(struct reader *r, char **file, int files, struct ndjson_writer *out)
{
	struct err err;
	int status;

	audit_sort_files(file, files);
	status = filter_run(&r->filter, file, files, out);
	stats_end(r->stats);
	if (status == CLI_SYSTEM)
		return status;
	if (stats_put(r->stats, opt.format == FORMAT_TABLE, out) != 0)
		return CLI_SYSTEM; /* cli_finish says so */
	if (opt.slo == NULL || stats_is_met(r->stats, &err))
		return status;
	diag_error("--slo %s: missed: %s", opt.slo, err.text);
	return cli_worst(status, CLI_DATA);
}

static int
run_trace(struct reader *r, const char *id, char **file, int files,
    struct ndjson_writer *out)
{
	bool twice = audit_sort_files(file, files) == 0;
	int status = filter_run(&r->filter, file, files, out);

	if (twice && status != CLI_SYSTEM && audit_trace_again(r->trace))
		status =
		    cli_worst(status, filter_run(&r->filter, file, files, out));
	if (r->failed)
		return status;
	if (audit_trace_put(r->trace, opt.format == FORMAT_TABLE, out) != 0)
		return CLI_SYSTEM; /* cli_finish says so */
	if (audit_trace_steps(r->trace) > 0)
		return status;
	diag_error("%s: no line is about this event", id);
	return cli_worst(status, CLI_DATA);
}

/* ---- main --------------------------------------------------------------- */

/* Check the options of ${command}.  Return CLI_GO or CLI_USAGE. */
static int
check_options(const char *command, char **file, int n, struct stats_options *o)
{
	bool verifies = strcmp(command, "verify") == 0;
	bool counts = strcmp(command, "stats") == 0;
	const char *what = NULL;

	*o = (struct stats_options){.within = -1};
	if (!verifies &&
	    (opt.head != NULL || opt.write_head != NULL ||
		opt.keys.file.count > 0 || opt.keys.fd >= 0))
		what = "only verify has heads and keys";
	else if (verifies && opt.format != FORMAT_LINES)
		what = "verify has no --format";
	else if (!counts &&
	    (opt.every != NULL || opt.slo != NULL || opt.within != NULL))
		what = "only stats has --every, --slo and --within";
	else if (opt.every != NULL &&
	    stats_read_duration(opt.every, &o->every) != 0)
		what = "--every: not a time such as 1h, from 1ms to 366d";
	else if (opt.within != NULL &&
	    stats_read_duration(opt.within, &o->within) != 0)
		what = "--within: not a time such as 30s, from 1ms to 366d";
	else if (opt.slo != NULL && stats_read_share(opt.slo, &o->wanted) != 0)
		what = "--slo: not a share such as 99.9%";
	if (what != NULL)
		return cli_usage(&cli, "%s", what);
	return cli_check_read(&cli, "--write-head", opt.write_head, file, n);
}

static int
run(const char *command, char **operand, int n,
    const struct stats_options *options, struct ndjson_writer *out)
{
	struct reader r = {
	    .filter = {
		.line = take_line, .context = &r, .line_max = AUDIT_LINE_MAX}};
	int status;

	if (strcmp(command, "verify") == 0)
		return run_verify(operand, n, out);
	if (strcmp(command, "stats") == 0)
		r.stats = stats_new(options);
	else
		r.trace = audit_trace_new(operand[0]);
	if (r.stats != NULL)
		status = run_stats(&r, operand, n, out);
	else if (r.trace != NULL)
		status = run_trace(&r, operand[0], operand + 1, n - 1, out);
	else
		status = no_memory();
	stats_free(r.stats);
	audit_trace_free(r.trace);
	return status;
}

int
main(int argc, char *argv[])
{
	struct stats_options options;
	struct ndjson_writer *out;
	const char *command;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	command = first < argc ? argv[first++] : "";
	if (strcmp(command, "verify") != 0 && strcmp(command, "stats") != 0 &&
	    strcmp(command, "trace") != 0)
		return cli_usage(
		    &cli, "the first operand must be verify, stats or trace");
	if (strcmp(command, "trace") == 0 &&
	    (first == argc || argv[first][0] == '\0'))
		return cli_usage(&cli, "trace: needs the ID of an event");
	status = check_options(command, argv + first, argc - first, &options);
	if (status != CLI_GO)
		return status;
	out = cli_output();
	if (out == NULL)
		return CLI_SYSTEM;
	status = run(command, argv + first, argc - first, &options, out);
	return cli_finish(out, status);
}
