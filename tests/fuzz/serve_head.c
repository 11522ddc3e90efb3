/* The head of a request, and a chunked body behind it. */
#include <stdlib.h>
#include <string.h>

#include "serve/head.h"

#define BODY_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int good)
{
	if (!good)
		abort();
}

/* Is all that ${h} points to inside the text? */
static void
check_inside(const struct serve_head *h, const char *text, size_t n)
{
	for (size_t i = 0; i < h->headers; i++) {
		const struct serve_header *header = &h->header[i];

		check(header->name.p >= text && header->name.n > 0 &&
		    header->value.p + header->value.n <= text + n);
		for (size_t j = 0; j < header->name.n; j++)
			check(
			    header->name.p[j] < 'A' || header->name.p[j] > 'Z');
	}
	/* Of a target without a path it is a text of its own. */
	check(span_is(h->path, "/") ||
	    (h->path.p >= text && h->path.p + h->path.n <= text + n));
	check(!h->chunked || h->length == 0);
}

/* However the bytes are cut, the same comes out. */
static void
read_chunks(const char *p, size_t n)
{
	struct serve_chunks whole = {0}, pieces = {0};
	struct buf a, b;
	struct span in = {p, n};
	int one, two = 0;

	buf_init(&a);
	buf_init(&b);
	one = serve_chunks_read(&whole, &in, &a, BODY_MAX);
	for (size_t i = 0; i < n && two == 0; i++) {
		struct span byte = {p + i, 1};

		if (pieces.state == SERVE_CHUNK_DONE)
			break;
		two = serve_chunks_read(&pieces, &byte, &b, BODY_MAX);
	}
	check(one == two && whole.state == pieces.state);
	check(one != 0 || (a.len == b.len && a.len <= BODY_MAX));
	check(one != 0 || a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
	buf_release(&a);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct serve_head head;
	const char *why = NULL;
	size_t n;
	int status;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	n = size > 0 ? serve_head_length(text, size) : 0;
	check(n <= size);
	if (n > 0) {
		status = serve_head_read(&head, text, n, &why);
		if (status == 0)
			check_inside(&head, text, n);
		else
			check(status >= 400 && status < 600 && why != NULL);
	}
	read_chunks(text + n, size - n);
	free(text);
	return 0;
}
