#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "compat/same.h"
#include "diag/diag.h"

/* The options of one command and those that all commands share, at most. */
#define OPTIONS_MAX 96

struct parse {
	const struct cli *cli;
	bool help, version, quiet, verbose, list;
	struct cli_option common[5];
	bool seen[OPTIONS_MAX];
};

static void
add_common(struct parse *p)
{
	const struct cli_option common[] = {
	    CLI_FLAG("quiet", 'q', "print only errors", &p->quiet),
	    CLI_FLAG("verbose", 'v', "print details", &p->verbose),
	    CLI_FLAG("help", 'h', "print this help", &p->help),
	    CLI_FLAG("version", 'V', "print the version", &p->version),
	    CLI_FLAG("list-options", 0, NULL, &p->list),
	};

	memcpy(p->common, common, sizeof(common));
}

/* The row with the long name ${name} of length ${n}, or with ${letter};
 * *${index} is its number, the common rows last. */
static const struct cli_option *
find(const struct parse *p, const char *name, size_t n, char letter,
    size_t *index)
{
	size_t own = p->cli->options;

	for (size_t i = 0; i < own + 5; i++) {
		const struct cli_option *o =
		    i < own ? &p->cli->option[i] : &p->common[i - own];

		if (o->name == NULL)
			continue;
		if (name != NULL
			? strlen(o->name) == n && memcmp(o->name, name, n) == 0
			: o->letter == letter) {
			*index = i;
			return o;
		}
	}
	return NULL;
}

int
cli_read_integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
	char *end;
	long long v;

	if (*text != '-' && (*text < '0' || *text > '9'))
		return -1;
	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

int
cli_read_real(const char *text, double min, double max, double *value)
{
	char *end;
	double v;

	/* strtod would also accept blanks, hexadecimal, "inf" and "nan". */
	if (text[strspn(text, "+-.0123456789eE")] != '\0')
		return -1;
	v = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(v) || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

static int
read_choice(const struct cli_option *o, const char *text)
{
	const char *p = o->arg;
	size_t n = strlen(text);

	for (unsigned i = 0;; i++) {
		size_t m = strcspn(p, "|");

		if (m == n && memcmp(p, text, n) == 0) {
			*o->to.choice = i;
			return 0;
		}
		if (p[m] == '\0')
			return -1;
		p += m + 1;
	}
}

/* Store ${text}, which is NULL for a flag.  ${shown} is the option as given. */
static int
store(const struct parse *p, const struct cli_option *o, const char *text,
    const char *shown)
{
	switch (o->kind) {
	case CLI_KIND_FLAG:
		*o->to.flag = true;
		return CLI_GO;
	case CLI_KIND_TEXT:
	case CLI_KIND_FILE:
	case CLI_KIND_WRITTEN:
		*o->to.text = text;
		return CLI_GO;
	case CLI_KIND_CHOICE:
		if (read_choice(o, text) == 0)
			return CLI_GO;
		return cli_usage(
		    p->cli, "%s: '%s' is not one of %s", shown, text, o->arg);
	case CLI_KIND_INTEGER:
		if (cli_read_integer(text, (int64_t)o->min, (int64_t)o->max,
			o->to.integer) == 0)
			return CLI_GO;
		return cli_usage(p->cli,
		    "%s: '%s' is not a whole number from %.0f to %.0f", shown,
		    text, o->min, o->max);
	case CLI_KIND_REAL:
		if (cli_read_real(text, o->min, o->max, o->to.real) == 0)
			return CLI_GO;
		return cli_usage(p->cli,
		    "%s: '%s' is not a number from %.12g to %.12g", shown, text,
		    o->min, o->max);
	case CLI_KIND_LIST:
		if (o->to.list->count < CLI_LIST_MAX) {
			o->to.list->item[o->to.list->count++] = text;
			return CLI_GO;
		}
		return cli_usage(p->cli, "%s: given more than %d times", shown,
		    CLI_LIST_MAX);
	}
	return CLI_USAGE;
}

static int
take(struct parse *p, const struct cli_option *o, size_t index,
    const char *text, const char *shown)
{
	bool again = o->kind == CLI_KIND_LIST ||
	    (o->kind == CLI_KIND_FLAG && index >= p->cli->options);

	if (p->seen[index] && !again)
		return cli_usage(p->cli, "%s: given twice", shown);
	p->seen[index] = true;
	return store(p, o, text, shown);
}

/* "--emitt": did you mean --emit? */
static int
unknown(const struct parse *p, const char *shown, struct span name)
{
	const char *guess = guess_option(p->cli, p->common, 4, name);

	if (guess == NULL)
		return cli_usage(p->cli, "unknown option %s", shown);
	return cli_usage(
	    p->cli, "unknown option %s (did you mean --%s?)", shown, guess);
}

static int
take_long(struct parse *p, int argc, char *argv[], int *i)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const char *text = NULL;
	const struct cli_option *o;
	char shown[64];
	size_t index;

	snprintf(shown, sizeof(shown), "--%.*s", (int)n, name);
	o = find(p, name, n, 0, &index);
	if (o == NULL)
		return unknown(p, shown, (struct span){name, n});
	if (o->kind == CLI_KIND_FLAG) {
		if (equals != NULL)
			return cli_usage(p->cli, "%s: takes no value", shown);
	} else if (equals != NULL) {
		text = equals + 1;
	} else if (*i + 1 < argc) {
		text = argv[++*i];
	} else {
		return cli_usage(p->cli, "%s: needs %s", shown, o->arg);
	}
	return take(p, o, index, text, shown);
}

