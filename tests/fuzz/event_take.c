/* Lines to events and back: what comes out of any line is an event that the
 * check takes, that wraps and unwraps to itself, and that fits a line. */
#include <stdint.h>
#include <stdlib.h>

#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct takers {
	struct event_maker *plain, *content, *cloud, *check;
	struct ndjson_writer *out; /* never flushed */
	struct buf line;
};

static struct event_maker *
maker(enum event_mode mode, enum event_id id, bool cloud)
{
	/* Makers keep their options: these live as long. */
	static struct event_options options[4];
	static unsigned used;
	struct event_options *o = &options[used++];
	struct event_maker *m;
	struct err err;

	*o = (struct event_options){.mode = mode,
	    .id = id,
	    .cloudevents = cloud,
	    .with_source = id == EVENT_ID_CONTENT};
	m = event_maker_new(o, &err);
	if (m == NULL)
		abort();
	return m;
}

/* Take ${line}; its event, if any, in t->line.  Return whether it was good. */
static bool
take(struct takers *t, struct event_maker *m, struct span line)
{
	struct buf *record = ndjson_record(t->out);
	size_t before = record->len;
	struct err err = {""};
	enum verdict rc = event_take(m, line, t->out, &err);

	if (rc == VERDICT_SYSTEM)
		abort();
	if (rc == VERDICT_BAD && err.text[0] == '\0')
		abort();
	buf_clear(&t->line);
	buf_add(&t->line, record->data + before, record->len - before);
	if (rc == VERDICT_GOOD &&
	    (t->line.len == 0 || t->line.len > NDJSON_LINE_MAX))
		abort();
	ndjson_discard(t->out);
	return rc == VERDICT_GOOD;
}

/* Without the space around a JSON value, which wrapping does not keep. */
static struct span
value_of(struct span line)
{
	while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]) != NULL)
		line.n--;
	while (line.n > 0 && strchr(" \t\r", *line.p) != NULL) {
		line.p++;
		line.n--;
	}
	return line;
}

static void
round_trip(struct takers *t, struct event_maker *first, struct span line)
{
	struct buf event, whole;
	struct span back, given;

	buf_init(&event);
	buf_init(&whole);
	if (take(t, first, line)) {
		buf_add_span(&event, buf_span(&t->line));
		if (!take(t, t->check, buf_span(&event)))
			abort();
		if (take(t, t->cloud, buf_span(&event))) {
			buf_add_span(&whole, buf_span(&t->line));
			if (!take(t, t->plain, buf_span(&whole)))
				abort();
			back = value_of(buf_span(&t->line));
			given = value_of(buf_span(&event));
			if (back.n != given.n ||
			    memcmp(back.p, given.p, given.n) != 0)
				abort();
		} else if (event.len < NDJSON_LINE_MAX / 2) {
			abort();
		}
	}
	buf_release(&event);
	buf_release(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct takers t;
	/* A copy of its own size, so that a byte too far is seen. */
	char *copy = malloc(size + (size == 0));
	struct span line = {copy, size};

	if (copy == NULL)
		return 0;
	if (t.out == NULL) {
		t.plain = maker(EVENT_MAKE, EVENT_ID_UUIDV7, false);
		t.content = maker(EVENT_MAKE, EVENT_ID_CONTENT, false);
		t.cloud = maker(EVENT_MAKE, EVENT_ID_UUIDV7, true);
		t.check = maker(EVENT_CHECK, EVENT_ID_UUIDV7, false);
		t.out = ndjson_writer_new(1);
		if (t.out == NULL)
			abort();
	}
	if (size > 0)
		memcpy(copy, data, size);
	/* A line has no newline, and filters refuse NUL. */
	if (size == 0 ||
	    (memchr(copy, '\n', size) == NULL &&
		memchr(copy, '\0', size) == NULL)) {
		round_trip(&t, t.plain, line);
		round_trip(&t, t.content, line);
	}
	free(copy);
	return 0;
}
