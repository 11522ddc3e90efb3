/* What options' values are read with, and which status is worse. */
#include "cli/cli.h"

#include "check.h"

static void
integers(void)
{
	static const char *const wrong[] = {"", " 1", "1 ", "+1", "1.0", "1e3",
	    "0x1", "--1", "-", "a", "9223372036854775808",
	    "-9223372036854775809", "99999999999999999999"};
	int64_t v = 7;

	CHECK(cli_read_integer("0", 0, 9, &v) == 0 && v == 0, "0");
	CHECK(cli_read_integer("-5", -5, 9, &v) == 0 && v == -5, "the least");
	CHECK(cli_read_integer("9", -5, 9, &v) == 0 && v == 9, "the most");
	CHECK(cli_read_integer("-6", -5, 9, &v) != 0, "less");
	CHECK(cli_read_integer("10", -5, 9, &v) != 0, "more");
	CHECK(cli_read_integer(
		  "9223372036854775807", INT64_MIN, INT64_MAX, &v) == 0 &&
		v == INT64_MAX,
	    "the largest there is");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(cli_read_integer(wrong[i], INT64_MIN, INT64_MAX, &v) != 0,
		    wrong[i]);
	CHECK(v == INT64_MAX, "what is wrong leaves the value as it was");
}

static void
reals(void)
{
	static const char *const wrong[] = {"", " 1", "1 ", "a", "1a", "nan",
	    "inf", "-inf", "1e999", "0x1p3", "1,5"};
	double v = 7;

	CHECK(cli_read_real("0.25", 0, 1, &v) == 0 && v == 0.25, "a fraction");
	CHECK(cli_read_real("1e-3", 0, 1, &v) == 0 && v == 1e-3, "a power");
	CHECK(cli_read_real("1", 0, 1, &v) == 0 && v == 1, "the most");
	CHECK(cli_read_real("1.0001", 0, 1, &v) != 0, "more");
	CHECK(cli_read_real("-0.0001", 0, 1, &v) != 0, "less");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK(
		    cli_read_real(wrong[i], -1e308, 1e308, &v) != 0, wrong[i]);
}

static void
worst(void)
{
	static const int order[] = {CLI_OK, CLI_DATA, CLI_REMOTE, CLI_SYSTEM};

	for (int a = 0; a < 4; a++) {
		for (int b = 0; b < 4; b++)
			CHECK(cli_worst(order[a], order[b]) ==
				order[a > b ? a : b],
			    "the worse of two");
	}
}

int
main(void)
{
	integers();
	reals();
	worst();
	return check_done();
}
