/*
 * cli: what every command does before and after its work.
 *
 * A command describes its options in one table.  Parsing, --help, the list
 * that completions/generate.sh reads and the test of the papers all come from
 * it.  Long and short options, --name=value, no abbreviations, among the
 * operands or before them; "--" ends the options, "-" is an operand.  An option
 * that is given twice is an error, unless it is a list or a flag of verbosity.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/* Exit status of every tool: see vitals(7). */
enum cli_exit {
	CLI_OK = 0,     /* all done, all good */
	CLI_DATA = 1,   /* the data says no */
	CLI_USAGE = 2,  /* wrong options or operands; nothing was done */
	CLI_SYSTEM = 3, /* I/O, memory, library */
	CLI_REMOTE = 4, /* the other side gave up */
	CLI_GO = 100    /* cli_parse: go on with the work; never returned */
};

/* The worse of two: SYSTEM, REMOTE, DATA, OK. */
int cli_worst(int a, int b);

/* The exit status that ${v} leads to: OK, DATA or SYSTEM. */
int cli_status(enum verdict v);

enum cli_kind {
	CLI_KIND_FLAG,
	CLI_KIND_TEXT,
	CLI_KIND_FILE, /* as TEXT; the shell completes file names */
	CLI_KIND_CHOICE,
	CLI_KIND_INTEGER,
	CLI_KIND_REAL,
	CLI_KIND_LIST /* TEXT that may be given CLI_LIST_MAX times */
};

#define CLI_LIST_MAX 64

struct cli_list {
	const char *item[CLI_LIST_MAX];
	size_t count;
};

struct cli_option {
	const char *name; /* without dashes; NULL: a heading in --help */
	char letter;      /* 0: none */
	enum cli_kind kind;
	const char *arg;  /* metavariable; CHOICE: "one|two|three" */
	const char *help; /* one line, lower case, no full stop */
	double min, max;  /* INTEGER, REAL: both belong to the range */
	union {
		bool *flag;
		const char **text;
		unsigned *choice; /* the index in arg */
		int64_t *integer;
		double *real;
		struct cli_list *list;
	} to; /* set when the option is given; else left as it is */
};

/* One row each; the last two of INTEGER and REAL are the range. */
#define CLI_FLAG(name, letter, help, p)                              \
	{                                                            \
		(name), (letter), CLI_KIND_FLAG, NULL, (help), 0, 0, \
		{                                                    \
			.flag = (p)                                  \
		}                                                    \
	}
#define CLI_TEXT(name, letter, arg, help, p)                          \
	{                                                             \
		(name), (letter), CLI_KIND_TEXT, (arg), (help), 0, 0, \
		{                                                     \
			.text = (p)                                   \
		}                                                     \
	}
#define CLI_FILE(name, letter, arg, help, p)                          \
	{                                                             \
		(name), (letter), CLI_KIND_FILE, (arg), (help), 0, 0, \
		{                                                     \
			.text = (p)                                   \
		}                                                     \
	}
#define CLI_CHOICE(name, letter, arg, help, p)                          \
	{                                                               \
		(name), (letter), CLI_KIND_CHOICE, (arg), (help), 0, 0, \
		{                                                       \
			.choice = (p)                                   \
		}                                                       \
	}
#define CLI_INTEGER(name, letter, arg, help, p, lo, hi)                        \
	{                                                                      \
		(name), (letter), CLI_KIND_INTEGER, (arg), (help), (lo), (hi), \
		{                                                              \
			.integer = (p)                                         \
		}                                                              \
	}
#define CLI_REAL(name, letter, arg, help, p, lo, hi)                        \
	{                                                                   \
		(name), (letter), CLI_KIND_REAL, (arg), (help), (lo), (hi), \
		{                                                           \
			.real = (p)                                         \
		}                                                           \
	}
#define CLI_LIST(name, letter, arg, help, p)                          \
	{                                                             \
		(name), (letter), CLI_KIND_LIST, (arg), (help), 0, 0, \
		{                                                     \
			.list = (p)                                   \
		}                                                     \
	}
#define CLI_HEADING(text)                                   \
	{                                                   \
		NULL, 0, CLI_KIND_FLAG, NULL, (text), 0, 0, \
		{                                           \
			.flag = NULL                        \
		}                                           \
	}

struct cli {
	const char *name;     /* "vitals-sign" */
	const char *operands; /* "[FILE ...]", "URL", or "" */
	const char *summary;  /* one line: what it does */
	const char *example;  /* one or two lines for --help, or NULL */
	const struct cli_option *option;
	size_t options;
};

/* Call first: program name for messages, SIGPIPE to its default and not
 * blocked (a parent may leave it ignored), descriptors 0 to 2 open. */
void cli_start(const struct cli *cli);

/* Read the options.  --help, --version, --quiet and --verbose need no rows.
 * ${argv} is put into order: options may stand behind operands, unless the
 * environment has POSIXLY_CORRECT.
 * Return CLI_GO with *${operand} the index of the first operand; or the
 * status to leave main with at once (help was printed, or usage said). */
int cli_parse(const struct cli *cli, int argc, char *argv[], int *operand);

/* Say why the call is wrong, and how it goes.  Return CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The writer of data on stdout, for cli_finish.  NULL without memory, which is
 * reported: leave with CLI_SYSTEM. */
struct ndjson_writer *cli_output(void);

/* Call last: flush ${out} (may be NULL; freed here), close stdout and see
 * that it went well.  Return the status to leave main with: ${status}, or
 * CLI_SYSTEM where the output failed, which is reported here. */
int cli_finish(struct ndjson_writer *out, int status);

/* Read a whole number or a finite one, strictly and wholly, in a range.
 * Return 0, or -1. */
int cli_read_integer(
    const char *text, int64_t min, int64_t max, int64_t *value);
int cli_read_real(const char *text, double min, double max, double *value);

#endif
