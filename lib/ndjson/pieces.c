#include "ndjson/pieces.h"

void
ndjson_pieces_init(struct ndjson_pieces *p, size_t max)
{
	p->max = max;
	p->number = 0;
	p->overlong = false;
	buf_init(&p->line);
}

void
ndjson_pieces_release(struct ndjson_pieces *p)
{
	buf_release(&p->line);
}

/* Pass on the line ${text}. */
static void
give(struct ndjson_pieces *p, struct span text, bool newline, ndjson_take *take,
    void *context)
{
	struct ndjson_line line = {
	    .text = text, .number = ++p->number, .newline = newline};
	bool overlong = p->overlong || text.n > p->max;

	if (line.text.n > p->max)
		line.text.n = p->max;
	if (!overlong && text.n > 0 && text.p[text.n - 1] == '\r')
		line.text.n--;
	p->overlong = false;
	take(context, &line, overlong);
}

/* Keep the part of a line that was read, up to the maximum. */
static void
keep(struct ndjson_pieces *p, struct span part)
{
	if (part.n > p->max - p->line.len) {
		p->overlong = true;
		part.n = p->max - p->line.len;
	}
	buf_add_span(&p->line, part);
}

int
ndjson_pieces_add(struct ndjson_pieces *p, struct span bytes, ndjson_take *take,
    void *context)
{
	bool ends = bytes.n == 0;

	while (bytes.n > 0) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end != NULL ? (size_t)(end - bytes.p) : bytes.n;
		struct span part = {bytes.p, n};

		if (end != NULL && p->line.len == 0) {
			give(p, part, true, take, context);
		} else {
			keep(p, part);
			if (end != NULL && !buf_failed(&p->line)) {
				give(
				    p, buf_span(&p->line), true, take, context);
				buf_clear(&p->line);
			}
		}
		n += end != NULL;
		bytes.p += n;
		bytes.n -= n;
	}
	if (ends && (p->line.len > 0 || p->overlong)) {
		give(p, buf_span(&p->line), false, take, context);
		buf_clear(&p->line);
	}
	return buf_failed(&p->line) ? -1 : 0;
}
