/* vitals-table: lines as CSV, TSV or an aligned table.  See vitals-table(1). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "table/table.h"

#define CELL_MIN 4
#define CELL_MAX 1000000

static struct options {
	unsigned format, header;
	const char *columns, *record, *missing;
	bool elements, live, spreadsheet;
	int64_t max_width;
	struct filter filter;
} opt = {.format = TABLE_CSV, .missing = "", .max_width = 40};

/* Is --format given?  It is an index of TABLE_FORMATS. */
#define FORMAT_DEFAULT 99

static const struct cli_option table[] = {
    CLI_HEADING("What"),
    CLI_TEXT("columns", 'c', "NAMES",
	"these columns, separated by commas; \"list\" lists them",
	&opt.columns),
    CLI_TEXT("record", 'r', "KIND",
	"only lines of this kind (default: that of the first line)",
	&opt.record),
    CLI_FLAG("long", 'l',
	"a row for each reading, value of a wave or region of a trace",
	&opt.elements),
    CLI_HEADING("How"),
    CLI_CHOICE("format", 'f', TABLE_FORMATS,
	"form of the output (default: table on a terminal, otherwise csv)",
	&opt.format),
    CLI_CHOICE("header", 0, TABLE_HEADERS,
	"header of names with units, of names only, or none (default: units)",
	&opt.header),
    CLI_TEXT("missing", 0, "TEXT",
	"csv and tsv: write TEXT for a missing value (default: nothing)",
	&opt.missing),
    CLI_FLAG("spreadsheet", 0,
	"csv: no text that a spreadsheet would run as a formula",
	&opt.spreadsheet),
    CLI_INTEGER("max-width", 0, "COLUMNS",
	"table: cut cells that are wider (default: 40)", &opt.max_width,
	CELL_MIN, CELL_MAX),
    CLI_FLAG("live", 0, "table: print each row at once", &opt.live),
    CLI_HEADING("Bad lines"),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-table",
    .operands = "[FILE ...]",
    .summary = "Print lines as CSV, TSV or an aligned table.",
    .example = "  vitals-extract clip.mp4 | vitals-table\n"
	       "  vitals-extract *.mp4 | vitals-table --format csv >vitals.csv",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* Can ${fd} deliver lines one by one? */
static bool
is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 &&
	    (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd));
}

static enum verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	return table_take(context, line->text, out, err);
}

/* --columns list */
static int
list_columns(struct ndjson_writer *out)
{
	struct buf *list = ndjson_record(out);

	if (table_list(opt.record, list) != 0)
		return cli_usage(
		    &cli, "--record: '%s' is not a kind of lines", opt.record);
	return ndjson_commit_raw(out) == 0 ? CLI_OK : CLI_SYSTEM;
}

/* Tell the user what a table cannot show. */
static void
report(struct table *t)
{
	struct table_report r;

	table_report(t, &r);
	if (r.skipped > 0 && opt.record != NULL && r.lines == 0)
		diag_note("no line is a '%s'; the first is a '%s'", opt.record,
		    r.other);
	else if (r.skipped > 0 && opt.record == NULL)
		diag_note("skipped %" PRIu64 " line%s not '%s', the first a "
			  "'%s': use --record",
		    r.skipped, r.skipped == 1 ? " that is" : "s that are",
		    r.kind, r.other);
	else if (r.lines == 0 && r.skipped == 0)
		diag_note("no lines");
	if (r.absent != NULL)
		diag_note("--columns: no line has '%s'", r.absent);
	if (r.several > 0)
		diag_note("%" PRIu64 " line%s several readings of one vital "
			  "sign, such as '%s', of which only the first is "
			  "shown: use --long",
		    r.several, r.several == 1 ? " has" : "s have", r.vital);
	if (r.formula && !opt.spreadsheet)
		diag_note("a spreadsheet would run a text as a formula: use "
			  "--spreadsheet if this is for one");
}

static int
run(struct table *t, char *argv[], int n, struct ndjson_writer *out)
{
	struct err err;
	enum verdict v;
	int status;

	opt.filter.line = take_line;
	opt.filter.context = t;
	status = filter_run(&opt.filter, argv, n, out);
	v = table_finish(t, out, &err);
	if (v == VERDICT_SYSTEM)
		diag_error("%s", err.text);
	status = cli_worst(status, cli_status(v));
	if (status != CLI_SYSTEM)
		report(t);
	return status;
}

/* Check combinations, and what depends on the terminal. */
static int
make_options(struct table_options *o, int operands)
{
	bool aligned;

	if (opt.format == FORMAT_DEFAULT)
		opt.format = isatty(STDOUT_FILENO) ? TABLE_ALIGNED : TABLE_CSV;
	aligned = opt.format == TABLE_ALIGNED;
	if (opt.spreadsheet && opt.format != TABLE_CSV)
		return cli_usage(&cli, "--spreadsheet is for --format csv");
	if (aligned && opt.missing[0] != '\0')
		return cli_usage(&cli, "--missing is for --format csv and tsv");
	*o = (struct table_options){.format = (enum table_format)opt.format,
	    .header = (enum table_header)opt.header,
	    .columns = opt.columns,
	    .record = opt.record,
	    .missing = opt.missing,
	    .elements = opt.elements,
	    .spreadsheet = opt.spreadsheet,
	    .live = opt.live ||
		(operands == 0 && aligned && isatty(STDOUT_FILENO) &&
		    is_pipe(STDIN_FILENO)),
	    .cell_max = (size_t)opt.max_width};
	return CLI_GO;
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out = NULL;
	struct table_options options;
	struct table *t = NULL;
	struct err err;
	int first, status;

	cli_start(&cli);
	opt.format = FORMAT_DEFAULT;
	status = cli_parse(&cli, argc, argv, &first);
	if (status == CLI_GO)
		status = make_options(&options, argc - first);
	if (status != CLI_GO)
		return status;
	out = cli_output();
	if (out == NULL)
		return CLI_SYSTEM;
	if (opt.columns != NULL && strcmp(opt.columns, "list") == 0) {
		status = list_columns(out);
	} else if ((t = table_new(&options, &err)) == NULL) {
		status = cli_usage_err(&cli, "--columns", &err);
	} else {
		status = run(t, argv + first, argc - first, out);
	}
	table_free(t);
	return cli_finish(out, status);
}
