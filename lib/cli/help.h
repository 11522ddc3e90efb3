/* Private to lib/cli: what --help and --list-options print. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

/* Print the help of ${cli} with its ${n} ${common} options to stdout. */
void help_print(
    const struct cli *cli, const struct cli_option *common, size_t n);

/* Print one line for each option, for scripts: long name, letter or "-", kind,
 * argument or "-", range or "-", help; separated by tabs.  The first line has
 * the command's name, operands and summary. */
void help_list(
    const struct cli *cli, const struct cli_option *common, size_t n);

/* Return the long option that ${word} is nearly equal to, or NULL. */
const char *guess_option(const struct cli *cli, const struct cli_option *common,
    size_t n, struct span word);

#endif
