#include "extract/tracing.h"

#include <string.h>

/* Bytes of lines that are held of either kind: 10 s at 120 frames per second
 * have less. */
#define HELD_MAX ((size_t)8 << 20)

void
tracing_init(struct tracing *t, struct ndjson_writer *out, const char *source)
{
	*t = (struct tracing){.out = out, .source = span_of(source)};
	for (int k = 0; k < TRACING_KINDS; k++)
		buf_init(&t->held[k]);
}

void
tracing_release(struct tracing *t)
{
	for (int k = 0; k < TRACING_KINDS; k++)
		buf_release(&t->held[k]);
}

static enum verdict
verdict_of(int committed)
{
	return committed == 0 ? VERDICT_GOOD : VERDICT_OUTPUT;
}

enum verdict
tracing_put(struct tracing *t, enum tracing_of of, int face_index,
    const struct trace_names *names, const struct trace_frame *frame,
    struct err *err)
{
	struct buf *held = &t->held[of];

	if (t->decided && of != t->of)
		return VERDICT_GOOD;
	if (t->decided) {
		trace_write(
		    ndjson_record(t->out), t->source, face_index, names, frame);
		return verdict_of(ndjson_commit(t->out));
	}
	trace_write(held, t->source, face_index, names, frame);
	buf_add_byte(held, '\n');
	if (!buf_failed(held))
		return VERDICT_GOOD;
	err_set(err, "out of memory");
	return VERDICT_SYSTEM;
}

enum verdict
tracing_decide(struct tracing *t, enum tracing_of of)
{
	struct span rest = buf_span(&t->held[of]);
	enum verdict status = VERDICT_GOOD;

	t->decided = true;
	t->of = of;
	while (rest.n > 0 && status == VERDICT_GOOD) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = (size_t)(end - rest.p);

		status =
		    verdict_of(ndjson_put(t->out, (struct span){rest.p, n}));
		rest.p += n + 1;
		rest.n -= n + 1;
	}
	for (int k = 0; k < TRACING_KINDS; k++)
		buf_release(&t->held[k]);
	return status;
}

bool
tracing_is_full(const struct tracing *t)
{
	for (int k = 0; k < TRACING_KINDS; k++)
		if (t->held[k].len > HELD_MAX)
			return true;
	return false;
}
