#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#define COLUMN 26

static void
print_row(const struct cli_option *o)
{
	char left[96];
	int n;

	if (o->name == NULL) {
		printf("\n%s:\n", o->help);
		return;
	}
	n = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s",
	    o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
	    o->letter != 0 ? ',' : ' ', o->name, o->arg != NULL ? " " : "",
	    o->arg != NULL ? o->arg : "");
	if (n <= COLUMN - 2) /* at least two blanks before the help */
		printf("%-*s%s\n", COLUMN, left, o->help);
	else
		printf("%s\n%*s%s\n", left, COLUMN, "", o->help);
}

void
help_print(const struct cli *cli, const struct cli_option *common, size_t n)
{
	bool headings = cli->options > 0 && cli->option[0].name == NULL;

	printf("usage: %s [OPTION ...]%s%s\n%s\n", cli->name,
	    cli->operands[0] != '\0' ? " " : "", cli->operands, cli->summary);
	if (!headings)
		printf("\n");
	for (size_t i = 0; i < cli->options; i++)
		print_row(&cli->option[i]);
	if (headings)
		printf("\nCommon:\n");
	for (size_t i = 0; i < n; i++)
		print_row(&common[i]);
	if (cli->example != NULL)
		printf("\nExample:\n%s\n", cli->example);
	printf("\nThe manual: man %s\n", cli->name);
}

static void
list_row(const struct cli_option *o)
{
	static const char *const kind[] = {
	    [CLI_KIND_FLAG] = "flag",
	    [CLI_KIND_TEXT] = "text",
	    [CLI_KIND_FILE] = "file",
	    [CLI_KIND_WRITTEN] = "file",
	    [CLI_KIND_CHOICE] = "choice",
	    [CLI_KIND_INTEGER] = "integer",
	    [CLI_KIND_REAL] = "real",
	    [CLI_KIND_LIST] = "list",
	};

	if (o->name == NULL)
		return;
	printf("%s\t%c\t%s\t%s\t", o->name, o->letter != 0 ? o->letter : '-',
	    kind[o->kind], o->arg != NULL ? o->arg : "-");
	if (o->kind == CLI_KIND_INTEGER || o->kind == CLI_KIND_REAL)
		printf("%.10g..%.10g", o->min, o->max);
	else
		printf("-");
	printf("\t%s\n", o->help);
}

void
help_list(const struct cli *cli, const struct cli_option *common, size_t n)
{
	printf("%s\t%s\t%s\n", cli->name, cli->operands, cli->summary);
	for (size_t i = 0; i < cli->options; i++)
		list_row(&cli->option[i]);
	for (size_t i = 0; i < n; i++)
		list_row(&common[i]);
}
