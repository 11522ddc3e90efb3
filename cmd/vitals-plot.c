/* vitals-plot: draw what other tools measured and delivered.  See
 * vitals-plot(1). */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "filter/filter.h"
#include "plot/data.h"
#include "plot/report.h"
#include "plot/save.h"
#include "plot/terminal.h"

/* In the order of the choices. */
enum format {
	FORMAT_HTML,
	FORMAT_SVG,
	FORMAT_TEXT,
	FORMAT_AUTO
};

static struct options {
	unsigned format;
	const char *output, *title;
	int64_t width;
	bool is_ascii;
	struct filter filter;
} opt = {.format = FORMAT_AUTO};

static const struct cli_option table[] = {
    CLI_CHOICE("format", 'f', "html|svg|text",
	"what to write (default: by the name of the output)", &opt.format),
    CLI_WRITTEN("output", 'o', "FILE", "write to FILE", &opt.output),
    CLI_TEXT("title", 't', "TEXT", "the title of the report", &opt.title),
    CLI_INTEGER("width", 'w', "COLUMNS",
	"columns of text (default: those of the terminal)", &opt.width,
	PLOT_WIDTH_MIN, PLOT_WIDTH_MAX),
    CLI_FLAG("ascii", 0, "text without Unicode", &opt.is_ascii),
    FILTER_OPTIONS(&opt.filter),
};

static const struct cli cli = {
    .name = "vitals-plot",
    .operands = "[FILE ...]",
    .summary = "Draw what was measured and delivered.",
    .example =
	"  vitals-extract --emit measurement,wave clip.mp4 | vitals-plot\n"
	"  vitals-plot --output report.html *.ndjson",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

/* A filter_fn. */
static enum verdict
take_line(void *context, const struct ndjson_line *line,
    struct ndjson_writer *out, struct err *err)
{
	(void)out;
	return plot_data_take(context, line->text, err);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), k = strlen(end);

	return n >= k && strcmp(name + n - k, end) == 0;
}

/* Choose the format by the name of the output, unless it was given.  A name
 * without an ending, such as that of a device, is a page.  Return a status. */
static int
choose_format(void)
{
	static const struct {
		const char *end;
		enum format format;
	} by_end[] = {{".html", FORMAT_HTML}, {".htm", FORMAT_HTML},
	    {".svg", FORMAT_SVG}, {".txt", FORMAT_TEXT}};
	const char *name;

	if (opt.format != FORMAT_AUTO)
		return CLI_GO;
	opt.format = FORMAT_HTML;
	if (opt.output == NULL) {
		if (isatty(STDOUT_FILENO))
			opt.format = FORMAT_TEXT;
		return CLI_GO;
	}
	for (size_t i = 0; i < sizeof(by_end) / sizeof(by_end[0]); i++) {
		if (ends_with(opt.output, by_end[i].end)) {
			opt.format = by_end[i].format;
			return CLI_GO;
		}
	}
	name = strrchr(opt.output, '/');
	name = name != NULL ? name + 1 : opt.output;
	if (strchr(name, '.') == NULL || name[strspn(name, ".")] == '\0')
		return CLI_GO;
	return cli_usage(&cli,
	    "--output: '%s' does not end in .html, .svg or .txt: use --format",
	    opt.output);
}

/* Name the lines that were read and are not drawn. */
static void
report_others(const struct plot_data *d)
{
	for (size_t i = 0; i < d->others; i++)
		diag_note("%llu line%s of the kind '%s' ignored",
		    (unsigned long long)d->other[i].lines,
		    d->other[i].lines == 1 ? "" : "s", d->other[i].name);
	if (d->unseen > 0)
		diag_note("%llu line%s of further sources ignored: at most %d "
			  "are drawn",
		    (unsigned long long)d->unseen, d->unseen == 1 ? "" : "s",
		    PLOT_SOURCES_MAX);
}

static void
compose(struct buf *text, const struct plot_data *d, bool is_incomplete)
{
	struct plot_report report = {.title = opt.title,
	    .width = opt.width > 0 ? (size_t)opt.width
				   : plot_terminal_width(STDOUT_FILENO),
	    .is_ascii = opt.is_ascii || !plot_terminal_is_utf8(),
	    .is_incomplete = is_incomplete};
	struct plot_view view;

	plot_view_init(&view, d);
	switch ((enum format)opt.format) {
	case FORMAT_HTML:
	case FORMAT_AUTO:
		plot_html_write(text, &view, &report);
		break;
	case FORMAT_SVG:
		plot_picture_write(text, &view, &report);
		break;
	case FORMAT_TEXT:
		plot_text_write(text, &view, &report);
		break;
	}
}

/* Write the report.  Return a status; a failure of stdout is reported by
 * cli_finish. */
static int
write_report(
    const struct plot_data *d, bool is_incomplete, struct ndjson_writer *out)
{
	struct buf text;
	struct err err = {""};
	int status = CLI_OK;

	buf_init(&text);
	compose(&text, d, is_incomplete);
	if (buf_failed(&text)) {
		diag_error("out of memory");
		status = CLI_SYSTEM;
	} else if (opt.output != NULL) {
		if (plot_save(opt.output, buf_span(&text), &err) != 0) {
			diag_error("%s: %s", opt.output, err.text);
			status = CLI_SYSTEM;
		}
	} else {
		buf_add_span(ndjson_record(out), buf_span(&text));
		if (ndjson_commit_raw(out) != 0) {
			if (errno == ENOMEM)
				diag_error("out of memory");
			status = CLI_SYSTEM;
		}
	}
	buf_release(&text);
	return status;
}

static int
plot(struct plot_data *d, char **file, int files, struct ndjson_writer *out)
{
	struct err err;
	int status;

	opt.filter.line = take_line;
	opt.filter.context = d;
	status = filter_run(&opt.filter, file, files, out);
	if (status == CLI_DATA && opt.filter.strict)
		return status;
	report_others(d);
	if (d->sources == 0 && d->delivery.count == 0) {
		if (status != CLI_SYSTEM)
			diag_error(
			    "nothing to draw: there is no measurement, "
			    "sample, wave, trace, receipt or audit line");
		return cli_worst(status, CLI_DATA);
	}
	if (plot_data_end(d, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	return cli_worst(status, write_report(d, status != CLI_OK, out));
}

int
main(int argc, char *argv[])
{
	struct ndjson_writer *out;
	struct plot_data *data;
	int first, status;

	cli_start(&cli);
	status = cli_parse(&cli, argc, argv, &first);
	if (opt.output != NULL && strcmp(opt.output, "-") == 0)
		opt.output = NULL;
	if (status == CLI_GO)
		status = choose_format();
	if (status == CLI_GO)
		status = cli_check_read(
		    &cli, "--output", opt.output, argv + first, argc - first);
	if (status != CLI_GO)
		return status;
	out = cli_output();
	if (out == NULL)
		return CLI_SYSTEM;
	data = plot_data_new();
	if (data == NULL) {
		diag_errno(errno, "cannot start");
		return cli_finish(out, CLI_SYSTEM);
	}
	status = plot(data, argv + first, argc - first, out);
	plot_data_free(data);
	return cli_finish(out, status);
}