static int
take_short(struct parse *p, int argc, char *argv[], int *i)
{
	for (const char *c = argv[*i] + 1; *c != '\0'; c++) {
		const struct cli_option *o;
		const char *text = NULL;
		char shown[3] = {'-', *c, '\0'};
		size_t index;
		int rc;

		o = find(p, NULL, 0, *c, &index);
		if (o == NULL)
			return cli_usage(p->cli, "unknown option %s", shown);
		if (o->kind != CLI_KIND_FLAG) {
			if (c[1] != '\0')
				text = c + 1;
			else if (*i + 1 < argc)
				text = argv[++*i];
			else
				return cli_usage(
				    p->cli, "%s: needs %s", shown, o->arg);
		}
		rc = take(p, o, index, text, shown);
		if (rc != CLI_GO || text != NULL)
			return rc;
	}
	return CLI_GO;
}

/* Two writers of one file would damage what the other has written. */
static int
check_written(const struct parse *p)
{
	for (size_t i = 0; i < p->cli->options; i++) {
		const struct cli_option *b = &p->cli->option[i];

		if (b->kind != CLI_KIND_WRITTEN || !p->seen[i])
			continue;
		for (size_t k = 0; k < i; k++) {
			const struct cli_option *a = &p->cli->option[k];

			if (a->kind == CLI_KIND_WRITTEN && p->seen[k] &&
			    compat_same_path(*a->to.text, *b->to.text))
				return cli_usage(p->cli,
				    "--%s and --%s: both would write '%s'",
				    a->name, b->name, *b->to.text);
		}
	}
	return CLI_GO;
}

int
cli_check_read(const struct cli *cli, const char *option, const char *file,
    char *const operand[], int n)
{
	if (file == NULL)
		return CLI_GO;
	for (int i = 0; i < n || i == 0; i++) {
		bool is_stdin = n == 0 || strcmp(operand[i], "-") == 0;

		if (compat_same_path(
			is_stdin ? "/dev/stdin" : operand[i], file))
			return cli_usage(
			    cli, "%s: '%s' is also read", option, file);
	}
	return CLI_GO;
}

/* Do what --help, --version, -q and -v ask for. */
static int
finish_parse(const struct parse *p)
{
	if (p->list) {
		help_list(p->cli, p->common, 4);
		return cli_finish(NULL, CLI_OK);
	}
	if (p->help) {
		help_print(p->cli, p->common, 4);
		return cli_finish(NULL, CLI_OK);
	}
	if (p->version) {
		printf("%s %s\n", p->cli->name, VITALS_VERSION);
		return cli_finish(NULL, CLI_OK);
	}
	if (p->quiet && p->verbose)
		return cli_usage(p->cli,
		    "--quiet and --verbose exclude each "
		    "other");
	diag_set_level(p->quiet ? DIAG_QUIET
		: p->verbose    ? DIAG_VERBOSE
				: DIAG_NORMAL);
	return check_written(p);
}

/* Move argv[from..to], which are not operands, before the operands from
 * *${first} on; both keep their order. */
static void
move_up(char *argv[], int *first, int from, int to)
{
	for (int i = from; i <= to; i++, (*first)++) {
		char *a = argv[i];

		memmove(argv + *first + 1, argv + *first,
		    (size_t)(i - *first) * sizeof(*argv));
		argv[*first] = a;
	}
}

int
cli_parse(const struct cli *cli, int argc, char *argv[], int *operand)
{
	bool strict = getenv("POSIXLY_CORRECT") != NULL;
	struct parse p = {.cli = cli};
	int first = 1; /* of the operands seen so far */

	add_common(&p);
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		int from = i, rc;

		if (a[0] != '-' || a[1] == '\0') {
			if (strict)
				break;
			continue;
		}
		if (strcmp(a, "--") == 0) {
			move_up(argv, &first, i, i);
			break;
		}
		rc = a[1] == '-' ? take_long(&p, argc, argv, &i)
				 : take_short(&p, argc, argv, &i);
		if (rc != CLI_GO)
			return rc;
		move_up(argv, &first, from, i);
	}
	*operand = first;
	return finish_parse(&p);
}

int
cli_usage(const struct cli *cli, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	diag_error("%s", why);
	diag_raw("usage: %s [OPTION ...]%s%s (--help for more)\n", cli->name,
	    cli->operands[0] != '\0' ? " " : "", cli->operands);
	return CLI_USAGE;
}

int
cli_usage_err(const struct cli *cli, const char *option, const struct err *err)
{
	if (err_is_memory(err)) {
		diag_error("%s", err->text);
		return CLI_SYSTEM;
	}
	return option != NULL ? cli_usage(cli, "%s: %s", option, err->text)
			      : cli_usage(cli, "%s", err->text);
}
