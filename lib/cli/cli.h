/*
 * cli: what every command does before and after its work.
 *
 * A command describes its options in one table.  Parsing, --help, the list that
 * completions/generate.sh reads, and the test of the manual pages all use it.
 * Options are long or short, may be written --name=value, and may follow
 * operands; they cannot be abbreviated.  "--" ends the options, "-" is an
 * operand.  An option that is given twice is an error, unless it is a list or a
 * flag of verbosity.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/err.h"
#include "diag/verdict.h"
#include "ndjson/ndjson.h"

/* Exit status of every tool: see vitals(7). */
enum cli_exit {
	CLI_OK = 0,     /* all done, all good */
	CLI_DATA = 1,   /* bad data */
	CLI_USAGE = 2,  /* wrong options or operands; nothing was done */
	CLI_SYSTEM = 3, /* I/O, memory, library */
	CLI_REMOTE = 4, /* the other side refused or failed */
	CLI_GO = 100    /* only of cli_parse: continue; no exit status */
};

/* The worse of two: SYSTEM, REMOTE, DATA, OK. */
int cli_worst(int a, int b);

/* The exit status that ${v} leads to: OK, DATA or SYSTEM. */
int cli_status(enum verdict v);

enum cli_kind {
	CLI_KIND_FLAG,
	CLI_KIND_TEXT,
	CLI_KIND_FILE,    /* as TEXT; the shell completes file names */
	CLI_KIND_WRITTEN, /* as FILE; the tool writes it: see cli_parse */
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
	double min, max;  /* INTEGER, REAL: the range, inclusive */
	union {
		bool *flag;
		const char **text;
		unsigned *choice; /* the index in arg */
		int64_t *integer;
		double *real;
		struct cli_list *list;
	} to; /* set when the option is given; otherwise unchanged */
};

/* One row each; the last two arguments of INTEGER and REAL are the range. */
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
#define CLI_WRITTEN(name, letter, arg, help, p)                          \
	{                                                                \
		(name), (letter), CLI_KIND_WRITTEN, (arg), (help), 0, 0, \
		{                                                        \
			.text = (p)                                      \
		}                                                        \
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

/* Call first: sets the program's name for messages, resets SIGPIPE, which a
 * parent may have left ignored or blocked, and opens closed descriptors of 0 to
 * 2. */
void cli_start(const struct cli *cli);

/* Read the options.  --help, --version, --quiet and --verbose need no rows.
 * ${argv} is reordered: options may follow operands, unless POSIXLY_CORRECT is
 * set in the environment.  Two options that write the same file, which may not
 * exist yet, are an error.  Return CLI_GO with *${operand} the index of the
 * first operand; or the exit status: help was printed, or an error reported. */
int cli_parse(const struct cli *cli, int argc, char *argv[], int *operand);

/* Is ${file}, which ${option} writes, one of the ${n} files of ${operand}, which
 * are read?  "-" is stdin, and so is an empty list; ${file} may be NULL.  Return
 * CLI_GO; or CLI_USAGE, reported. */
int cli_check_read(const struct cli *cli, const char *option, const char *file,
    char *const operand[], int n);

/* Report a wrong call, and print the usage.  Return CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for ${err} about ${option}; NULL: it names the option itself.  If
 * memory ran out, the call was not wrong: report that and return CLI_SYSTEM. */
int cli_usage_err(
    const struct cli *cli, const char *option, const struct err *err);

/* Finds the name that a mistyped word is nearest to, by the edit distance with
 * swaps of neighbours (Damerau and Levenshtein): begin, try each name, and read
 * ${best}, which is NULL if none is near. */
struct cli_guess {
	struct span word;
	const char *best;
	unsigned wrong; /* the distance of the best */
};
void cli_guess_begin(struct cli_guess *g, struct span word);
void cli_guess_try(struct cli_guess *g, const char *name);

/* Return a writer of data to stdout, for cli_finish; or NULL if out of memory,
 * which was reported: exit with CLI_SYSTEM. */
struct ndjson_writer *cli_output(void);

/* Call last: flush and free ${out} (may be NULL), close stdout and check that
 * this succeeded.  Return the exit status: ${status}, or CLI_SYSTEM if the
 * output failed or a record was lost because memory ran out, which is reported
 * here. */
int cli_finish(struct ndjson_writer *out, int status);

/* For a loop that must not wait for anything else.  Both report a failure. */

/* Make SIGINT, SIGTERM and SIGHUP readable from a descriptor (signalfd), and
 * ignore SIGPIPE.  Return the descriptor, or -1. */
int cli_watch_signals(void);

/* Let neither ${out}, on stdout, nor messages wait for their readers.  Set
 * *${fd} to a descriptor (epoll) that is readable when stdout can be written;
 * -1: always.  Return 0, or -1. */
int cli_watch_output(struct ndjson_writer *out, int *fd);

/* Read an integer or a finite number in a range.  All of ${text} must be the
 * number.  Return 0, or -1. */
int cli_read_integer(
    const char *text, int64_t min, int64_t max, int64_t *value);
int cli_read_real(const char *text, double min, double max, double *value);

#endif
