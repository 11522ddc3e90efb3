/* vitals: the entrance to the other tools.  See vitals(1). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "diag/diag.h"
#include "doctor/report.h"
#include "entrance/entrance.h"
#include "entrance/scripts.h"

static struct options {
	bool json;
	const char *directory;
} opt;

static const struct cli_option table[] = {
    CLI_HEADING("doctor"),
    CLI_FLAG("json", 0, "print lines of JSON", &opt.json),
    CLI_FILE("directory", 'd', "DIR",
	"where spools and stores will be (default: this directory)",
	&opt.directory),
};

static const struct cli cli = {
    .name = "vitals",
    .operands = "COMMAND [ARG ...]",
    .summary = "From video of a face to signed and delivered health events.",
    .example = "  vitals demo\n"
	       "  vitals extract clip.mp4 | vitals table",
    .option = table,
    .options = sizeof(table) / sizeof(table[0]),
};

static int run_help(char *operand[], int n);
static int run_doctor(char *operand[], int n);
static int run_demo(char *operand[], int n);
static int run_pipeline(char *operand[], int n);
static int run_version(char *operand[], int n);

/* The commands that are not tools.  A function returns the exit status. */
struct command {
	const char *name, *operands, *summary;
	int most; /* operands */
	int (*run)(char *operand[], int n);
};

static const struct command commands[] = {
    {"help", "[TOOL]", "the manual of a tool, or this", 1, run_help},
    {"doctor", "", "check this machine, and say how to fix it", 0, run_doctor},
    {"demo", "", "the whole pipe on a clip that it makes itself", 0, run_demo},
    {"pipeline", "[NAME]", "ready pipelines for common uses", 1, run_pipeline},
    {"version", "", "the version", 0, run_version},
    {.name = NULL},
};

/* ---- Tools ------------------------------------------------------------------- */

/* Report that ${word} is no command. */
static int
unknown(const char *word)
{
	const struct entrance_tool *t;
	struct cli_guess g;

	cli_guess_begin(&g, span_of(word));
	for (size_t i = 0; (t = entrance_tool_at(i)) != NULL; i++)
		cli_guess_try(&g, t->name);
	for (const struct command *c = commands; c->name != NULL; c++)
		cli_guess_try(&g, c->name);
	if (g.best != NULL)
		return cli_usage(&cli,
		    "unknown command '%s' (did you mean %s?)", word, g.best);
	return cli_usage(&cli, "unknown command '%s'", word);
}

/* Become the tool ${argv}[0]. */
static int
run_tool(char *argv[])
{
	char path[ENTRANCE_PATH_MAX];
	const char *name = argv[0];

	if (strncmp(name, "vitals-", 7) == 0)
		name += 7;
	if (strchr(name, '/') != NULL || entrance_find(name, path) != 0) {
		if (!entrance_is_tool(name))
			return unknown(argv[0]);
		diag_error("vitals-%s is not installed", name);
		return CLI_SYSTEM;
	}
	argv[0] = path;
	execv(path, argv);
	diag_errno(errno, "%s", path);
	return CLI_SYSTEM;
}

/* ---- Overview and help ------------------------------------------------------- */

static void
print_overview(void)
{
	const struct entrance_tool *t;
	char path[ENTRANCE_PATH_MAX];

	printf("usage: vitals COMMAND [ARG ...]\n%s\n", cli.summary);
	for (size_t i = 0; (t = entrance_tool_at(i)) != NULL; i++) {
		if (t->job != NULL)
			printf("\n%s:\n", t->job);
		printf("  %-18s%s%s\n", t->name, t->summary,
		    entrance_find(t->name, path) == 0 ? ""
						      : " (not installed)");
	}
	printf("\nAnd:\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-9s%-9s%s\n", c->name, c->operands, c->summary);
	printf("\nNew here?  vitals demo, then vitals pipeline.\n");
}

/* Show the page ${page} of ${section} with man(1).  Return only if that cannot
 * be done. */
static void
show_page(const char *page, int section)
{
	char path[ENTRANCE_PATH_MAX], man[ENTRANCE_PATH_MAX];

	if (entrance_in_path("man", man) &&
	    entrance_page(page, section, path) == 0)
		execl(man, "man", path, (char *)NULL);
}

