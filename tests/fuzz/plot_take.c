/* Lines to draw: whatever they say, all three reports are made, and the pages
 * and pictures have no markup of the lines. */
#include <stdlib.h>

#include "plot/data.h"
#include "plot/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Control characters, and names of elements that no report has. */
static void
check(struct span s)
{
	static const char *const none[] = {"<script", "<img", "<b>", "<!--"};

	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
			abort();
	for (size_t k = 0; k < sizeof(none) / sizeof(none[0]); k++) {
		size_t n = strlen(none[k]);

		for (size_t i = 0; i + n <= s.n; i++)
			if (memcmp(s.p + i, none[k], n) == 0)
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plot_data *d = plot_data_new();
	struct plot_report r = {.width = 40 + size % 80};
	struct plot_view v;
	struct span rest = {(const char *)data, size};
	struct err err = {""};
	struct buf out;

	if (d == NULL)
		abort();
	while (rest.n > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end != NULL ? (size_t)(end - rest.p) : rest.n;

		if (plot_data_take(d, (struct span){rest.p, n}, &err) ==
		    VERDICT_SYSTEM)
			abort();
		n += n < rest.n;
		rest.p += n;
		rest.n -= n;
	}
	if (plot_data_end(d, &err) != 0)
		abort();
	plot_view_init(&v, d);
	buf_init(&out);
	plot_html_write(&out, &v, &r);
	check(buf_span(&out));
	buf_clear(&out);
	plot_picture_write(&out, &v, &r);
	check(buf_span(&out));
	buf_clear(&out);
	plot_text_write(&out, &v, &r);
	for (size_t i = 0; i < out.len; i++)
		if ((unsigned char)out.data[i] < 0x20 && out.data[i] != '\n')
			abort();
	buf_release(&out);
	plot_data_free(d);
	return 0;
}
