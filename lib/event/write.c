#include "event/write.h"

#include "event/event.h"

#define ADD(b, literal) buf_add((b), (literal), sizeof(literal) - 1)

#define SCHEMA_URI "urn:vitals:schema:event:"

void
event_write_member(struct buf *b, const char *name, struct span value)
{
	if (value.n == 0)
		return;
	ADD(b, ",\"");
	buf_add_text(b, name);
	ADD(b, "\":");
	buf_add_span(b, value);
}

void
event_write_head(struct buf *b, const struct event_head *head)
{
	const struct event_session *s = &head->session;

	ADD(b, "{\"schemaVersion\":\"" EVENT_SCHEMA_VERSION "\",\"id\":\"");
	buf_add_text(b, head->id);
	ADD(b, "\",\"type\":\"");
	buf_add_text(b, event_type_name[head->kind]);
	ADD(b, "\",\"time\":\"");
	buf_add_text(b, head->time);
	ADD(b, "\",\"session\":{\"id\":");
	buf_add_span(b, s->id);
	event_write_member(b, "subject", s->subject);
	event_write_member(b, "startTime", s->start);
	event_write_member(b, "offsetSeconds", s->offset);
	event_write_member(b, "durationSeconds", s->duration);
	event_write_member(b, "device", s->device);
	buf_add_byte(b, '}');
}

/* The attributes.  Strings include their quotes, except the version. */
struct attributes {
	struct span id, type, subject, time, version, session;
};

static void
wrap(struct buf *b, const struct attributes *a, const char *source_uri,
    struct span data)
{
	ADD(b, "{\"specversion\":\"1.0\",\"id\":");
	buf_add_span(b, a->id);
	ADD(b, ",\"source\":\"");
	buf_add_text(b, source_uri);
	ADD(b, "\",\"type\":");
	buf_add_span(b, a->type);
	event_write_member(b, "subject", a->subject);
	ADD(b, ",\"time\":");
	buf_add_span(b, a->time);
	ADD(b,
	    ",\"datacontenttype\":\"application/json\","
	    "\"dataschema\":\"" SCHEMA_URI);
	buf_add_span(b, a->version);
	ADD(b, "\",\"partitionkey\":");
	buf_add_span(b, a->session);
	ADD(b, ",\"data\":");
	buf_add_span(b, data);
	buf_add_byte(b, '}');
}

/* Return ${text} in quotes; the bytes are in ${store}. */
static struct span
quoted(const char *text, char *store, size_t size)
{
	int n = snprintf(store, size, "\"%s\"", text);

	return (struct span){store, (size_t)n};
}

void
event_wrap(struct buf *b, const struct event_head *head, const char *source_uri,
    struct span data)
{
	char id[ID_TEXT_MAX + 2], time[INSTANT_TEXT_MAX + 2], type[64];
	struct attributes a = {
	    .id = quoted(head->id, id, sizeof(id)),
	    .type = quoted(event_type_name[head->kind], type, sizeof(type)),
	    .subject = head->session.subject,
	    .time = quoted(head->time, time, sizeof(time)),
	    .version = SPAN_LIT(EVENT_SCHEMA_VERSION),
	    .session = head->session.id,
	};

	wrap(b, &a, source_uri, data);
}

void
event_rewrap(struct buf *b, const struct shape_value v[EVENT_FIELDS],
    const struct event_notes *notes, const char *source_uri, struct span data)
{
	struct attributes a = {
	    .id = v[EVENT_ID].value,
	    .type = v[EVENT_TYPE].value,
	    .time = v[EVENT_TIME].value,
	    .version = json_inside(v[EVENT_VERSION].value),
	    .session = notes->session_id.value,
	};

	if (notes->subject.type == JSON_STRING)
		a.subject = notes->subject.value;
	wrap(b, &a, source_uri, data);
}
