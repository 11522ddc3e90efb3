#include "outgoing/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outgoing/parse.h"

/* The texts of an event, without its line and its additional headers. */
#define PIECES 9

void
outgoing_reader_init(struct outgoing_reader *r)
{
	r->held = 0;
	message_reader_init(&r->message);
	json_scan_init(&r->scan);
	cloudevent_binary_init(&r->attributes);
	buf_init(&r->attribute_lines);
	buf_init(&r->line);
	buf_init(&r->text);
}

void
outgoing_reader_release(struct outgoing_reader *r)
{
	message_reader_release(&r->message);
	json_scan_release(&r->scan);
	cloudevent_binary_release(&r->attributes);
	buf_release(&r->attribute_lines);
	buf_release(&r->line);
	buf_release(&r->text);
}

static char *
put(char *p, struct span *to, struct span from)
{
	to->p = p;
	to->n = from.n;
	if (from.n > 0)
		memcpy(p, from.p, from.n);
	return p + from.n;
}

static bool
inside(struct span line, struct span s)
{
	return s.p >= line.p && s.p < line.p + line.n;
}

/* Allocate the event with all its texts in one block.  Texts that are in the
 * line point there. */
static struct outgoing_event *
build(struct outgoing_reader *r, const struct outgoing_fields *d,
    int64_t accepted)
{
	const struct outgoing_piece *piece[PIECES] = {&d->id, &d->body,
	    &d->type, &d->session, &d->endpoint, &d->content_type,
	    &d->signature, &d->dead_letter_endpoint, &d->attributes};
	struct outgoing_event *e;
	struct span *to[PIECES];
	size_t size = sizeof(*e) + d->line.n;
	char *p;

	for (size_t i = 0; i < PIECES; i++) {
		if (!inside(d->line, outgoing_piece_span(r, piece[i])))
			size += piece[i]->n;
	}
	for (size_t i = 0; i < d->headers; i++)
		size += d->header[i].n;
	e = malloc(size);
	if (e == NULL || buf_failed(&r->text) ||
	    buf_failed(&r->attribute_lines)) {
		free(e);
		return NULL;
	}
	memset(e, 0, sizeof(*e));
	to[0] = &e->id;
	to[1] = &e->body;
	to[2] = &e->type;
	to[3] = &e->session;
	to[4] = &e->endpoint;
	to[5] = &e->content_type;
	to[6] = &e->signature;
	to[7] = &e->dead_letter_endpoint;
	to[8] = &e->attributes;
	p = put(e->bytes, &e->line, d->line);
	for (size_t i = 0; i < PIECES; i++) {
		struct span s = outgoing_piece_span(r, piece[i]);

		/* The copy of the line already has it. */
		if (inside(d->line, s))
			*to[i] =
			    (struct span){e->line.p + (s.p - d->line.p), s.n};
		else
			p = put(p, to[i], s);
	}
	for (size_t i = 0; i < d->headers; i++)
		p = put(
		    p, &e->header[i], outgoing_piece_span(r, &d->header[i]));
	e->headers = d->headers;
	e->refs = 1;
	e->accepted = accepted;
	e->time = d->timed ? d->time : accepted;
	e->timestamp = d->message.timestamp;
	e->cloudevent = d->kind == MESSAGE_CLOUDEVENT ||
	    span_is(e->content_type, "application/cloudevents+json");
	e->replayed = d->replayed;
	e->size = size;
	e->held = &r->held;
	r->held += size;
	return e;
}

struct outgoing_event *
outgoing_event_read(struct outgoing_reader *r, struct span line,
    int64_t accepted, struct err *err)
{
	struct outgoing_fields d = {.line = line};
	struct outgoing_event *e;

	errno = 0;
	buf_clear(&r->text);
	cloudevent_binary_clear(&r->attributes);
	buf_clear(&r->attribute_lines);
	if (outgoing_parse(r, &d, err) != 0)
		return NULL;
	e = build(r, &d, accepted);
	if (e == NULL) {
		errno = ENOMEM;
		err_set(err, "out of memory");
	}
	return e;
}

void
outgoing_event_ref(struct outgoing_event *e)
{
	e->refs++;
}

void
outgoing_event_unref(struct outgoing_event *e)
{
	if (e == NULL || --e->refs > 0)
		return;
	*e->held -= e->size;
	free(e);
}