static int
run_help(char *operand[], int n)
{
	static const struct {
		const char *name;
		int section;
	} other[] = {{"benchmarks", 7}, {"formats", 5}, {"methods", 7},
	    {"scaling", 7}, {"security", 7}, {"services", 7}, {"tour", 7},
	    {"rules", 7}};
	char page[128], *help[] = {NULL, NULL, NULL};
	char option[] = "--help";
	const char *name;

	if (n == 0) {
		print_overview();
		return CLI_OK;
	}
	name = operand[0];
	if (strncmp(name, "vitals-", 7) == 0)
		name += 7;
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			name = "";
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (strcmp(other[i].name, name) != 0)
			continue;
		snprintf(page, sizeof(page), "vitals-%s", name);
		show_page(strcmp(name, "rules") == 0 ? "vitals" : page,
		    other[i].section);
	}
	if (name[0] == '\0' || strcmp(name, "vitals") == 0) {
		show_page("vitals", 1);
		print_overview();
		return CLI_OK;
	}
	snprintf(page, sizeof(page), "vitals-%s", name);
	show_page(page, 1);
	help[0] = operand[0];
	help[1] = option;
	return run_tool(help);
}

static int
run_version(char *operand[], int n)
{
	(void)operand;
	(void)n;
	printf("vitals %s\n", VITALS_VERSION);
	return CLI_OK;
}

/* ---- Scripts ----------------------------------------------------------------- */

static int
run_demo(char *operand[], int n)
{
	(void)operand;
	(void)n;
	if (entrance_put_first() != 0) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	execl(
	    "/bin/sh", "sh", "-c", entrance_demo.text, "vitals", (char *)NULL);
	diag_errno(errno, "/bin/sh");
	return CLI_SYSTEM;
}

static int
run_pipeline(char *operand[], int n)
{
	const struct entrance_script *s;
	struct cli_guess g;

	if (n == 0) {
		for (s = entrance_pipeline; s->name != NULL; s++)
			printf("%-10s%s\n", s->name, s->title);
		return CLI_OK;
	}
	cli_guess_begin(&g, span_of(operand[0]));
	for (s = entrance_pipeline; s->name != NULL; s++) {
		if (strcmp(s->name, operand[0]) == 0) {
			printf("# %s\n%s", s->title, s->text);
			return CLI_OK;
		}
		cli_guess_try(&g, s->name);
	}
	if (g.best != NULL)
		return cli_usage(&cli,
		    "unknown pipeline '%s' (did you mean %s?)", operand[0],
		    g.best);
	return cli_usage(&cli, "unknown pipeline '%s'", operand[0]);
}

/* ---- Doctor ------------------------------------------------------------------ */

static int
run_doctor(char *operand[], int n)
{
	struct ndjson_writer *out = cli_output();
	enum doctor_verdict worst;

	(void)operand;
	(void)n;
	if (out == NULL)
		return CLI_SYSTEM;
	worst = doctor_print(
	    opt.directory != NULL ? opt.directory : ".", opt.json, out);
	return cli_finish(out, worst == DOCTOR_FAILED ? CLI_DATA : CLI_OK);
}

static int
run_command(const struct command *c, char *operand[], int n)
{
	int status;

	if (n > c->most)
		return cli_usage(&cli, "%s: unexpected operand '%s'", c->name,
		    operand[c->most]);
	if (c->run != run_doctor && (opt.json || opt.directory != NULL))
		return cli_usage(&cli, "--json and --directory are for doctor");
	if (opt.directory != NULL && opt.directory[0] == '\0')
		return cli_usage(&cli, "--directory: '' is not a directory");
	status = c->run(operand, n);
	return c->run == run_doctor || status == CLI_USAGE
	    ? status
	    : cli_finish(NULL, status);
}

int
main(int argc, char *argv[])
{
	int first, status;

	cli_start(&cli);
	/* The options of a tool are its own. */
	if (argc > 1 && argv[1][0] != '-') {
		const struct command *c = commands;

		while (c->name != NULL && strcmp(c->name, argv[1]) != 0)
			c++;
		if (c->name == NULL)
			return run_tool(argv + 1);
	}
	status = cli_parse(&cli, argc, argv, &first);
	if (status != CLI_GO)
		return status;
	if (first == argc) {
		print_overview();
		return cli_finish(NULL, CLI_OK);
	}
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, argv[first]) == 0)
			return run_command(
			    c, argv + first + 1, argc - first - 1);
	}
	return run_tool(argv + first);
}
