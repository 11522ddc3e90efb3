/* The quantiles of the sketch against those of the sorted values. */
#include "stats/sketch.h"

#include <stdbool.h>

#include "check.h"

#define COUNT 20000

static double value[COUNT];

/* xorshift64 (Marsaglia 2003). */
static uint64_t state = 20261128;

static double
uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

static int
compare(const void *a, const void *b)
{
	double p = *(const double *)a, q = *(const double *)b;

	return p < q ? -1 : p > q;
}

/* Are all quantiles of the ${n} values within the error? */
static bool
is_close(size_t n)
{
	static const double q[] = {
	    0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
	struct stats_sketch s = {0};
	bool good = true;

	for (size_t i = 0; i < n; i++)
		if (stats_sketch_add(&s, value[i]) != 0)
			exit(1);
	qsort(value, n, sizeof(value[0]), compare);
	for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
		double want = value[(size_t)(q[i] * (double)(n - 1))];
		double got = stats_sketch_quantile(&s, q[i]);

		if (fabs(got - want) > want * (STATS_SKETCH_ERROR + 1e-9)) {
			printf("# quantile %g of %zu: %.9g is not %.9g\n", q[i],
			    n, got, want);
			good = false;
		}
	}
	good = good && s.count == n && s.max >= value[n - 1] &&
	    s.max <= value[n - 1];
	stats_sketch_release(&s);
	return good;
}

int
main(void)
{
	struct stats_sketch s = {0};

	printf("# seed %llu\n", (unsigned long long)state);
	for (size_t i = 0; i < COUNT; i++)
		value[i] = 0.001 + uniform();
	CHECK(is_close(COUNT), "uniform values");
	for (size_t i = 0; i < COUNT; i++)
		value[i] = 0.001 - 5 * log(1 - uniform());
	CHECK(is_close(COUNT), "exponential values");
	for (size_t i = 0; i < COUNT; i++)
		value[i] = 0.001 * pow(3e10, uniform());
	CHECK(is_close(COUNT), "values of all magnitudes");
	for (size_t i = 0; i < COUNT; i++)
		value[i] = i % 10 == 0 ? 86400 : 0.012;
	CHECK(is_close(COUNT), "two values far apart");
	for (size_t i = 0; i < COUNT; i++)
		value[i] = 1.25;
	CHECK(is_close(COUNT), "equal values");
	value[0] = 0.25;
	CHECK(is_close(1), "a single value");
	value[0] = 0.001;
	value[1] = 31622400;
	CHECK(is_close(2), "the least and the greatest value");

	CHECK(isnan(stats_sketch_quantile(&s, 0.5)), "no value");
	CHECK(stats_sketch_add(&s, -3) == 0 && stats_sketch_add(&s, 0) == 0,
	    "values below the least one");
	CHECK_NEAR(
	    stats_sketch_quantile(&s, 0.5), 0.001, 0, "count as the least one");
	CHECK(stats_sketch_add(&s, 1e12) == 0, "a value above the greatest");
	CHECK_NEAR(stats_sketch_quantile(&s, 1) / 31622400, 1, 0.0101,
	    "counts as the greatest one");
	CHECK_NEAR(s.max, 1e12, 0, "but the maximum is exact");
	stats_sketch_release(&s);
	CHECK(s.count == 0, "released");
	return check_done();
}
