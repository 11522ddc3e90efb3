/* Options among operands. */
#include "cli/cli.h"

#include "check.h"
#include "cli/help.h"

static struct {
	bool flag, other;
	const char *text;
	int64_t number;
	struct cli_list list;
} got;

static const struct cli_option table[] = {
    CLI_FLAG("flag", 'f', "", &got.flag),
    CLI_FLAG("other", 'o', "", &got.other),
    CLI_TEXT("text", 't', "TEXT", "", &got.text),
    CLI_INTEGER("number", 'n', "N", "", &got.number, -9, 9),
    CLI_LIST("list", 'l', "ITEM", "", &got.list),
};
static const struct cli cli = {"test", "[FILE ...]", "", NULL, table, 5};

static const struct {
	const char *word, *name;
} guess[] = {{"fllag", "flag"}, {"flags", "flag"}, {"num", "number"},
    {"nubmre", "number"}, {"tex", "text"}, {"other", "other"}, {"nothing", ""},
    {"n", ""}, {"", ""}, {"a-very-long-word-that-is-no-option-at-all", ""}};

/* Parse the words of ${line}; give the operands, with blanks between. */
static const char *
operands(const char *line)
{
	static char text[256], out[256];
	char *argv[32] = {text}, *p;
	int argc = 1, first;
	size_t n = 0;

	memset(&got, 0, sizeof(got));
	snprintf(text, sizeof(text), "test %s", line);
	out[0] = '\0';
	for (p = strchr(text, ' '); p != NULL; p = strchr(p, ' ')) {
		*p++ = '\0';
		argv[argc++] = p;
	}
	if (cli_parse(&cli, argc, argv, &first) != CLI_GO)
		return "usage";
	for (int i = first; i < argc; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    i > first ? " " : "", argv[i]);
	return out;
}

int
main(void)
{
	unsetenv("POSIXLY_CORRECT");
	CHECK_TEXT(operands("a b"), "a b", "operands alone");
	CHECK_TEXT(operands("-f a b"), "a b", "an option before them");
	CHECK(got.flag, "is taken");
	CHECK_TEXT(operands("a --text x b -fo c --number=-3 - d"), "a b c - d",
	    "options among them");
	CHECK(got.flag && got.other && strcmp(got.text, "x") == 0 &&
		got.number == -3,
	    "are taken");
	CHECK_TEXT(operands("a -tx b -l1 c -l 2 d"), "a b c d",
	    "values in the same word and in the next");
	CHECK(got.list.count == 2 && strcmp(got.list.item[0], "1") == 0 &&
		strcmp(got.list.item[1], "2") == 0 &&
		strcmp(got.text, "x") == 0,
	    "in their order");
	CHECK_TEXT(operands("a -f -- -o --text b"), "a -o --text b",
	    "-- ends the options");
	CHECK(got.flag && !got.other && got.text == NULL, "all of them");
	CHECK_TEXT(operands("a -t -- -f"), "a", "-- as a value");
	CHECK(got.flag && strcmp(got.text, "--") == 0, "ends nothing");
	CHECK_TEXT(operands("a --text"), "usage", "a value is missing");
	CHECK_TEXT(operands("a -f b -f"), "usage", "twice");
	CHECK_TEXT(operands("a -x"), "usage", "unknown");
	setenv("POSIXLY_CORRECT", "", 1);
	CHECK_TEXT(operands("-f a -o --text b"), "a -o --text b",
	    "the first operand ends them where POSIX is wanted");
	CHECK(got.flag && !got.other && got.text == NULL, "as it says");
	CHECK_TEXT(operands("-f -- -o"), "-o", "as -- does");
	/* Nearly an option. */
	for (size_t i = 0; i < sizeof(guess) / sizeof(*guess); i++) {
		const char *name =
		    guess_option(&cli, NULL, 0, span_of(guess[i].word));

		CHECK_TEXT(
		    name != NULL ? name : "", guess[i].name, guess[i].word);
	}
	return check_done();
}
