/* metrics/metrics.h: the text format of Prometheus. */
#include "metrics/metrics.h"

#include "check.h"

int
main(void)
{
	static const double bound[] = {0.01, 0.5, 10};
	struct metrics_histogram h = {.bound = bound, .bounds = 3};
	struct buf b;

	buf_init(&b);
	metrics_counter(&b, "a_total", "Things.", UINT64_MAX);
	CHECK_TEXT(buf_string(&b),
	    "# HELP a_total Things.\n# TYPE a_total counter\n"
	    "a_total 18446744073709551615\n",
	    "a counter, exact to the last digit");
	buf_clear(&b);
	metrics_gauge(&b, "age_seconds", "Age.", 0.25);
	CHECK_TEXT(buf_string(&b),
	    "# HELP age_seconds Age.\n# TYPE age_seconds gauge\n"
	    "age_seconds 0.25\n",
	    "a gauge");
	buf_clear(&b);
	metrics_count(&b, "n", "kind=\"x\",code=\"200\"", 3);
	CHECK_TEXT(buf_string(&b), "n{kind=\"x\",code=\"200\"} 3\n", "labels");
	buf_clear(&b);
	metrics_put_value(&b, "a\\b\"c\nd");
	CHECK_TEXT(
	    buf_string(&b), "a\\\\b\\\"c\\nd", "a label's value is escaped");

	metrics_observe(&h, 0.01); /* a bound belongs to its bucket */
	metrics_observe(&h, 0.011);
	metrics_observe(&h, -1);
	metrics_observe(&h, 11);
	buf_clear(&b);
	metrics_head(&b, "t", METRICS_HISTOGRAM, "T.");
	metrics_put_histogram(&b, "t", "", &h);
	CHECK_TEXT(buf_string(&b),
	    "# HELP t T.\n# TYPE t histogram\n"
	    "t_bucket{le=\"0.01\"} 2\nt_bucket{le=\"0.5\"} 3\n"
	    "t_bucket{le=\"10\"} 3\nt_bucket{le=\"+Inf\"} 4\n"
	    "t_sum 11.021\nt_count 4\n",
	    "a histogram, cumulative");
	buf_clear(&b);
	metrics_put_histogram(&b, "t", "kind=\"x\"", &h);
	CHECK(strstr(buf_string(&b), "t_bucket{kind=\"x\",le=\"0.01\"} 2\n") !=
		    NULL &&
		strstr(b.data, "t_sum{kind=\"x\"} 11.021\n") != NULL,
	    "a histogram with a label");
	buf_release(&b);
	return check_done();
}
