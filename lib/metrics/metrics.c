#include "metrics/metrics.h"

#include <inttypes.h>
#include <stdio.h>

void
metrics_head(
    struct buf *out, const char *name, enum metrics_type type, const char *help)
{
	static const char *const types[] = {
	    [METRICS_COUNTER] = "counter",
	    [METRICS_GAUGE] = "gauge",
	    [METRICS_HISTOGRAM] = "histogram",
	};

	buf_addf(
	    out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

/* Append the name, with ${suffix}, and the labels of a sample. */
static void
put_name(
    struct buf *out, const char *name, const char *suffix, const char *labels)
{
	buf_add_text(out, name);
	buf_add_text(out, suffix);
	if (labels[0] == '\0')
		return;
	buf_add_byte(out, '{');
	buf_add_text(out, labels);
	buf_add_byte(out, '}');
}

void
metrics_count(
    struct buf *out, const char *name, const char *labels, uint64_t value)
{
	put_name(out, name, "", labels);
	buf_addf(out, " %" PRIu64 "\n", value);
}

void
metrics_real(
    struct buf *out, const char *name, const char *labels, double value)
{
	put_name(out, name, "", labels);
	buf_addf(out, " %.15g\n", value);
}

void
metrics_counter(
    struct buf *out, const char *name, const char *help, uint64_t value)
{
	metrics_head(out, name, METRICS_COUNTER, help);
	metrics_count(out, name, "", value);
}

void
metrics_gauge(struct buf *out, const char *name, const char *help, double value)
{
	metrics_head(out, name, METRICS_GAUGE, help);
	metrics_real(out, name, "", value);
}

void
metrics_observe(struct metrics_histogram *h, double value)
{
	size_t i = 0;

	if (value < 0)
		value = 0;
	while (i < h->bounds && value > h->bound[i])
		i++;
	h->bucket[i]++;
	h->sum += value;
}

/* Append the cumulative ${count} of the bucket with the upper bound ${bound}. */
static void
put_bucket(struct buf *out, const char *name, const char *labels,
    const char *bound, uint64_t count)
{
	buf_addf(out, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name, labels,
	    labels[0] != '\0' ? "," : "", bound, count);
}

void
metrics_put_histogram(struct buf *out, const char *name, const char *labels,
    const struct metrics_histogram *h)
{
	uint64_t count = 0;
	char bound[32];

	for (size_t i = 0; i < h->bounds; i++) {
		count += h->bucket[i];
		snprintf(bound, sizeof(bound), "%g", h->bound[i]);
		put_bucket(out, name, labels, bound, count);
	}
	count += h->bucket[h->bounds];
	put_bucket(out, name, labels, "+Inf", count);
	put_name(out, name, "_sum", labels);
	buf_addf(out, " %.15g\n", h->sum);
	put_name(out, name, "_count", labels);
	buf_addf(out, " %" PRIu64 "\n", count);
}

void
metrics_put_value(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			buf_add_byte(out, '\\');
		if (*text == '\n')
			buf_add_text(out, "\\n");
		else
			buf_add_byte(out, *text);
	}
}
