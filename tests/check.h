/*
 * check: the unit tests' own few lines.  Output is TAP.
 *
 *	int main(void)
 *	{
 *		CHECK(1 + 1 == 2, "sums");
 *		CHECK_NEAR(sqrt(2), 1.41421356, 1e-8, "roots");
 *		return check_done();
 *	}
 */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_count, check_failures;

static inline void
check_report(int good, const char *file, int line, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++check_count, what);
	if (!good) {
		check_failures++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
}

#define CHECK(cond, what) check_report(!!(cond), __FILE__, __LINE__, (what))

#define CHECK_NEAR(a, b, tolerance, what)                                      \
	do {                                                                   \
		double check_a = (a), check_b = (b);                           \
		int check_good = fabs(check_a - check_b) <= (tolerance);       \
		check_report(check_good, __FILE__, __LINE__, (what));          \
		if (!check_good)                                               \
			printf("# %.17g is not within %g of %.17g\n", check_a, \
			    (double)(tolerance), check_b);                     \
	} while (0)

#define CHECK_TEXT(a, b, what)                                            \
	do {                                                              \
		const char *check_a = (a), *check_b = (b);                \
		int check_good = strcmp(check_a, check_b) == 0;           \
		check_report(check_good, __FILE__, __LINE__, (what));     \
		if (!check_good)                                          \
			printf("# '%s' is not '%s'\n", check_a, check_b); \
	} while (0)

/* A check that cannot be made here, said out loud. */
static inline void
check_skip(const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++check_count, what, why);
}

static inline int
check_done(void)
{
	printf("1..%d\n", check_count);
	return check_failures == 0 ? 0 : 1;
}

#endif
